import type {
  Call,
  Clock,
  IngestResult,
  Json,
  Persistent,
  RejectedCall,
  WorkloadKey,
} from "../core/index.js";
import { CallAssembly, type BoundedKind, type CallAssemblyOptions } from "./call-assembly.js";
import type { CallQueue } from "./call-queue.js";
import type { SeenIds } from "./deduplication.js";
import { parseRfc3339 } from "./rfc3339.js";
import { objectField } from "./snapshot-field.js";
import { decodeWireCall, eachUnknownField, type WireCall } from "./wire-call.js";

/** A minute: what clocks of machines that do not run NTP are apart. */
const DEFAULT_FUTURE_TOLERANCE_SECONDS = 60;
/** Names of unknown fields that are reported; past it they are only counted. */
const MAX_UNKNOWN_FIELDS = 100;
const MAX_UNKNOWN_FIELD_CHARACTERS = 64;

/** Why a call was rejected. A closed list: it is also a metric label. */
export type RejectionReason =
  "invalid_field" | "future_timestamp" | "too_many_workloads" | "batch_too_large";

/** What happened to the calls since the start: plain totals, for the metrics. */
export interface IngestionCounts {
  readonly accepted: number;
  readonly duplicate: number;
  readonly late: number;
  readonly rejected: Readonly<Record<RejectionReason, number>>;
  /** Calls of batches that the full queue refused; their clients send them again. */
  readonly refused: number;
  /** Fields that no one knows, in all calls. */
  readonly unknownFields: number;
  /** Names past a limit, by kind: each became `{other}`. */
  readonly pastLimit: Readonly<Record<BoundedKind, number>>;
}

export interface IngestionOptions extends CallAssemblyOptions {
  readonly clock: Clock;
  readonly queue: CallQueue;
  readonly seenIds: SeenIds;
  /** Calls of the workload that ended before this moment of event time are late; undefined: none is. */
  readonly watermarkSeconds: (workload: WorkloadKey) => number | undefined;
  readonly futureToleranceSeconds?: number;
  /** Told once for each name of a field that is not known. */
  readonly onUnknownField?: (field: string) => void;
}

/**
 * The way from the wire to the queue: checks a record, finds duplicates and late calls, names the
 * operation, anonymizes. Every source comes through here.
 *
 * When a call happened, and when it is too late:
 * - It happened when it began. One that is told of when it ends, after longer than the lateness, could
 *   never be in time; so one that began before the watermark and did not end before it is placed at
 *   the watermark.
 * - One that ended before the watermark is late: counted, and left out. Without a duration it ended when
 *   it began.
 * - One from the future, within the tolerance, is placed at the agent's own clock: one fast clock among
 *   the instances must not move the watermark and so make the calls of all others late.
 * - One from further ahead is rejected.
 */
export class Ingestion implements Persistent {
  readonly #options: IngestionOptions;
  readonly #assembly: CallAssembly;
  readonly #futureToleranceSeconds: number;
  readonly #unknownFieldNames = new Set<string>();
  readonly #reportUnknownField: (field: string) => void;
  #accepted = 0;
  #duplicate = 0;
  #late = 0;
  #refused = 0;
  #unknownFields = 0;
  readonly #rejected: Record<RejectionReason, number> = {
    invalid_field: 0,
    future_timestamp: 0,
    too_many_workloads: 0,
    batch_too_large: 0,
  };

  constructor(options: IngestionOptions) {
    this.#options = options;
    this.#assembly = new CallAssembly(options);
    this.#futureToleranceSeconds =
      options.futureToleranceSeconds ?? DEFAULT_FUTURE_TOLERANCE_SECONDS;
    this.#reportUnknownField = (field) => {
      this.#noteUnknownField(field);
    };
  }

  /**
   * Takes a batch of records as they came. One bad call never costs the good ones. When the queue may
   * not have room for all of them nothing is taken and no id is remembered: the same batch can be
   * sent again. Records past the queue's whole capacity can never be taken and are rejected.
   */
  ingest(records: readonly unknown[]): IngestResult {
    const { queue, seenIds } = this.#options;
    const takable = Math.min(records.length, queue.capacityCalls);
    // Before any work: under pressure a refusal must be cheap, and it must leave no trace.
    if (takable > queue.free) {
      this.#refused += records.length;
      return { status: "full", retryAfterSeconds: queue.retryAfterSeconds(takable) };
    }
    const nowSeconds = this.#options.clock.now();
    const latestSeconds = nowSeconds + this.#futureToleranceSeconds;
    const calls: Call[] = [];
    const rejected: RejectedCall[] = [];
    let duplicate = 0;
    let late = 0;
    const reject = (index: number, field: string, reason: string, cause: RejectionReason): void => {
      this.#rejected[cause] += 1;
      rejected.push({ index, field, reason });
    };
    for (let index = 0; index < takable; index++) {
      const record = records[index];
      const { call: wire, problem } = decodeWireCall(record);
      if (wire === undefined) {
        reject(index, problem.field, problem.reason, "invalid_field");
        continue;
      }
      eachUnknownField(record as object, this.#reportUnknownField);
      const beganSeconds =
        typeof wire.timestamp === "number" ? wire.timestamp : parseRfc3339(wire.timestamp);
      if (beganSeconds === undefined) {
        reject(index, "timestamp", "not an RFC 3339 date-time", "invalid_field");
        continue;
      }
      if (beganSeconds > latestSeconds) {
        const reason = `more than ${this.#futureToleranceSeconds} seconds in the future`;
        reject(index, "timestamp", reason, "future_timestamp");
        continue;
      }
      const workload = this.#assembly.workload(wire);
      if (workload === undefined) {
        const reason = `this agent holds ${this.#assembly.maxWorkloads} workloads, and this would be one more`;
        reject(index, "service", reason, "too_many_workloads");
        continue;
      }
      const { key } = workload;
      const watermarkSeconds = this.#options.watermarkSeconds(key) ?? -Infinity;
      const endedSeconds = beganSeconds + (wire.durationSeconds ?? 0);
      const timeSeconds = Math.min(
        nowSeconds,
        Math.max(beganSeconds, Math.min(watermarkSeconds, endedSeconds)),
      );
      if (timeSeconds < watermarkSeconds) {
        // What was taken in time and comes again is a duplicate, however late.
        if (wire.id !== undefined && seenIds.has(key, wire.id)) duplicate += 1;
        else late += 1;
      } else if (wire.id !== undefined && !seenIds.add(key, wire.id)) {
        duplicate += 1;
      } else {
        calls.push(this.#assembly.call(workload, timeSeconds, wire, record as WireCall));
      }
    }
    for (let index = takable; index < records.length; index++) {
      const reason = `a batch has at most ${queue.capacityCalls} calls`;
      reject(index, "calls", reason, "batch_too_large");
    }
    queue.offer(calls);
    this.#accepted += calls.length;
    this.#duplicate += duplicate;
    this.#late += late;
    return { status: "taken", accepted: calls.length, duplicate, late, rejected };
  }

  counts(): IngestionCounts {
    return {
      accepted: this.#accepted,
      duplicate: this.#duplicate,
      late: this.#late,
      rejected: { ...this.#rejected },
      refused: this.#refused,
      unknownFields: this.#unknownFields,
      pastLimit: this.#assembly.pastLimit(),
    };
  }

  /** The workloads that are known, each of which takes one of the places. */
  get workloads(): readonly WorkloadKey[] {
    return this.#assembly.workloads;
  }

  /** Forgets a workload with its names and operations: its place is free, and it may come again. */
  forgetWorkload(workload: WorkloadKey): void {
    this.#assembly.forgetWorkload(workload);
    this.#options.operations.forgetWorkload(workload);
  }

  /**
   * Learned paths, seen ids, workloads and their names. Drain the queue first: an id in it must not
   * outlive its call.
   */
  snapshot(): Json {
    return {
      operations: this.#options.operations.snapshot(),
      seenIds: this.#options.seenIds.snapshot(),
      names: this.#assembly.snapshot(),
    };
  }

  restore(snapshot: Json): void {
    const fields = objectField(snapshot, "ingestion");
    this.#options.operations.restore(fields["operations"] ?? null);
    this.#options.seenIds.restore(fields["seenIds"] ?? null);
    this.#assembly.restore(fields["names"] ?? null);
  }

  #noteUnknownField(field: string): void {
    this.#unknownFields += 1;
    const name = field.slice(0, MAX_UNKNOWN_FIELD_CHARACTERS);
    if (this.#unknownFieldNames.has(name)) return;
    if (this.#unknownFieldNames.size >= MAX_UNKNOWN_FIELDS) return;
    this.#unknownFieldNames.add(name);
    this.#options.onUnknownField?.(name);
  }
}
