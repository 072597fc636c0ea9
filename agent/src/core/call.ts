import type { WorkloadKey } from "./workload.js";

/** What kind of value an argument had. */
export type ArgumentType =
  "null" | "boolean" | "integer" | "number" | "string" | "array" | "object";

/**
 * What is kept of an argument's value: enough for a model of its shape, never the value itself.
 * Everything is bounded; see `ingestion/argument-shape.ts` for the limits.
 */
export interface ArgumentShape {
  readonly name: string;
  readonly type: ArgumentType;
  /** Characters of a string (or of the number as written), elements of an array, keys of an object. */
  readonly length: number;
  /** The value's character classes with repeats collapsed: `ab-12` is `a-9`. */
  readonly classPattern: string;
  /** Counts of neighboring character classes, as `from+to` -> count. */
  readonly characterClassBigrams: Readonly<Record<string, number>>;
  /** Keyed hash of the value, so that a constant can be told from a variable one. */
  readonly keyedHash: string;
}

/**
 * One API call as observed, after ingestion: validated, anonymized, and named by its operation.
 * An unknown size, actor or session is `undefined`, never a number or an empty string.
 */
export interface Call {
  readonly workload: WorkloadKey;
  /** The pod or process that served it; `unknown` when the source does not say. */
  readonly instance: string;
  /** Event time, seconds since the Unix epoch. */
  readonly timeSeconds: number;
  /** `POST /orders/{id}`. Bounded: past the limit, `{other}`. */
  readonly operation: string;
  /** HTTP status code. */
  readonly status: number;
  /** Undefined when the source has none (the common log format, say). */
  readonly durationSeconds: number | undefined;
  readonly requestBytes: number | undefined;
  readonly responseBytes: number | undefined;
  /** Media type without parameters (`application/json`), or `none`. */
  readonly requestFormat: string;
  readonly responseFormat: string;
  readonly argumentShapes: readonly ArgumentShape[];
  /** Keyed hash of the user. Never a metric label. */
  readonly actor: string | undefined;
  /** Keyed hash of the session as given; sessions that are not given are cut by inactivity. */
  readonly session: string | undefined;
  readonly roles: readonly string[];
  readonly groups: readonly string[];
  readonly permissions: readonly string[];
}

/** Takes calls in; what a source is given. Answers false when it is full and the source has to wait. */
export interface CallSink {
  offer(calls: readonly Call[]): boolean;
}
