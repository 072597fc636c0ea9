import type { Config } from "../config/schema.js";
import type { CallModel, Clock, Fitter, WorkloadKey, WorkloadState } from "../core/index.js";
import { pipelineOptions } from "./agent-options.js";
import { liveCallModels } from "./call-models.js";
import type { ClosedInterval } from "../behavior/windows.js";
import { configuredCalendar } from "../calendar/configured-calendar.js";
import { DecisionLog } from "../explanation/decision-log.js";
import { CallQueue } from "../ingestion/call-queue.js";
import { SeenIds } from "../ingestion/deduplication.js";
import { IdentityHasher } from "../ingestion/identity.js";
import { Ingestion } from "../ingestion/ingestion.js";
import { Operations } from "../ingestion/operations.js";
import { SelectingVolumeModel } from "../models/volume/selecting-volume-model.js";
import { Pipeline } from "../pipeline.js";
import type { Stage } from "../pipeline.js";
import type { TrainingOutcome } from "../pipeline/call-model-fits.js";
import { Workloads } from "./workloads.js";

/** Decisions kept for questions, per workload: an hour of them at the default window. */
const KEPT_DECISIONS = 360;

export interface FlowOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly identityKey: Buffer;
  readonly fitter: Fitter;
  /** Replay waits for fits, so that it can be repeated; a live agent never does. */
  readonly waitForFits: boolean;
  /** Models of one segment's calls; those of the live agent unless others are compared with them. */
  readonly createCallModels?: (config: Config) => readonly CallModel[];
  readonly observeStage?: (stage: Stage, durationSeconds: number) => void;
  readonly onTraining?: (outcome: TrainingOutcome) => void;
  readonly onOffered?: () => void;
  readonly onUnknownField?: (field: string) => void;
  readonly onRestoreProblem?: (workload: WorkloadKey, problem: string) => void;
  readonly onWindow?: (
    workload: WorkloadKey,
    interval: ClosedInterval,
    state: WorkloadState,
  ) => void;
}

/** The flow from the wire to a recommendation: what the live agent and a replay have in common. */
export interface Flow {
  readonly queue: CallQueue;
  readonly ingestion: Ingestion;
  readonly operations: Operations;
  readonly workloads: Workloads;
  readonly decisions: DecisionLog;
  /** Decisions that somebody asked for. */
  readonly asked: DecisionLog;
  readonly identity: IdentityHasher;
}

const MILLISECONDS_PER_SECOND = 1000;

/** Throws a RangeError that says what is wrong with the configured holidays or events. */
export function createFlow(options: FlowOptions): Flow {
  const { config, clock } = options;
  const { windowSeconds, forecast, ingestion: limits } = config;
  const createCallModels = options.createCallModels ?? liveCallModels;
  const events = configuredCalendar(forecast);
  const identity = new IdentityHasher(options.identityKey);
  const queue = new CallQueue({
    clock,
    capacityCalls: limits.queueCalls,
    ...(options.onOffered === undefined ? {} : { onOffered: options.onOffered }),
  });
  const decisions = new DecisionLog(KEPT_DECISIONS);
  const asked = new DecisionLog(KEPT_DECISIONS);
  let decisionCount = 0;
  const observeStage = options.observeStage ?? (() => undefined);
  const workloads = new Workloads(
    (workload) =>
      new Pipeline(workload, pipelineOptions(config, options.waitForFits), {
        createCallModels: () => createCallModels(config),
        createVolumeModel: () =>
          new SelectingVolumeModel({
            windowSeconds,
            horizonsSeconds: forecast.horizonsSeconds,
            level: forecast.level,
            seasonSeconds: forecast.seasonSeconds,
            refitWindows: forecast.refitWindows,
            prophet: forecast.prophet,
            events,
          }),
        fitter: options.fitter,
        calendar: events,
        decisionLog: decisions,
        askedLog: asked,
        nextDecisionId: (timeSeconds) => {
          decisionCount += 1;
          return `${Math.round(timeSeconds)}-${decisionCount}`;
        },
        time: (stage, run) => {
          const start = performance.now();
          try {
            return run();
          } finally {
            observeStage(stage, (performance.now() - start) / MILLISECONDS_PER_SECOND);
          }
        },
        onTraining: options.onTraining,
        onWindow: (interval, state) => options.onWindow?.(workload, interval, state),
      }),
    options.onRestoreProblem,
  );
  const operations = new Operations({
    maxOperations: limits.maxOperations,
    templates: () => limits.operationTemplates,
  });
  const ingestion = new Ingestion({
    clock,
    queue,
    identity,
    operations,
    seenIds: new SeenIds({
      // Unknown to callers, as they do not know the key, and the same after a restart.
      seed: Number.parseInt(identity.keyId.slice(0, 8), 16),
      retentionCalls: limits.idRetentionCalls,
    }),
    maxWorkloads: limits.maxWorkloads,
    futureToleranceSeconds: limits.futureToleranceSeconds,
    watermarkSeconds: (workload) => workloads.pipeline(workload)?.reorder.watermarkSeconds,
    ...(options.onUnknownField === undefined ? {} : { onUnknownField: options.onUnknownField }),
  });
  return { queue, ingestion, operations, workloads, decisions, asked, identity };
}

/** What was given up to stay within a limit, by what and why: for the metrics. */
export function* droppedBy({
  ingestion,
  workloads,
}: Flow): Generator<{ what: string; reason: string; count: number }> {
  const { unknownFields, pastLimit } = ingestion.counts();
  yield { what: "fields", reason: "unknown", count: unknownFields };
  for (const [what, count] of Object.entries(pastLimit)) {
    yield { what, reason: "past_limit", count };
  }
  yield { what: "calls", reason: "late_in_queue", count: workloads.lateInQueue };
  yield* workloads.drops();
}
