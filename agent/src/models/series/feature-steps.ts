import type { Json, SnapshotReader, WatchedFeature, WindowSummary } from "../../core/index.js";

/** A feature over one step; NaN when nothing was seen of it. */
export interface FeatureValue {
  /** In the unit of the feature's name; the mix is the probability that two calls have the same operation. */
  readonly value: number;
  /** Calls that it is made from; over 0. */
  readonly size: number;
}

export type FeatureValues = Readonly<Record<WatchedFeature, FeatureValue>>;

export interface FeatureStep {
  readonly startSeconds: number;
  /** Undefined when under half of the step was reported. */
  readonly values: FeatureValues | undefined;
}

const SUMS = [
  "knownSeconds",
  "calls",
  "serverErrors",
  "requests",
  "requestBytes",
  "responses",
  "responseBytes",
  "timed",
  "durationSeconds",
] as const;
type Sum = (typeof SUMS)[number];

/** With less of a step the rest might be another picture. */
const LEAST_KNOWN_RATIO = 0.5;
const UNKNOWN: FeatureValue = { value: NaN, size: 1 };

/** Joins windows into steps of equal length, aligned to the Unix epoch. */
export class FeatureSteps {
  readonly #stepSeconds: number;
  readonly #windowSeconds: number;
  #index: number | undefined;
  readonly #sums = new Map<Sum, number>();
  readonly #operations = new Map<string, number>();

  /** `stepSeconds`: a multiple of `windowSeconds`. */
  constructor(stepSeconds: number, windowSeconds: number) {
    this.#stepSeconds = stepSeconds;
    this.#windowSeconds = windowSeconds;
  }

  /**
   * One window, later than the one before. `callsPerSecond`: undefined when it is not known; `window`: what
   * the calls were. Answers the steps that have come to an end by it, at most two; of
   * those that were skipped nothing is said.
   */
  observe(
    startSeconds: number,
    callsPerSecond: number | undefined,
    window: Pick<WindowSummary, "operations">,
  ): readonly FeatureStep[] {
    const ended: FeatureStep[] = [];
    const index = Math.floor(startSeconds / this.#stepSeconds);
    if (this.#index !== undefined && index !== this.#index) ended.push(this.#end(this.#index));
    this.#index = index;
    if (callsPerSecond !== undefined) {
      this.#add("knownSeconds", this.#windowSeconds);
      this.#add("calls", callsPerSecond * this.#windowSeconds);
      this.#addCalls(window);
    }
    if (startSeconds + this.#windowSeconds >= (index + 1) * this.#stepSeconds) {
      ended.push(this.#end(index));
    }
    return ended;
  }

  snapshot(): Json {
    return {
      index: this.#index ?? null,
      sums: SUMS.map((name) => this.#sum(name)),
      operations: Object.fromEntries(this.#operations),
    };
  }

  restore(reader: SnapshotReader): void {
    const index = reader.field("index");
    const sums = reader.field("sums").items();
    const operations = reader.field("operations").entries();
    this.#index = index.isNull ? undefined : index.number();
    SUMS.forEach((name, at) => this.#sums.set(name, sums[at]?.nonNegative() ?? 0));
    this.#operations.clear();
    for (const [name, calls] of operations) this.#operations.set(name, calls.nonNegative());
  }

  #addCalls(window: Pick<WindowSummary, "operations">): void {
    for (const [name, operation] of window.operations) {
      this.#operations.set(name, (this.#operations.get(name) ?? 0) + operation.calls);
      this.#add("serverErrors", operation.serverErrors);
      this.#add("requests", operation.requestBytes.count);
      this.#add("requestBytes", operation.requestBytes.sum);
      this.#add("responses", operation.responseBytes.count);
      this.#add("responseBytes", operation.responseBytes.sum);
      this.#add("timed", operation.durationSeconds.count);
      this.#add("durationSeconds", operation.durationSeconds.sum);
    }
  }

  #end(index: number): FeatureStep {
    const isKnown = this.#sum("knownSeconds") >= LEAST_KNOWN_RATIO * this.#stepSeconds;
    const values = isKnown ? this.#values() : undefined;
    this.#index = undefined;
    this.#sums.clear();
    this.#operations.clear();
    return { startSeconds: index * this.#stepSeconds, values };
  }

  #values(): FeatureValues {
    const calls = this.#sum("calls");
    return {
      // Half a call more: a silent step has a size too.
      calls_per_second: { value: calls / this.#sum("knownSeconds"), size: calls + 0.5 },
      request_bytes: mean(this.#sum("requestBytes"), this.#sum("requests")),
      response_bytes: mean(this.#sum("responseBytes"), this.#sum("responses")),
      duration_seconds: mean(this.#sum("durationSeconds"), this.#sum("timed")),
      error_ratio: mean(this.#sum("serverErrors"), calls),
      operation_mix: concentration(this.#operations.values()),
    };
  }

  #sum(name: Sum): number {
    return this.#sums.get(name) ?? 0;
  }

  #add(name: Sum, value: number): void {
    this.#sums.set(name, this.#sum(name) + value);
  }
}

function mean(sum: number, count: number): FeatureValue {
  return count > 0 ? { value: sum / count, size: count } : UNKNOWN;
}

/** Unbiased for any number of calls (Simpson, "Measurement of diversity", 1949). */
function concentration(counts: Iterable<number>): FeatureValue {
  let calls = 0;
  let pairs = 0;
  for (const count of counts) {
    calls += count;
    pairs += count * (count - 1);
  }
  return calls < 2 ? UNKNOWN : { value: pairs / (calls * (calls - 1)), size: calls };
}
