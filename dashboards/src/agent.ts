import { queueFill, rate, WORK_ROWS } from "./agent-work.js";
import { dashboard } from "./dashboard.js";
import type { BuiltDashboard } from "./dashboard.js";
import { REACHABLE_PANEL_ID, UIDS } from "./defaults.js";
import { NEUTRAL, stat, stateTimeline, table, timeseries, worthALookFrom } from "./panels.js";
import { column, instant, ofAgents, range } from "./queries.js";
import { UNITS } from "./units.js";
import { AGENT_VARIABLES } from "./variables.js";

/** A queue that is half full has little room for a burst. */
const QUEUE_WORTH_A_LOOK = 0.5;

const numbers = [
  stat(
    {
      id: 1,
      title: "Agents that can be scraped",
      description: "Targets of the job that Prometheus reaches.",
      unit: UNITS.count,
    },
    [instant("up", `sum(${ofAgents("up")})`)],
    [
      [null, "red"],
      [1, "green"],
    ],
  ),
  stat(
    {
      id: 2,
      title: "Fullest queue",
      description:
        "Calls that wait for the pipeline, over those that may wait. A full queue refuses calls.",
      unit: UNITS.share,
    },
    [instant("queue", `max(${queueFill})`)],
    worthALookFrom(QUEUE_WORTH_A_LOOK),
  ),
  stat(
    {
      id: 3,
      title: "Oldest checkpoint",
      description: "What was learned since then would be lost in a crash.",
      unit: UNITS.seconds,
    },
    [instant("age", `max(${ofAgents("presage_agent_checkpoint_age_seconds")})`)],
    NEUTRAL,
  ),
  stat(
    {
      id: 4,
      title: "Left out of the export",
      description:
        "Workloads, segments and operations that are not exported because of the limits on series. 0 when all are.",
      unit: UNITS.count,
    },
    [instant("omitted", `sum by (what) (${ofAgents("presage_export_omitted")})`, "{{what}}")],
    worthALookFrom(1),
  ),
] as const;

const reachable = stateTimeline(
  {
    id: REACHABLE_PANEL_ID,
    title: "Reachable",
    description: "Whether Prometheus reaches each agent.",
    unit: UNITS.count,
  },
  [range("up", ofAgents("up"), "{{instance}}")],
  [
    [null, "red"],
    [1, "green"],
  ],
);

const builds = table(
  {
    id: 6,
    title: "Versions",
    description: "Version of each agent and of its Node.",
    unit: UNITS.count,
  },
  [
    column(
      "build",
      `max by (job, instance, version, node_version) (${ofAgents("presage_agent_build_info")})`,
    ),
  ],
  { build: undefined },
);

const checkpointSize = timeseries(
  {
    id: 30,
    title: "Size of the checkpoint",
    description: "Size of the last checkpoint of each agent.",
    unit: UNITS.bytes,
  },
  [range("size", ofAgents("presage_agent_checkpoint_size_bytes"), "{{instance}}")],
).min(0);

const checkpointTime = timeseries(
  {
    id: 31,
    title: "Time for a checkpoint",
    description: "How long the last checkpoint of each agent took.",
    unit: UNITS.seconds,
  },
  [range("duration", ofAgents("presage_agent_checkpoint_duration_seconds"), "{{instance}}")],
).min(0);

const checkpointFailures = timeseries(
  {
    id: 32,
    title: "Failed checkpoints",
    description: "Checkpoints that could not be saved, per second, and those set aside at a start.",
    unit: UNITS.count,
  },
  [
    range(
      "failed",
      `sum by (instance) (${rate("presage_agent_checkpoint_failures_total")})`,
      "{{instance}}, not saved",
    ),
    range(
      "aside",
      `sum by (instance) (${rate("presage_agent_checkpoint_set_aside_total")})`,
      "{{instance}}, set aside",
    ),
  ],
).min(0);

const cpu = timeseries(
  {
    id: 40,
    title: "CPU",
    description: "CPU cores that each agent uses.",
    unit: UNITS.cores,
  },
  [range("cpu", rate("process_cpu_seconds_total"), "{{instance}}")],
).min(0);

const memory = timeseries(
  {
    id: 41,
    title: "Memory",
    description: "Resident memory of each agent, and what of it is used on the heap.",
    unit: UNITS.bytes,
  },
  [
    range("resident", ofAgents("process_resident_memory_bytes"), "{{instance}}, resident"),
    range("heap", ofAgents("nodejs_heap_size_used_bytes"), "{{instance}}, heap used"),
  ],
).min(0);

const lag = timeseries(
  {
    id: 42,
    title: "Lag of the event loop",
    description: "99th percentile: how long the main thread keeps callers waiting.",
    unit: UNITS.seconds,
  },
  [range("lag", ofAgents("nodejs_eventloop_lag_p99_seconds"), "{{instance}}")],
).min(0);

/** The health of the agents themselves. */
export function agentDashboard(): BuiltDashboard {
  const [up, fullest, oldest, omitted] = numbers;
  return dashboard({
    uid: UIDS.agent,
    title: "Presage: agent",
    description:
      "The health of the agents themselves: calls in, time, checkpoints, CPU and memory.",
    variables: AGENT_VARIABLES,
    annotations: [],
    rows: [
      {
        height: 4,
        panels: [
          [6, up],
          [6, fullest],
          [6, oldest],
          [6, omitted],
        ],
      },
      {
        height: 5,
        panels: [
          [14, reachable],
          [10, builds],
        ],
      },
      ...WORK_ROWS,
      {
        heading: { id: 102, title: "Checkpoints" },
        height: 7,
        panels: [
          [8, checkpointSize],
          [8, checkpointTime],
          [8, checkpointFailures],
        ],
      },
      {
        heading: { id: 103, title: "Process" },
        height: 8,
        panels: [
          [8, cpu],
          [8, memory],
          [8, lag],
        ],
      },
    ],
  });
}
