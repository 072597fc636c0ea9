import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";

/** The data source that the variable `datasource` names. */
export const DATA_SOURCE = { type: "prometheus", uid: "${datasource}" } as const;

/** Which series of a metric: those of the agents and workloads that the variables name. */
export type Select = (metric: string, ...matchers: readonly string[]) => string;

/** Of all chosen workloads; the variables take several values, so they are regular expressions. */
export const ofWorkloads: Select = selecting(
  'job=~"$job"',
  'namespace=~"$namespace"',
  'workload=~"$workload"',
);

/** Of the one chosen workload. */
export const ofWorkload: Select = selecting(
  'job=~"$job"',
  'namespace="$namespace"',
  'workload="$workload"',
);

/** Of the chosen agents, about themselves. */
export const ofAgents: Select = selecting('job=~"$job"', 'instance=~"$instance"');

function selecting(...common: readonly string[]): Select {
  return (metric, ...matchers) => `${metric}{${[...common, ...matchers].join(", ")}}`;
}

/** One value of each workload, though several agents say the same of it. */
export function perWorkload(selector: string, ...labels: readonly string[]): string {
  return `max by (${["namespace", "workload", ...labels].join(", ")}) (${selector})`;
}

/** A query over the time range of the dashboard. */
export function range(refId: string, expr: string, legend: string): Builder<Dataquery> {
  return new DataqueryBuilder()
    .datasource(DATA_SOURCE)
    .refId(refId)
    .expr(expr)
    .legendFormat(legend)
    .range();
}

/** A query of what is now. */
export function instant(refId: string, expr: string, legend = "__auto"): Builder<Dataquery> {
  return new DataqueryBuilder()
    .datasource(DATA_SOURCE)
    .refId(refId)
    .expr(expr)
    .legendFormat(legend)
    .instant();
}

/** A query of what is now, its labels as columns. */
export function column(refId: string, expr: string): Builder<Dataquery> {
  return new DataqueryBuilder()
    .datasource(DATA_SOURCE)
    .refId(refId)
    .expr(expr)
    .format(PromQueryFormat.Table)
    .instant();
}
