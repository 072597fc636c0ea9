import { annotations } from "./annotations.js";
import { dashboard } from "./dashboard.js";
import type { BuiltDashboard } from "./dashboard.js";
import { INTERVAL_LEVEL, UIDS } from "./defaults.js";
import {
  limits,
  NEUTRAL,
  stat,
  stateTimeline,
  table,
  timeseries,
  worthALookFrom,
} from "./panels.js";
import type { Steps } from "./panels.js";
import { column, instant, ofWorkloads, perWorkload, range } from "./queries.js";
import { UNITS } from "./units.js";
import { FLEET_VARIABLES } from "./variables.js";

const NAME = "{{namespace}}/{{workload}}";
/** An error ratio of 1: no better than the baseline. */
const AS_GOOD_AS_BASELINE = 1;
/** Coverage this far below what the interval is made for is worth a look. */
const COVERAGE_SLACK = 0.1;

const COVERAGE_STEPS: Steps = [
  [null, "orange"],
  [INTERVAL_LEVEL - COVERAGE_SLACK, "green"],
];

const coverage = perWorkload(ofWorkloads("presage_forecast_coverage_ratio"), "horizon_seconds");
const errors = perWorkload(
  ofWorkloads("presage_forecast_error_ratio"),
  "horizon_seconds",
  "baseline",
);
const current = perWorkload(ofWorkloads("presage_current_replicas"));
const recommended = perWorkload(ofWorkloads("presage_recommended_replicas", 'bound="target"'));
const expiry = perWorkload(ofWorkloads("presage_recommendation_expiry_timestamp_seconds"));
const statusLabels = ["segment", "model", "status", "reason"] as const;

const numbers = [
  stat(
    {
      id: 1,
      title: "Least coverage",
      description:
        "The smallest share of past forecasts whose interval held what came, over workloads and horizons. " +
        `Intervals are made to hold ${INTERVAL_LEVEL * 100} %.`,
      unit: UNITS.share,
    },
    [instant("coverage", `min(${coverage})`)],
    COVERAGE_STEPS,
  ),
  stat(
    {
      id: 2,
      title: "Largest error against a baseline",
      description:
        "The largest error of past forecasts over that of a baseline on the same targets. Below 1 the " +
        "forecast is better.",
      unit: UNITS.score,
    },
    [instant("error", `max(${errors})`)],
    worthALookFrom(AS_GOOD_AS_BASELINE),
  ).decimals(2),
  stat(
    {
      id: 3,
      title: "Recommendation followed",
      description:
        "Share of the time range in which as many replicas ran as recommended, or more, over the chosen workloads.",
      unit: UNITS.share,
    },
    [instant("followed", `avg(avg_over_time((${current} >= bool ${recommended})[$__range:1m]))`)],
    NEUTRAL,
  ),
  stat(
    {
      id: 4,
      title: "Calls learned",
      description: "Calls that the models have learned from since they began, across restarts.",
      unit: UNITS.count,
    },
    [instant("learned", `sum(${perWorkload(ofWorkloads("presage_agent_learned_calls_total"))})`)],
    NEUTRAL,
  ),
] as const;

const coverageOverTime = limits(
  timeseries(
    {
      id: 10,
      title: "Coverage of the intervals",
      description:
        "Share of past forecasts whose interval held what came, by horizon. The agent widens or narrows " +
        "intervals by it.",
      unit: UNITS.share,
    },
    [range("coverage", coverage, `${NAME}, {{horizon_seconds}} s ahead`)],
  )
    .min(0)
    .max(1),
  COVERAGE_STEPS,
);

const errorsOverTime = limits(
  timeseries(
    {
      id: 11,
      title: "Error against baselines",
      description:
        "Error of past forecasts over that of a baseline. Above 1 the baseline would have been better.",
      unit: UNITS.score,
    },
    [range("error", errors, `${NAME}, {{horizon_seconds}} s ahead, {{baseline}}`)],
  )
    .min(0)
    .decimals(2),
  worthALookFrom(AS_GOOD_AS_BASELINE),
);

const followed = timeseries(
  {
    id: 12,
    title: "Recommended less current replicas",
    description:
      "How far the replicas are from the recommendation: above 0 too few run, below 0 more than are needed.",
    unit: UNITS.count,
  },
  [range("difference", `${recommended} - ${current}`, NAME)],
);

const validity = timeseries(
  {
    id: 13,
    title: "Time until the recommendation expires",
    description:
      "How long the last recommendation still holds. Below 0 it has expired and must not be followed.",
    unit: UNITS.seconds,
  },
  [range("validity", `${expiry} - time()`, NAME)],
);

const ready = stateTimeline(
  {
    id: 20,
    title: "Models that are not ready",
    description: "Models that can't answer, while they can't, and the reason.",
    unit: UNITS.count,
  },
  [
    range(
      "status",
      perWorkload(ofWorkloads("presage_model_status", 'status!="ready"'), ...statusLabels),
      `${NAME} {{segment}}, {{model}}: {{status}}, {{reason}}`,
    ),
  ],
  [[null, "orange"]],
);

const statuses = table(
  {
    id: 21,
    title: "Models",
    description:
      "Each model of each segment as it is now: ready, warming up, or failed, and the reason.",
    unit: UNITS.count,
  },
  [column("status", perWorkload(ofWorkloads("presage_model_status"), ...statusLabels))],
  { status: undefined },
);

/** How good the models are, and whether their advice is taken. */
export function qualityDashboard(): BuiltDashboard {
  const [least, largest, share, learned] = numbers;
  return dashboard({
    uid: UIDS.quality,
    title: "Presage: models and feedback",
    description:
      "How good past forecasts were, whether recommendations are followed, and which models can't answer.",
    variables: FLEET_VARIABLES,
    annotations: annotations(ofWorkloads),
    rows: [
      {
        height: 4,
        panels: [
          [6, least],
          [6, largest],
          [6, share],
          [6, learned],
        ],
      },
      {
        heading: { id: 100, title: "Forecasts" },
        height: 9,
        panels: [
          [12, coverageOverTime],
          [12, errorsOverTime],
        ],
      },
      {
        heading: { id: 101, title: "Recommendations" },
        height: 8,
        panels: [
          [12, followed],
          [12, validity],
        ],
      },
      {
        heading: { id: 102, title: "Models" },
        height: 10,
        panels: [
          [12, ready],
          [12, statuses],
        ],
      },
    ],
  });
}
