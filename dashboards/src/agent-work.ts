import type { Row } from "./dashboard.js";
import { timeseries } from "./panels.js";
import { ofAgents, range } from "./queries.js";
import { UNITS } from "./units.js";

/** Grafana makes it at least four scrapes long, so that a rate always has two samples. */
const RATE_INTERVAL = "$__rate_interval";

/** A counter of the chosen agents, per second. */
export const rate = (metric: string, ...matchers: readonly string[]): string =>
  `rate(${ofAgents(metric, ...matchers)}[${RATE_INTERVAL}])`;

/** How full the queue of calls is, from 0 to 1. */
export const queueFill = `${ofAgents("presage_agent_queue_calls")} / ${ofAgents("presage_agent_queue_capacity_calls")}`;

const calls = timeseries(
  {
    id: 10,
    title: "Calls by what became of them",
    description:
      "Calls per second: accepted, duplicate, late, rejected or refused, and why. Refused ones are sent again.",
    unit: UNITS.callsPerSecond,
  },
  [
    range(
      "calls",
      `sum by (outcome, reason) (${rate("presage_agent_calls_total")})`,
      "{{outcome}} {{reason}}",
    ),
  ],
).min(0);

const queue = timeseries(
  {
    id: 11,
    title: "Queue",
    description: "How full the queue of calls is, from empty to full.",
    unit: UNITS.share,
  },
  [range("queue", queueFill, "{{instance}}")],
)
  .min(0)
  .max(1);

const dropped = timeseries(
  {
    id: 12,
    title: "Cut, merged or forgotten",
    description:
      "What did not go its full way because of a limit, per second: what it was, and why.",
    unit: UNITS.count,
  },
  [
    range(
      "dropped",
      `sum by (what, reason) (${rate("presage_agent_dropped_total")})`,
      "{{what}}, {{reason}}",
    ),
  ],
).min(0);

const scrapes = timeseries(
  {
    id: 13,
    title: "Failed readings of the services' own metrics",
    description: "Per second. Without these readings the cost of a call is not learned.",
    unit: UNITS.count,
  },
  [
    range(
      "failures",
      `sum by (namespace, workload) (${rate("presage_agent_scrape_failures_total")})`,
      "{{namespace}}/{{workload}}",
    ),
  ],
).min(0);

const stages = timeseries(
  {
    id: 20,
    title: "Time in each stage",
    description: "Seconds that each stage of the pipeline takes in a second of the clock.",
    unit: UNITS.share,
  },
  [
    range(
      "stage",
      `sum by (stage) (${rate("presage_agent_stage_duration_seconds_sum")})`,
      "{{stage}}",
    ),
  ],
).min(0);

const slowest = timeseries(
  {
    id: 21,
    title: "99th percentile of each stage",
    description: "99 of 100 runs of a stage take no longer, read from the histogram's buckets.",
    unit: UNITS.seconds,
  },
  [
    range(
      "stage",
      `histogram_quantile(0.99, sum by (stage, le) (${rate("presage_agent_stage_duration_seconds_bucket")}))`,
      "{{stage}}",
    ),
  ],
).min(0);

const fits = timeseries(
  {
    id: 22,
    title: "Mean time of a fit",
    description: "How long fitting a model takes, off the main thread.",
    unit: UNITS.seconds,
  },
  [
    range(
      "fit",
      `sum by (kind) (${rate("presage_agent_fit_duration_seconds_sum")}) / sum by (kind) (${rate("presage_agent_fit_duration_seconds_count")})`,
      "{{kind}}",
    ),
  ],
).min(0);

const fitFailures = timeseries(
  {
    id: 23,
    title: "Failed fits",
    description: "Fits that failed, per second. The model before stays in use.",
    unit: UNITS.count,
  },
  [range("failures", `sum by (kind) (${rate("presage_agent_fit_failures_total")})`, "{{kind}}")],
).min(0);

/** What the agents do with calls, and the time it takes them. */
export const WORK_ROWS: readonly Row[] = [
  {
    heading: { id: 100, title: "Calls" },
    height: 8,
    panels: [
      [12, calls],
      [12, queue],
    ],
  },
  {
    height: 8,
    panels: [
      [12, dropped],
      [12, scrapes],
    ],
  },
  {
    heading: { id: 101, title: "Time" },
    height: 8,
    panels: [
      [12, stages],
      [12, slowest],
    ],
  },
  {
    height: 8,
    panels: [
      [12, fits],
      [12, fitFailures],
    ],
  },
];
