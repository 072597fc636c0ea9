import { PanelOptionsEditorBuilder, standardEditorsRegistry } from '@grafana/data';
import { DEFAULT_OPTIONS } from './defaults';
import { addPanelOptions } from './panel-options';
import { PanelOptions } from './types';

// The editors are Grafana's own; here it only matters that there is one of each kind.
standardEditorsRegistry.setInit(() =>
  ['text', 'number', 'slider', 'select', 'boolean'].map((id) => ({ id, name: id, editor: () => null }))
);

const builder = new PanelOptionsEditorBuilder<PanelOptions>();
addPanelOptions(builder);
const items = builder.getItems();

describe('addPanelOptions', () => {
  it('offers each option with its default, but for the version', () => {
    const { version, ...options } = DEFAULT_OPTIONS;
    expect(Object.fromEntries(items.map(({ path, defaultValue }) => [path, defaultValue]))).toEqual(options);
  });

  it('hides in the compact layout what it does not show', () => {
    const shown = items
      .filter(({ showIf }) => showIf?.({ ...DEFAULT_OPTIONS, layout: 'compact' }, [], []) ?? true)
      .map(({ path }) => path);
    expect(shown).toEqual([
      'workload',
      'namespace',
      'segment',
      'horizonSeconds',
      'driftThreshold',
      'confidenceThreshold',
      'layout',
    ]);
  });
});
