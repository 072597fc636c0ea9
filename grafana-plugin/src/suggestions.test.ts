import { FieldType, getPanelDataSummary, toDataFrame } from '@grafana/data';
import { wholeShop } from './data/fixture';
import { suggestionsSupplier } from './suggestions';

const up = toDataFrame({
  name: 'up',
  fields: [
    { name: 'Time', type: FieldType.time, values: [1] },
    { name: 'Value', type: FieldType.number, values: [1], labels: { __name__: 'up' } },
  ],
});
const supplier = suggestionsSupplier('Presage Behavior', 'presage-behavior-panel');

describe('from Grafana 12.4 on', () => {
  it('suggests the panel for data of Presage, in a small form for the card', () => {
    const [suggestion, ...others] = supplier(getPanelDataSummary([up, ...wholeShop()]));
    expect(others).toEqual([]);
    suggestion!.cardOptions!.previewModifier!(suggestion!);
    expect(suggestion!.options).toEqual({ layout: 'compact' });
  });

  it.each([[[]], [[up]]])('suggests nothing for other data', (frames) => {
    expect(supplier(getPanelDataSummary(frames))).toEqual([]);
  });
});

describe('in Grafana 12.3', () => {
  function appended(series: ReturnType<typeof wholeShop>) {
    const list: object[] = [];
    supplier.getSuggestionsForData({
      data: { series },
      getListAppender: (defaults) => ({ append: (own) => list.push({ ...defaults, ...own }) }),
    });
    return list;
  }

  it('appends the same to the list', () => {
    expect(appended(wholeShop())).toMatchObject([{ name: 'Presage Behavior', pluginId: 'presage-behavior-panel' }]);
    expect(appended([up])).toEqual([]);
  });
});
