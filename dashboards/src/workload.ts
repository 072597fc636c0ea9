import { annotations } from "./annotations.js";
import { ALL_METRICS, behaviorPanel } from "./behavior-panel.js";
import { dashboard } from "./dashboard.js";
import type { BuiltDashboard } from "./dashboard.js";
import { DRIFT_THRESHOLD, MAIN_PANEL_ID, UIDS } from "./defaults.js";
import {
  ACTIVE,
  dashedSeries,
  stacked,
  stackedBars,
  stateTimeline,
  thresholds,
  timeseries,
  worthALookFrom,
} from "./panels.js";
import type { PanelWords } from "./panels.js";
import { ofWorkload, perWorkload, range } from "./queries.js";
import { UNITS } from "./units.js";
import { HORIZON_VARIABLE, WORKLOAD_VARIABLES } from "./variables.js";

const main = behaviorPanel(
  {
    id: MAIN_PANEL_ID,
    title: "$namespace/$workload",
    description:
      "Is the callers' behavior normal, what load is coming, what should the service get, why, what held " +
      "it back, and how good past forecasts were.",
  },
  {
    namespace: "$namespace",
    workload: "$workload",
    layout: "full",
    showWhy: true,
    showQuality: true,
    showAlerts: true,
  },
  ALL_METRICS,
  ofWorkload,
);

const forecast = (bound: string): string =>
  perWorkload(
    ofWorkload(
      "presage_forecast_calls_per_second",
      'horizon_seconds="$horizon"',
      `bound="${bound}"`,
    ),
  );

const load = timeseries(
  {
    id: 10,
    title: "What came, and what was forecast for it",
    description:
      "Observed calls per second beside what was said about this moment $horizon seconds before, with " +
      "the bounds of its interval.",
    unit: UNITS.callsPerSecond,
  },
  [
    range(
      "observed",
      perWorkload(ofWorkload("presage_observed_calls_per_second", 'segment="all"')),
      "observed",
    ),
    ...["lower", "point", "upper"].map((bound) =>
      range(
        bound,
        perWorkload(
          `${ofWorkload(
            "presage_forecast_calls_per_second",
            'horizon_seconds="$horizon"',
            `bound="${bound}"`,
          )} offset \${horizon}s`,
        ),
        `forecast, ${bound}`,
      ),
    ),
  ],
)
  .min(0)
  .overrideByRegexp("forecast, .*", dashedSeries());

const segments = timeseries(
  {
    id: 11,
    title: "Drift by segment",
    description:
      "How far each segment of callers is from its learned behavior, from 0 to 1; `all` is the whole workload.",
    unit: UNITS.score,
  },
  [range("score", perWorkload(ofWorkload("presage_drift_score"), "segment"), "{{segment}}")],
)
  .min(0)
  .max(1)
  .decimals(2)
  .thresholds(thresholds(worthALookFrom(DRIFT_THRESHOLD)));

const evidence = stacked(
  {
    id: 12,
    title: "What differs",
    description: "The share of the drift that each cause accounts for, over all segments.",
    unit: UNITS.share,
  },
  [
    range(
      "evidence",
      `sum by (cause) (${perWorkload(ofWorkload("presage_drift_evidence_ratio"), "segment", "cause")})`,
      "{{cause}}",
    ),
  ],
)
  .min(0)
  .max(1);

const classes = stacked(
  {
    id: 13,
    title: "Predicted workload",
    description: "The probability of each class of workload: normal, or in need of one resource.",
    unit: UNITS.share,
  },
  [
    range(
      "class",
      perWorkload(ofWorkload("presage_predicted_workload_probability"), "class"),
      "{{class}}",
    ),
  ],
)
  .min(0)
  .max(1);

/** What a replica has, or how many there are, beside what is recommended. */
function resource(
  words: PanelWords,
  current: string,
  recommended: string,
): ReturnType<typeof timeseries> {
  return timeseries(words, [
    range("current", perWorkload(ofWorkload(current)), "now"),
    range("recommended", perWorkload(ofWorkload(recommended), "bound"), "recommended, {{bound}}"),
  ])
    .min(0)
    .overrideByRegexp("recommended, (lower|upper)", dashedSeries());
}

const resources = [
  resource(
    {
      id: 20,
      title: "Replicas",
      description: "Current replicas beside the recommended ones, with target and bounds.",
      unit: UNITS.count,
    },
    "presage_current_replicas",
    "presage_recommended_replicas",
  ),
  resource(
    {
      id: 21,
      title: "CPU of each replica",
      description: "CPU cores that each replica has, beside the recommended ones.",
      unit: UNITS.cores,
    },
    "presage_current_cpu_cores",
    "presage_recommended_cpu_cores",
  ),
  resource(
    {
      id: 22,
      title: "Memory of each replica",
      description: "Memory that each replica has, beside the recommended one.",
      unit: UNITS.bytes,
    },
    "presage_current_memory_bytes",
    "presage_recommended_memory_bytes",
  ),
  resource(
    {
      id: 23,
      title: "Network of each replica",
      description: "Network that each replica has, beside the recommended one.",
      unit: UNITS.bytesPerSecond,
    },
    "presage_current_network_bytes_per_second",
    "presage_recommended_network_bytes_per_second",
  ),
] as const;

const contributions = stackedBars(
  {
    id: 30,
    title: "Why: replicas that each cause adds or takes",
    description:
      "The parts of each recommendation. Those above 0 add replicas, those below 0 take them; together " +
      "they are recommended less current replicas.",
    unit: UNITS.count,
  },
  [
    range(
      "contribution",
      perWorkload(ofWorkload("presage_recommendation_contribution_replicas"), "cause"),
      "{{cause}}",
    ),
  ],
);

/** A line for each state that holds: its name says it all. */
function holding(
  words: PanelWords,
  metric: string,
  label: string,
): ReturnType<typeof stateTimeline> {
  return stateTimeline(
    words,
    [range(label, `${perWorkload(ofWorkload(metric), label)} == 1`, `{{${label}}}`)],
    [[null, "blue"]],
  ).mappings(ACTIVE);
}

const decisions = [
  holding(
    {
      id: 31,
      title: "Branch of the decision",
      description:
        "Which way each decision went: by drift, by the shape of the load, by an event, kept, or reactive.",
      unit: UNITS.count,
    },
    "presage_decision_branch",
    "branch",
  ),
  holding(
    {
      id: 32,
      title: "What held the recommendation back",
      description: "Guards that limited the recommendation, while they did.",
      unit: UNITS.count,
    },
    "presage_guard_active",
    "guard",
  ),
] as const;

const counterfactuals = timeseries(
  {
    id: 33,
    title: "Replicas without one cause",
    description:
      "How many replicas would have been recommended had one cause not been there. Not known until the " +
      "agent tells it.",
    unit: UNITS.count,
  },
  [
    range(
      "counterfactual",
      perWorkload(ofWorkload("presage_counterfactual_replicas"), "cause"),
      "without {{cause}}",
    ),
  ],
).min(0);

const width = timeseries(
  {
    id: 34,
    title: "How sure the forecast is",
    description:
      "Width of the interval $horizon seconds ahead, in calls per second. The wider, the less is known.",
    unit: UNITS.callsPerSecond,
  },
  [range("width", `${forecast("upper")} - ${forecast("lower")}`, "upper less lower bound")],
).min(0);

/** One workload in depth. */
export function workloadDashboard(): BuiltDashboard {
  const [replicas, cpu, memory, network] = resources;
  const [branch, guards] = decisions;
  return dashboard({
    uid: UIDS.workload,
    title: "Presage: workload",
    description: "One workload in depth: behavior, load, recommendation, and why.",
    variables: [...WORKLOAD_VARIABLES, HORIZON_VARIABLE],
    annotations: annotations(ofWorkload),
    rows: [
      { height: 22, panels: [[24, main]] },
      {
        heading: { id: 100, title: "Behavior and load" },
        height: 9,
        panels: [
          [12, load],
          [12, segments],
        ],
      },
      {
        height: 8,
        panels: [
          [8, evidence],
          [8, classes],
          [8, width],
        ],
      },
      {
        heading: { id: 101, title: "Resources" },
        height: 8,
        panels: [
          [12, replicas],
          [12, cpu],
        ],
      },
      {
        height: 8,
        panels: [
          [12, memory],
          [12, network],
        ],
      },
      {
        heading: { id: 102, title: "Why" },
        height: 9,
        panels: [
          [12, contributions],
          [12, counterfactuals],
        ],
      },
      {
        height: 7,
        panels: [
          [12, branch],
          [12, guards],
        ],
      },
    ],
  });
}
