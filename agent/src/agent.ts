import { join } from "node:path";
import { AlertLog } from "./api/alert-log.js";
import { createApi, createMetricsApp } from "./api/api.js";
import type { ApiOptions } from "./api/options.js";
import { checkpointSections, restoreCheckpoint } from "./runtime/checkpoints.js";
import type { CheckpointParts } from "./runtime/checkpoints.js";
import { prepareDataDirectory } from "./checkpoint/data-directory.js";
import { lockDirectory, type DirectoryLock } from "./checkpoint/directory-lock.js";
import { FileCheckpointStore } from "./checkpoint/file-checkpoint.js";
import { readKeyFile, readOrGenerateKeyFile } from "./checkpoint/key-file.js";
import type { Config } from "./config/schema.js";
import type { Clock, WorkloadView } from "./core/index.js";
import { systemClock, workloadKey } from "./core/index.js";
import { createPrometheusExporter } from "./exporters/prometheus/exporter.js";
import { createFitters } from "./runtime/fitters.js";
import { createFlow, droppedBy } from "./runtime/flow.js";
import { loadIdentityKey } from "./ingestion/identity.js";
import { wireCallSchema } from "./ingestion/wire-call.js";
import { keepHouse } from "./runtime/housekeeping.js";
import { Intake } from "./runtime/intake.js";
import { ModelUpdates } from "./runtime/model-updates.js";
import { registerAgentMetrics } from "./telemetry/agent-metrics.js";
import { createLogger, type Logger } from "./telemetry/logger.js";
import { createRegistry } from "./telemetry/registry.js";
import { StageDurations } from "./telemetry/stage-durations.js";
import { openListeners, type Listeners } from "./runtime/listeners.js";
import { createScrapers } from "./runtime/scrapers.js";
import { timedFitter } from "./runtime/timed-fitter.js";
import { STAGES } from "./pipeline.js";
import { VERSION } from "./runtime/version.js";

export type { Config } from "./config/schema.js";
export { loadConfig } from "./config/load-config.js";
export type { Clock, WorkloadState, WorkloadView } from "./core/index.js";
export { acceleratedClock, seededRandom, systemClock } from "./core/index.js";

export interface Agent {
  readonly view: WorkloadView;
  /** Where the API listens. */
  readonly apiUrl: string;
  /** Where the small listener with `/metrics`, `/healthz` and `/readyz` listens. */
  readonly metricsUrl: string;
  /** Stops listening, finishes what was accepted, saves a checkpoint. */
  stop(): Promise<void>;
}

/** Without calls, event time follows the clock at this many times the allowed lateness. */
const IDLE_LATENESS_FACTOR = 3;
const MILLISECONDS_PER_SECOND = 1000;
/** How often the agent looks whether windows have ended without a call. */
const TICK_SECONDS = 1;

/**
 * Builds every part of the agent, restores what was learned, and answers from then on. Rejects when it
 * can't, with a message that says what to change; the ports and the directory are free again then.
 */
export async function startAgent(
  config: Config,
  { clock = systemClock }: { readonly clock?: Clock } = {},
): Promise<Agent> {
  const log = createLogger({ level: config.telemetry.logLevel, clock });
  // Nothing is written before the ports and the directory are this agent's own.
  const listeners = await openListeners(config, log);
  let lock: DirectoryLock | undefined;
  try {
    await prepareDataDirectory(config.dataDirectory);
    lock = await lockDirectory(config.dataDirectory);
    return await runAgent({ config, clock, log, listeners, lock });
  } catch (error) {
    await listeners.close();
    await lock?.release();
    throw error;
  }
}

interface Ground {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Logger;
  readonly listeners: Listeners;
  readonly lock: DirectoryLock;
}

/** Everything from the keys to the first answer, on listeners and in a directory that are taken. */
async function runAgent({ config, clock, log, listeners, lock }: Ground): Promise<Agent> {
  const { dataDirectory } = config;
  const identityKey = loadIdentityKey({ keyFile: config.identity.keyFile, dataDirectory });
  const bundleKey =
    config.bundles.keyFile === undefined
      ? await readOrGenerateKeyFile(join(dataDirectory, "bundle.key"))
      : await readKeyFile(config.bundles.keyFile);

  const backends = new Set<string>();
  const stages = new StageDurations(STAGES);
  const registry = createRegistry();
  stages.register(registry);
  const worker = createFitters({
    backend: config.training.backend,
    onBackend: (backend) => {
      agentMetrics.trainingBackend(backend);
      if (!backends.has(backend)) log.info({ backend }, "networks are trained by this backend");
      backends.add(backend);
    },
    onPause: (problem) => {
      log.error({ problem }, "nothing of this kind is fitted for now; models keep what they have");
    },
  });
  const fitter = timedFitter(worker, {
    onStart: (kind) => {
      agentMetrics.fitStarted(kind);
    },
    onEnd: (kind, seconds, outcome) => {
      agentMetrics.fitEnded(kind, seconds, outcome);
    },
  });
  const flow = createFlow({
    config,
    clock,
    identityKey,
    fitter,
    waitForFits: false,
    observeStage: (stage, seconds) => {
      stages.observe(stage, seconds);
    },
    onTraining: (outcome) => {
      agentMetrics.trainingEnded(outcome);
    },
    onOffered: () => {
      intake.wake(flow.queue);
    },
    onUnknownField: (field) => {
      log.warn({ field }, "calls have a field that this version does not know; it is ignored");
    },
    onRestoreProblem: (workload, problem) => {
      log.warn({ workload, problem }, "this part of the checkpoint does not fit; it starts anew");
    },
  });
  const { queue, ingestion, workloads, decisions, asked, identity } = flow;
  const intake = new Intake(workloads, (error) => {
    log.error({ err: error }, "the pipeline failed");
  });
  const scrapers = createScrapers(
    config,
    clock,
    (reading) => {
      intake.soon(() => {
        workloads.record(reading);
      });
    },
    log,
  );

  const store = new FileCheckpointStore({
    directory: dataDirectory,
    clock,
    onSetAside: (reason, movedTo) => {
      log.warn({ reason, movedTo }, "a checkpoint that can't be used was set aside");
    },
  });
  const parts: CheckpointParts = { ingestion, workloads };
  await restoreCheckpoint(store, parts, identity.keyId, log);
  for (const workload of ingestion.workloads) {
    // A place without a pipeline (its part of the checkpoint did not fit) would never be free again.
    if (workloads.pipeline(workload) === undefined) ingestion.forgetWorkload(workload);
  }
  const save = async (): Promise<void> => {
    try {
      const sections = await intake.whenDrained(queue, () =>
        checkpointSections(parts, identity.keyId),
      );
      await store.save(sections);
    } catch (error) {
      log.error({ err: error }, "the checkpoint could not be saved");
    }
  };

  const agentMetrics = registerAgentMetrics(registry, {
    clock,
    version: VERSION,
    queue: () => ({ calls: queue.size, capacityCalls: queue.capacityCalls }),
    calls: () => ingestion.counts(),
    learnedCalls: () =>
      workloads.pipelines.map(({ workload, learnedCalls }) => ({ workload, calls: learnedCalls })),
    drops: () => droppedBy(flow),
    scrapeFailures: () =>
      scrapers.map(({ workload, scraper }) => ({ workload, failures: scraper.counts().failures })),
    checkpoint: () => store.health(),
  });
  const exporter = createPrometheusExporter(registry, workloads, { mode: config.mode, clock });
  const updates = new ModelUpdates({
    workloads,
    bundleKey: bundleKey.bytes,
    identityKeyId: identity.keyId,
  });

  const options: ApiOptions = {
    ingest: (records) => ingestion.ingest(records),
    callSchema: wireCallSchema,
    decide: ({ workload, currentResources, horizonSeconds }) =>
      workloads.pipeline(workloadKey(workload))?.decideFor(currentResources, horizonSeconds),
    // They need a second run of the allocator, which comes with the allocator's own issue.
    counterfactuals: () => [],
    explanations: {
      byId: (id) => decisions.byId(id) ?? asked.byId(id),
      byWorkload: (key, limit) => decisions.byWorkload(key, limit),
    },
    updateModel: (bundle) => intake.exclusively(() => updates.update(bundle)),
    restoreModel: ({ workload, segment }) =>
      intake.exclusively(() => updates.restorePrevious(workload, segment)),
    alertLog: new AlertLog({ clock }),
    view: workloads,
    ready: () => ({ ready: true, reasons: [] }),
    metricsText: (accept) => exporter.metricsText(accept),
    reportError: (error, request) => {
      log.error({ err: error, ...request }, "a request failed");
    },
    token: listeners.token,
    limits: {
      maxBodyBytes: config.api.maxBodyBytes,
      bodyTimeoutSeconds: config.api.requestTimeoutSeconds,
      maxCallsPerRequest: config.api.maxCallsPerRequest,
    },
    version: VERSION,
  };
  listeners.serve({ api: createApi(options), metrics: createMetricsApp(options) });
  for (const { scraper } of scrapers) scraper.start();
  const idleLatenessSeconds = IDLE_LATENESS_FACTOR * config.ingestion.latenessSeconds;
  const tick = setInterval(() => {
    intake.soon(async () => {
      await workloads.advance(clock.now() - idleLatenessSeconds);
      keepHouse(flow, clock.now(), config.ingestion.forgetWorkloadSeconds, log);
    });
  }, TICK_SECONDS * MILLISECONDS_PER_SECOND);
  const checkpoint = setInterval(
    () => void save(),
    config.checkpoint.intervalSeconds * MILLISECONDS_PER_SECOND,
  );

  const { apiUrl, metricsUrl } = listeners;
  log.info({ apiUrl, metricsUrl, mode: config.mode }, "presage is listening");
  return {
    view: workloads,
    apiUrl,
    metricsUrl,
    async stop() {
      clearInterval(tick);
      clearInterval(checkpoint);
      for (const { scraper } of scrapers) scraper.stop();
      await listeners.close();
      await save();
      await worker.close();
      await lock.release();
      log.info("presage has stopped");
    },
  };
}
