import { annotations } from "./annotations.js";
import { ALL_METRICS, behaviorPanel } from "./behavior-panel.js";
import { dashboard } from "./dashboard.js";
import type { BuiltDashboard } from "./dashboard.js";
import { ANOMALY_THRESHOLD, DRIFT_THRESHOLD, MAIN_PANEL_ID, UIDS } from "./defaults.js";
import { dashedSeries, limits, stacked, timeseries, worthALookFrom } from "./panels.js";
import { ofWorkload, perWorkload, range } from "./queries.js";
import { UNITS } from "./units.js";
import { HORIZON_VARIABLE, WORKLOAD_VARIABLES } from "./variables.js";
import { RESOURCE_ROWS } from "./workload-resources.js";

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

const segments = limits(
  timeseries(
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
    .decimals(2),
  worthALookFrom(DRIFT_THRESHOLD),
);

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

const changes = timeseries(
  {
    id: 14,
    title: "Abrupt changes",
    description:
      "The probability that a feature of the load or of the calls has changed abruptly within the last quarter of " +
      "an hour or so. Trends and the daily season are no changes.",
    unit: UNITS.share,
  },
  [
    range(
      "change",
      perWorkload(ofWorkload("presage_change_point_probability"), "feature"),
      "{{feature}}",
    ),
  ],
)
  .min(0)
  .max(1);

const anomalies = limits(
  timeseries(
    {
      id: 15,
      title: "Anomaly",
      description:
        "How unusual the load, errors and durations are, from 0 to 1, by their level and by the time of the day.",
      unit: UNITS.score,
    },
    [range("anomaly", perWorkload(ofWorkload("presage_anomaly_score"), "feature"), "{{feature}}")],
  )
    .min(0)
    .max(1)
    .decimals(2),
  worthALookFrom(ANOMALY_THRESHOLD),
);

/** One workload in depth. */
export function workloadDashboard(): BuiltDashboard {
  return dashboard({
    uid: UIDS.workload,
    title: "Presage: workload",
    description: "One workload in depth: behavior, load, recommendation, and why.",
    variables: [...WORKLOAD_VARIABLES, HORIZON_VARIABLE],
    annotations: annotations(ofWorkload),
    rows: [
      { height: 28, panels: [[24, main]] },
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
        height: 8,
        panels: [
          [12, changes],
          [12, anomalies],
        ],
      },
      ...RESOURCE_ROWS,
    ],
  });
}
