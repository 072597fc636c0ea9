import { TableSortByFieldStateBuilder } from "@grafana/grafana-foundation-sdk/common";

import { annotations } from "./annotations.js";
import { behaviorPanel, OVERVIEW_METRICS } from "./behavior-panel.js";
import { dashboard } from "./dashboard.js";
import type { BuiltDashboard } from "./dashboard.js";
import { CONFIDENCE_THRESHOLD, DRIFT_THRESHOLD, UIDS } from "./defaults.js";
import {
  ACTIVE,
  barGauge,
  NEUTRAL,
  stat,
  stateTimeline,
  table,
  thresholds,
  timeseries,
  workloadLink,
  worthALookFrom,
} from "./panels.js";
import { column, instant, ofWorkloads, perWorkload, range } from "./queries.js";
import { UNITS } from "./units.js";
import { FLEET_VARIABLES } from "./variables.js";

const NAME = "{{namespace}}/{{workload}}";

const score = perWorkload(ofWorkloads("presage_drift_score", 'segment="all"'));
const confidence = perWorkload(ofWorkloads("presage_drift_confidence", 'segment="all"'));
const observed = perWorkload(ofWorkloads("presage_observed_calls_per_second", 'segment="all"'));
const expected = perWorkload(ofWorkloads("presage_forecast_calls_per_second", 'bound="point"'));
const current = perWorkload(ofWorkloads("presage_current_replicas"));
const recommended = perWorkload(ofWorkloads("presage_recommended_replicas", 'bound="target"'));
const statuses = perWorkload(ofWorkloads("presage_model_status"), "segment", "model", "status");

const numbers = [
  stat(
    {
      id: 1,
      title: "Workloads watched",
      description: "Workloads whose calls the agents have learned from.",
      unit: UNITS.count,
    },
    [
      instant(
        "watched",
        `count(count by (namespace, workload) (${ofWorkloads("presage_agent_learned_calls_total")}))`,
      ),
    ],
    NEUTRAL,
  ),
  stat(
    {
      id: 2,
      title: "Workloads that drift",
      description:
        "Workloads whose callers behave differently from what was learned: the score is over " +
        `${DRIFT_THRESHOLD} and the confidence over ${CONFIDENCE_THRESHOLD}, the agent's defaults.`,
      unit: UNITS.count,
    },
    [
      instant(
        "drifting",
        `sum((${score} > bool ${DRIFT_THRESHOLD}) * (${confidence} > bool ${CONFIDENCE_THRESHOLD}))`,
      ),
    ],
    worthALookFrom(1),
  ),
  stat(
    {
      id: 3,
      title: "Replicas now",
      description: "Replicas of all chosen workloads that have a valid recommendation.",
      unit: UNITS.count,
    },
    [instant("current", `sum(${current})`)],
    NEUTRAL,
  ),
  stat(
    {
      id: 4,
      title: "Replicas recommended",
      description: "What the agents recommend for the same workloads, in sum.",
      unit: UNITS.count,
    },
    [instant("recommended", `sum(${recommended})`)],
    NEUTRAL,
  ),
  barGauge(
    {
      id: 5,
      title: "Models by status",
      description:
        "Models of all segments: ready, warming up, or failed. The dashboard about models and " +
        "feedback says why one is not ready.",
      unit: UNITS.count,
    },
    [instant("statuses", `sum by (status) (${statuses})`, "{{status}}")],
    NEUTRAL,
  ),
] as const;

const overview = behaviorPanel(
  {
    id: 10,
    title: "The workload that needs a look most",
    description:
      "The most urgent of the chosen workloads, and a list to choose another from: is its callers' " +
      "behavior normal, what load is coming, what does the agent recommend.",
  },
  {
    namespace: "",
    workload: "",
    layout: "auto",
    showWhy: false,
    showQuality: false,
    showAlerts: false,
  },
  OVERVIEW_METRICS,
  ofWorkloads,
);

const list = table(
  {
    id: 11,
    title: "Workloads",
    description:
      "Each workload as it is now, the largest drift first. What is expected is the most of all horizons. " +
      "Click a name for all about it. An empty cell is not known, or its recommendation has expired.",
    unit: UNITS.count,
  },
  [
    column("score", score),
    column("confidence", confidence),
    column("observed", observed),
    column("expected", expected),
    column("current", current),
    column("recommended", recommended),
    column("missing", `${recommended} - ${current}`),
  ],
  {
    score: "Drift score",
    confidence: "Confidence",
    observed: "Calls/s now",
    expected: "Calls/s expected",
    current: "Replicas now",
    recommended: "Replicas recommended",
    missing: "Difference",
  },
)
  .sortBy([new TableSortByFieldStateBuilder().displayName("Drift score").desc(true)])
  .overrideByRegexp("namespace|workload", [
    { id: "links", value: [{ title: "Open this workload", url: workloadUrl() }] },
  ])
  .overrideByName("Drift score", [
    { id: "unit", value: UNITS.score },
    { id: "decimals", value: 2 },
    { id: "thresholds", value: thresholds(worthALookFrom(DRIFT_THRESHOLD)).build() },
    { id: "custom.cellOptions", value: { type: "color-text" } },
  ])
  .overrideByName("Confidence", [{ id: "unit", value: UNITS.share }])
  .overrideByRegexp("Calls/s .*", [{ id: "unit", value: UNITS.callsPerSecond }]);

function workloadUrl(): string {
  return workloadLink("fields", UIDS.workload).build().url ?? "";
}

const drift = stateTimeline(
  {
    id: 20,
    title: "Drift by workload",
    description: "The drift score of each workload as a whole, from 0 to 1, over time.",
    unit: UNITS.score,
  },
  [range("score", score, NAME)],
  worthALookFrom(DRIFT_THRESHOLD),
).decimals(1);

const load = timeseries(
  {
    id: 21,
    title: "Calls per second",
    description: "The load of each workload as it was observed.",
    unit: UNITS.callsPerSecond,
  },
  [range("observed", observed, NAME)],
).min(0);

const difference = timeseries(
  {
    id: 22,
    title: "Replicas to add or to remove",
    description:
      "Recommended less current replicas: above 0 a workload has fewer than it should have, below 0 more.",
    unit: UNITS.count,
  },
  [range("difference", `${recommended} - ${current}`, NAME)],
);

const guards = stateTimeline(
  {
    id: 23,
    title: "What holds recommendations back",
    description:
      "Guards that limited a recommendation, such as the maximum of replicas or the rate of change.",
    unit: UNITS.count,
  },
  [
    range(
      "guard",
      `${perWorkload(ofWorkloads("presage_guard_active"), "guard")} == 1`,
      `${NAME}: {{guard}}`,
    ),
  ],
  [[null, "orange"]],
).mappings(ACTIVE);

/** All workloads at a glance. */
export function fleetDashboard(): BuiltDashboard {
  const [watched, drifting, now, wanted, models] = numbers;
  return dashboard({
    uid: UIDS.fleet,
    title: "Presage: fleet",
    description: "All workloads at a glance: who drifts, what load there is, what is recommended.",
    variables: FLEET_VARIABLES,
    annotations: annotations(ofWorkloads),
    rows: [
      {
        height: 4,
        panels: [
          [4, watched],
          [4, drifting],
          [4, now],
          [4, wanted],
          [8, models],
        ],
      },
      { height: 18, panels: [[24, overview]] },
      { height: 9, panels: [[24, list]] },
      {
        heading: { id: 100, title: "Over time" },
        height: 8,
        panels: [
          [12, drift],
          [12, load],
        ],
      },
      {
        height: 8,
        panels: [
          [12, difference],
          [12, guards],
        ],
      },
    ],
  });
}
