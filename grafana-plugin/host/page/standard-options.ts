/**
 * Registers what Grafana registers before it loads a panel: the standard field options with their
 * processors. There is no panel editor here, so their editors draw nothing.
 */
import {
  booleanOverrideProcessor,
  dataLinksOverrideProcessor,
  displayNameOverrideProcessor,
  type FieldConfigPropertyItem,
  FieldType,
  identityOverrideProcessor,
  numberOverrideProcessor,
  standardEditorsRegistry,
  standardFieldConfigEditorRegistry,
  stringOverrideProcessor,
  thresholdsOverrideProcessor,
  ThresholdsMode,
  unitOverrideProcessor,
  valueMappingsOverrideProcessor,
} from "@grafana/data";

const noEditor = (): null => null;

/** The kinds of editors that a plugin's options can ask for. */
const EDITORS = [
  ...["text", "number", "slider", "boolean", "select", "multi-select", "radio", "color", "unit"],
  ...["links", "mappings", "thresholds", "strings", "timezone", "field-name", "dashboard-uid"],
  ...["stats-picker", "fieldColor", "multi-field-name", "actions"],
];

type Process = FieldConfigPropertyItem["process"];

const TEXT: { readonly process: Process } = { process: stringOverrideProcessor };
const NUMBER: { readonly process: Process } = { process: numberOverrideProcessor };

/** By id: how a value is processed, to which fields it applies, and its default. */
const OPTIONS: Readonly<
  Record<
    string,
    { readonly process: Process; readonly numbersOnly?: true; readonly value?: unknown }
  >
> = {
  unit: { process: unitOverrideProcessor, numbersOnly: true },
  min: { ...NUMBER, numbersOnly: true },
  max: { ...NUMBER, numbersOnly: true },
  fieldMinMax: { process: booleanOverrideProcessor, numbersOnly: true },
  decimals: { ...NUMBER, numbersOnly: true },
  displayName: { process: displayNameOverrideProcessor },
  noValue: TEXT,
  color: { process: identityOverrideProcessor },
  // TimeSeries of @grafana/ui fails on a field without thresholds.
  thresholds: {
    process: thresholdsOverrideProcessor,
    numbersOnly: true,
    value: {
      mode: ThresholdsMode.Absolute,
      steps: [
        { value: Number.NEGATIVE_INFINITY, color: "green" },
        { value: 80, color: "red" },
      ],
    },
  },
  mappings: { process: valueMappingsOverrideProcessor, value: [] },
  links: { process: dataLinksOverrideProcessor },
  actions: { process: identityOverrideProcessor },
  filterable: { process: booleanOverrideProcessor },
};

export function registerStandardOptions(): void {
  standardEditorsRegistry.setInit(() => EDITORS.map((id) => ({ id, name: id, editor: noEditor })));
  standardFieldConfigEditorRegistry.setInit(() =>
    Object.entries(OPTIONS).map(
      ([id, { process, numbersOnly, value }]): FieldConfigPropertyItem => ({
        id,
        path: id,
        name: id,
        editor: noEditor,
        override: noEditor,
        process,
        shouldApply: (field) => numbersOnly !== true || field.type === FieldType.number,
        defaultValue: value,
      }),
    ),
  );
}
