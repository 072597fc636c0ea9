import { encodeFloats, type Json, type SnapshotReader } from "../../core/index.js";

/** Numbers of a call that are averaged by actor: natural logarithms of bytes and of seconds. */
export const AVERAGED = ["requestBytes", "responseBytes", "pause"] as const;
const FIELDS_OF_AVERAGE = 3;
/** Before the operations' counts: calls, calls that only read, first calls of sessions. */
const COUNTS = 3;
const FIRST_AVERAGE = COUNTS;
const FIRST_OPERATION = COUNTS + AVERAGED.length * FIELDS_OF_AVERAGE;

/** What one call adds to a profile; NaN where it is unknown. */
export interface ProfiledCall {
  /** Place of the operation, or -1 for one past the limit. */
  readonly place: number;
  readonly reads: boolean;
  readonly startsSession: boolean;
  /** One value for each of {@link AVERAGED}. */
  readonly logs: Float64Array;
}

/** How one actor behaves: sums, which fade as time passes, so that nothing of a call is kept. */
export class ActorProfile {
  /** Where the actor belongs; undefined while that is not known. */
  cluster: string | undefined;
  /** Where the last fit saw the actor, when that is not where it belongs. */
  pending: string | undefined;
  /** Calls since the actor is known, which do not fade. */
  seen = 0;
  readonly #sums: Float32Array;

  constructor(operations: number) {
    this.#sums = new Float32Array(FIRST_OPERATION + operations);
  }

  get calls(): number {
    return this.#sums[0] ?? 0;
  }

  get readRatio(): number {
    return (this.#sums[1] ?? 0) / this.calls;
  }

  get sessionStartRatio(): number {
    return (this.#sums[2] ?? 0) / this.calls;
  }

  add(call: ProfiledCall): void {
    const sums = this.#sums;
    this.seen += 1;
    sums[0] = (sums[0] ?? 0) + 1;
    if (call.reads) sums[1] = (sums[1] ?? 0) + 1;
    if (call.startsSession) sums[2] = (sums[2] ?? 0) + 1;
    for (let index = 0; index < AVERAGED.length; index += 1) {
      const value = call.logs[index] ?? NaN;
      if (Number.isNaN(value)) continue;
      const at = FIRST_AVERAGE + index * FIELDS_OF_AVERAGE;
      sums[at] = (sums[at] ?? 0) + 1;
      sums[at + 1] = (sums[at + 1] ?? 0) + value;
      sums[at + 2] = (sums[at + 2] ?? 0) + value * value;
    }
    if (call.place < 0) return;
    const at = FIRST_OPERATION + call.place;
    sums[at] = (sums[at] ?? 0) + 1;
  }

  fade(factor: number): void {
    for (let at = 0; at < this.#sums.length; at += 1) {
      this.#sums[at] = (this.#sums[at] ?? 0) * factor;
    }
  }

  /** Share of the calls that were of the operation with this place. */
  operationRatio(place: number): number {
    return (this.#sums[FIRST_OPERATION + place] ?? 0) / this.calls;
  }

  /** Mean of one of {@link AVERAGED}; NaN when no call had it. */
  mean(index: number): number {
    const at = FIRST_AVERAGE + index * FIELDS_OF_AVERAGE;
    return (this.#sums[at + 1] ?? NaN) / (this.#sums[at] ?? NaN);
  }

  /** Calls that had it, and the squared deviations from their mean added up. */
  scatter(index: number): { readonly count: number; readonly squares: number } {
    const at = FIRST_AVERAGE + index * FIELDS_OF_AVERAGE;
    const count = this.#sums[at] ?? 0;
    if (count === 0) return { count, squares: 0 };
    const sum = this.#sums[at + 1] ?? NaN;
    return { count, squares: Math.max(0, (this.#sums[at + 2] ?? NaN) - (sum * sum) / count) };
  }

  /** Without the places that no operation has yet: most workloads have few. */
  snapshot(operationsInUse: number): Json {
    return [
      this.cluster ?? null,
      this.pending ?? null,
      this.seen,
      encodeFloats(this.#sums.subarray(0, FIRST_OPERATION + operationsInUse)),
    ];
  }

  /** Throws a TypeError that names the field. */
  restore(reader: SnapshotReader, operationsInUse: number): void {
    const [cluster, pending, seen, sums] = reader.tuple(4);
    if (cluster === undefined || pending === undefined || sums === undefined) return;
    this.cluster = cluster.isNull ? undefined : cluster.string();
    this.pending = pending.isNull ? undefined : pending.string();
    this.seen = seen?.count() ?? 0;
    const values = sums.float32s(FIRST_OPERATION + operationsInUse);
    if (!values.every(Number.isFinite)) sums.refuse("finite numbers");
    this.#sums.set(values);
  }
}
