import { Gauge, Histogram, type Registry } from "prom-client";
import { parseWorkloadKey, type Clock, type FitJob, type WorkloadKey } from "../core/index.js";
import { sampledCounter, sampledGauge } from "./sampled-metrics.js";

/** Calls by what became of them. */
interface CallCounts {
  readonly accepted: number;
  readonly duplicate: number;
  readonly late: number;
  /** By reason, from a closed list. */
  readonly rejected: Readonly<Record<string, number>>;
  /** Of batches that the full queue did not take; their senders send them again. */
  readonly refused: number;
}

/** What did not go its full way: cut, merged into `{other}`, forgotten or ignored. */
interface DropCount {
  /** What it was, from a closed list: `sessions`, `operations`, `roles`, `calls`. */
  readonly what: string;
  /** Why, from a closed list: `past_limit`, `late_in_queue`, `unknown`. */
  readonly reason: string;
  readonly count: number;
}

interface LearnedCallCount {
  readonly workload: WorkloadKey;
  readonly calls: number;
}

interface ScrapeFailureCount {
  readonly workload: WorkloadKey;
  readonly failures: number;
}

export interface CheckpointReading {
  readonly lastSavedSeconds: number | undefined;
  readonly lastBytes: number | undefined;
  readonly lastDurationSeconds: number | undefined;
  readonly failures: number;
  readonly setAside: number;
}

/** Where the numbers are read when Prometheus asks. Counts only grow. */
export interface AgentMetricSources {
  readonly clock: Clock;
  /** Of the agent, as in its package. */
  readonly version: string;
  readonly queue: () => { readonly calls: number; readonly capacityCalls: number };
  readonly calls: () => CallCounts;
  /** Since the first start: a checkpoint carries it across restarts. */
  readonly learnedCalls: () => Iterable<LearnedCallCount>;
  readonly drops: () => Iterable<DropCount>;
  readonly scrapeFailures: () => Iterable<ScrapeFailureCount>;
  readonly checkpoint: () => CheckpointReading;
}

/** What is told rather than read, because it happens seldom. */
export interface AgentMetrics {
  /** To be followed by `fitEnded`. */
  fitStarted(kind: FitJob["kind"]): void;
  fitEnded(kind: FitJob["kind"], durationSeconds: number, outcome: "fitted" | "failed"): void;
  /** What became of a training: `adopted`, `rejected` (no better than what serves), `failed` or `outdated`. */
  trainingEnded(outcome: "adopted" | "rejected" | "failed" | "outdated"): void;
  /** What trains networks: `own`, `tensorflow` (its native library) or `wasm`. */
  trainingBackend(backend: string): void;
}

/** Upper bounds in seconds: a fit takes from some milliseconds to a minute. */
const FIT_BUCKET_SECONDS = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60];

/** Registers the agent's metrics about itself. */
export function registerAgentMetrics(
  registry: Registry,
  sources: AgentMetricSources,
): AgentMetrics {
  registerBuild(registry, sources.version);
  registerIngestion(registry, sources);
  registerCheckpoint(registry, sources);
  return registerFits(registry);
}

function registerBuild(registry: Registry, version: string): void {
  new Gauge({
    name: "presage_agent_build_info",
    help: "Version of the agent and of Node; always 1",
    labelNames: ["version", "node_version"],
    registers: [registry],
  })
    .labels(version, process.version)
    .set(1);
}

function registerIngestion(registry: Registry, sources: AgentMetricSources): void {
  sampledGauge(
    registry,
    { name: "presage_agent_queue_calls", help: "Calls that wait for the pipeline" },
    () => sources.queue().calls,
  );
  sampledGauge(
    registry,
    { name: "presage_agent_queue_capacity_calls", help: "Calls that may wait for the pipeline" },
    () => sources.queue().capacityCalls,
  );
  sampledCounter(
    registry,
    {
      name: "presage_agent_calls_total",
      help: "Calls by what became of them, and why; refused ones are sent again",
      labelNames: ["outcome", "reason"],
    },
    function* () {
      const { accepted, duplicate, late, rejected, refused } = sources.calls();
      yield { labels: ["accepted", ""], value: accepted };
      yield { labels: ["duplicate", ""], value: duplicate };
      yield { labels: ["late", ""], value: late };
      yield { labels: ["refused", "queue_full"], value: refused };
      for (const [reason, value] of Object.entries(rejected)) {
        yield { labels: ["rejected", reason], value };
      }
    },
  );
  sampledCounter(
    registry,
    {
      name: "presage_agent_learned_calls_total",
      help: "Calls that the models have learned from, across restarts",
      labelNames: ["namespace", "workload"],
    },
    function* () {
      for (const { workload, calls } of sources.learnedCalls()) {
        const { namespace, name } = parseWorkloadKey(workload);
        yield { labels: [namespace, name], value: calls };
      }
    },
  );
  sampledCounter(
    registry,
    {
      name: "presage_agent_dropped_total",
      help: "What was merged into another name, cut, forgotten or ignored, by what it was and why",
      labelNames: ["what", "reason"],
    },
    function* () {
      for (const { what, reason, count } of sources.drops()) {
        yield { labels: [what, reason], value: count };
      }
    },
  );
  sampledCounter(
    registry,
    {
      name: "presage_agent_scrape_failures_total",
      help: "Readings of a service's own metrics that failed",
      labelNames: ["namespace", "workload"],
    },
    function* () {
      for (const { workload, failures } of sources.scrapeFailures()) {
        const { namespace, name } = parseWorkloadKey(workload);
        yield { labels: [namespace, name], value: failures };
      }
    },
  );
}

function registerCheckpoint(registry: Registry, { checkpoint, clock }: AgentMetricSources): void {
  sampledGauge(
    registry,
    {
      name: "presage_agent_checkpoint_age_seconds",
      help: "Time since the last checkpoint was saved; absent before the first",
    },
    () => {
      const { lastSavedSeconds } = checkpoint();
      return lastSavedSeconds === undefined ? undefined : clock.now() - lastSavedSeconds;
    },
  );
  sampledGauge(
    registry,
    {
      name: "presage_agent_checkpoint_size_bytes",
      help: "Size of the last checkpoint; absent before the first",
    },
    () => checkpoint().lastBytes,
  );
  sampledGauge(
    registry,
    {
      name: "presage_agent_checkpoint_duration_seconds",
      help: "Time that the last checkpoint took; absent before the first",
    },
    () => checkpoint().lastDurationSeconds,
  );
  sampledCounter(
    registry,
    {
      name: "presage_agent_checkpoint_failures_total",
      help: "Checkpoints that could not be saved",
    },
    () => [{ labels: [], value: checkpoint().failures }],
  );
  sampledCounter(
    registry,
    {
      name: "presage_agent_checkpoint_set_aside_total",
      help: "Checkpoints that could not be used at the start and were set aside",
    },
    () => [{ labels: [], value: checkpoint().setAside }],
  );
}

function registerFits(registry: Registry): AgentMetrics {
  const durations = new Histogram({
    name: "presage_agent_fit_duration_seconds",
    help: "Time that fitting a model took, failed ones too",
    labelNames: ["kind"],
    buckets: FIT_BUCKET_SECONDS,
    registers: [registry],
  });
  const running = new Gauge({
    name: "presage_agent_fits_running",
    help: "Fits under way, those that wait for their turn too",
    labelNames: ["kind"],
    registers: [registry],
  });
  running.labels("sequence").set(0);
  const failures = new Map<FitJob["kind"], number>([["volume", 0]]);
  sampledCounter(
    registry,
    {
      name: "presage_agent_fit_failures_total",
      help: "Fits of a model that failed",
      labelNames: ["kind"],
    },
    function* () {
      for (const [kind, value] of failures) {
        yield { labels: [kind], value };
      }
    },
  );
  const backends = new Gauge({
    name: "presage_training_backend_info",
    help: "What trains networks, once a training thread has started; always 1",
    labelNames: ["backend"],
    registers: [registry],
  });
  const trainings = { adopted: 0, rejected: 0, failed: 0, outdated: 0 };
  sampledCounter(
    registry,
    {
      name: "presage_agent_trainings_total",
      help:
        "Trainings of networks, by what became of them; rejected ones were no better than what served, " +
        "outdated ones were under way when behavior changed",
      labelNames: ["outcome"],
    },
    function* () {
      for (const [outcome, value] of Object.entries(trainings)) yield { labels: [outcome], value };
    },
  );
  return {
    trainingBackend: (backend) => {
      backends.reset();
      backends.labels(backend).set(1);
    },
    trainingEnded: (outcome) => {
      trainings[outcome] += 1;
    },
    fitStarted: (kind) => {
      running.inc({ kind });
    },
    fitEnded: (kind, durationSeconds, outcome) => {
      running.dec({ kind });
      durations.observe({ kind }, durationSeconds);
      if (outcome === "failed") {
        failures.set(kind, (failures.get(kind) ?? 0) + 1);
      }
    },
  };
}
