import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import type { VariableModel } from "@grafana/grafana-foundation-sdk/dashboard";

import { DATA_SOURCE } from "./queries.js";

type Variable = Builder<VariableModel>;

/** Each agent has one series of it for each workload that it knows, though nothing else is known yet. */
const KNOWN_WORKLOADS = "presage_agent_learned_calls_total";

function several(name: string, label: string, query: string): Variable {
  return one(name, label, query)
    .multi(true)
    .includeAll(true)
    .allValue(".+")
    .current({ selected: true, text: ["All"], value: ["$__all"] });
}

function one(name: string, label: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATA_SOURCE)
    .query({ query, refId: `variable-${name}` })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc);
}

const datasource: Variable = new DatasourceVariableBuilder("datasource")
  .label("Data source")
  .type("prometheus");

const job = several("job", "Job", "label_values(presage_mode, job)");

const namespaceQuery = `label_values(${KNOWN_WORKLOADS}{job=~"$job"}, namespace)`;

/** Of dashboards about many workloads. */
export const FLEET_VARIABLES: readonly Variable[] = [
  datasource,
  job,
  several("namespace", "Namespace", namespaceQuery),
  several(
    "workload",
    "Workload",
    `label_values(${KNOWN_WORKLOADS}{job=~"$job", namespace=~"$namespace"}, workload)`,
  ),
];

/** Of dashboards about one workload. */
export const WORKLOAD_VARIABLES: readonly Variable[] = [
  datasource,
  job,
  one("namespace", "Namespace", namespaceQuery),
  one(
    "workload",
    "Workload",
    `label_values(${KNOWN_WORKLOADS}{job=~"$job", namespace="$namespace"}, workload)`,
  ),
];

/** How far ahead, in seconds, of those that are forecast. */
export const HORIZON_VARIABLE: Variable = one(
  "horizon",
  "Horizon (seconds)",
  'label_values(presage_forecast_calls_per_second{job=~"$job"}, horizon_seconds)',
).sort(VariableSort.NumericalAsc);

/** Of dashboards about the agents themselves. */
export const AGENT_VARIABLES: readonly Variable[] = [
  datasource,
  job,
  several("instance", "Instance", 'label_values(presage_agent_build_info{job=~"$job"}, instance)'),
];
