import { PanelBuilder as BarGaugePanelBuilder } from "@grafana/grafana-foundation-sdk/bargauge";
import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import {
  BigValueColorMode,
  BigValueGraphMode,
  GraphDrawStyle,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  LineInterpolation,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
  DashboardLinkBuilder,
  MappingType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";
import type { DynamicConfigValue, ValueMapping } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder as StatPanelBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as StateTimelinePanelBuilder } from "@grafana/grafana-foundation-sdk/statetimeline";
import { PanelBuilder as TablePanelBuilder } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as TimeseriesPanelBuilder } from "@grafana/grafana-foundation-sdk/timeseries";

import { DATA_SOURCE } from "./queries.js";
import type { Unit } from "./units.js";

/** What every panel must say of itself. */
export interface PanelWords {
  /** Fixed: links and alerts refer to it. */
  readonly id: number;
  readonly title: string;
  readonly description: string;
  readonly unit: Unit;
}

type Queries = readonly Builder<Dataquery>[];

/** Above `value` (as of it) a number is shown in this color; the first holds for all below the next. */
export type Steps = readonly (readonly [from: number | null, color: string])[];

/** Normal, and from `value` on worth a look. */
export function worthALookFrom(value: number): Steps {
  return [
    [null, "green"],
    [value, "orange"],
  ];
}

/** Nothing to judge: one color. */
export const NEUTRAL: Steps = [[null, "text"]];

export function thresholds(steps: Steps): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps(steps.map(([value, color]) => ({ value, color })));
}

/** What the builders of all kinds of panels have in common. */
interface Describable {
  id(id: number): unknown;
  title(title: string): unknown;
  description(description: string): unknown;
  unit(unit: string): unknown;
  datasource(datasource: { type: string; uid: string }): unknown;
  noValue(noValue: string): unknown;
  withTarget(target: Builder<Dataquery>): unknown;
}

function described<Panel extends Describable>(
  panel: Panel,
  words: PanelWords,
  queries: Queries,
): Panel {
  panel.id(words.id);
  panel.title(words.title);
  panel.description(words.description);
  panel.unit(words.unit);
  panel.datasource(DATA_SOURCE);
  // Never a number: what the agent does not know, it does not export.
  panel.noValue("not known");
  for (const query of queries) panel.withTarget(query);
  return panel;
}

const lastValue = (): ReduceDataOptionsBuilder =>
  new ReduceDataOptionsBuilder().calcs(["lastNotNull"]).values(false).fields("");

/** One large number for each series. */
export function stat(words: PanelWords, queries: Queries, steps: Steps): StatPanelBuilder {
  return described(new StatPanelBuilder(), words, queries)
    .reduceOptions(lastValue())
    .colorMode(BigValueColorMode.Value)
    .graphMode(BigValueGraphMode.None)
    .thresholds(thresholds(steps));
}

/** Series over time; the tooltip shows all of a moment, the largest first. */
export function timeseries(words: PanelWords, queries: Queries): TimeseriesPanelBuilder {
  return described(new TimeseriesPanelBuilder(), words, queries)
    .lineWidth(2)
    .fillOpacity(0)
    .lineInterpolation(LineInterpolation.Linear)
    .showPoints(VisibilityMode.Never)
    .spanNulls(false)
    .legend(legend())
    .tooltip(
      new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending),
    );
}

const STACKED_OPACITY = 40;

/** Series that add up. */
export function stacked(words: PanelWords, queries: Queries): TimeseriesPanelBuilder {
  return timeseries(words, queries)
    .fillOpacity(STACKED_OPACITY)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group("A"));
}

/** Where a value begins to be worth a look, as a dashed line. */
export function limits(panel: TimeseriesPanelBuilder, steps: Steps): TimeseriesPanelBuilder {
  return panel
    .thresholds(thresholds(steps))
    .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
}

/** For series that are not what is, but what was said or could be. */
export function dashedSeries(): DynamicConfigValue[] {
  return [
    { id: "custom.lineStyle", value: { fill: "dash", dash: [8, 8] } },
    { id: "custom.lineWidth", value: 1 },
  ];
}

/** For lines that are there only while something holds: the number 1 would say nothing. */
export const ACTIVE: ValueMapping[] = [
  { type: MappingType.ValueToText, options: { "1": { text: "active", color: "blue" } } },
];

/** Signed parts that add up. */
export function stackedBars(words: PanelWords, queries: Queries): TimeseriesPanelBuilder {
  return stacked(words, queries).drawStyle(GraphDrawStyle.Bars).axisCenteredZero(true);
}

/** A line for each series, colored by its value. */
export function stateTimeline(
  words: PanelWords,
  queries: Queries,
  steps: Steps,
): StateTimelinePanelBuilder {
  return described(new StateTimelinePanelBuilder(), words, queries)
    .mergeValues(true)
    .showValue(VisibilityMode.Auto)
    .legend(legend())
    .thresholds(thresholds(steps));
}

/** A bar for each series as it is now, none of them negative. */
export function barGauge(words: PanelWords, queries: Queries, steps: Steps): BarGaugePanelBuilder {
  return described(new BarGaugePanelBuilder(), words, queries)
    .reduceOptions(lastValue())
    .orientation(VizOrientation.Horizontal)
    .min(0)
    .thresholds(thresholds(steps));
}

/**
 * A row for each combination of labels, a column for each query: `columns` has a name for its values, or
 * undefined when the labels say it all.
 */
export function table(
  words: PanelWords,
  queries: Queries,
  columns: Readonly<Record<string, string | undefined>>,
): TablePanelBuilder {
  const excludeByName: Record<string, boolean> = { Time: true };
  const renameByName: Record<string, string> = {};
  for (const [refId, name] of Object.entries(columns)) {
    // With a single query Grafana calls its values `Value`.
    for (const given of ["Value", `Value #${refId}`]) {
      if (name === undefined) excludeByName[given] = true;
      else renameByName[given] = name;
    }
  }
  return described(new TablePanelBuilder(), words, queries)
    .withTransformation({ id: "merge", options: {} })
    .withTransformation({
      id: "organize",
      options: { excludeByName, indexByName: {}, renameByName },
    });
}

/** A link that opens the workload's dashboard at the same time range, given how its labels are read. */
export function workloadLink(labels: "fields" | "series", uid: string): DashboardLinkBuilder {
  const read = (label: string): string =>
    labels === "fields"
      ? `\${__data.fields.${label}:percentencode}`
      : `\${__field.labels.${label}:percentencode}`;
  const query = [
    "${datasource:queryparam}",
    "${job:queryparam}",
    `var-namespace=${read("namespace")}`,
    `var-workload=${read("workload")}`,
    "${__url_time_range}",
  ].join("&");
  return new DashboardLinkBuilder("Open this workload").url(`/d/${uid}?${query}`);
}

function legend(): VizLegendOptionsBuilder {
  return new VizLegendOptionsBuilder()
    .displayMode(LegendDisplayMode.List)
    .placement(LegendPlacement.Bottom)
    .showLegend(true);
}
