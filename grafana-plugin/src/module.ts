import { FieldConfigProperty, PanelPlugin } from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import { BehaviorPanel } from './components/BehaviorPanel';
import { migratePanel } from './migration';
import { addPanelOptions } from './panel-options';
import pluginJson from './plugin.json';
import { suggestionsSupplier } from './suggestions';
import { PanelOptions } from './types';

// Before anything asks for a text; Grafana itself fetches the locale that plugin.json lists.
await initPluginTranslations(pluginJson.id);

export const plugin = new PanelPlugin<PanelOptions>(BehaviorPanel)
  .useFieldConfig({
    // Colors say what a verdict is, and are the theme's.
    disableStandardOptions: [FieldConfigProperty.Color],
  })
  .setPanelOptions(addPanelOptions)
  .setMigrationHandler(migratePanel)
  .setSuggestionsSupplier(suggestionsSupplier(pluginJson.name, pluginJson.id));
