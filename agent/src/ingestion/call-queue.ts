import type { Call, CallSink, Clock } from "../core/index.js";

/** At the measured kilobyte a call, 20 MB; a second of calls at the rate that one thread takes. */
const DEFAULT_CAPACITY_CALLS = 20_000;
const MIN_RETRY_AFTER_SECONDS = 1;
const MAX_RETRY_AFTER_SECONDS = 60;
/** Weight of the newest interval in the drain rate: about the last ten count. */
const DRAIN_RATE_WEIGHT = 0.2;
const NOTHING: readonly Call[] = Object.freeze([]);

export interface CallQueueOptions {
  readonly clock: Clock;
  readonly capacityCalls?: number;
  /** Told after each batch that went in, so that the pipeline need not poll. */
  readonly onOffered?: () => void;
}

/** The bounded queue between the sources and the pipeline: a ring, first in, first out. */
export class CallQueue implements CallSink {
  readonly capacityCalls: number;
  readonly #clock: Clock;
  readonly #onOffered: (() => void) | undefined;
  readonly #ring: (Call | undefined)[];
  #head = 0;
  #size = 0;
  #lastTakeSeconds: number | undefined;
  #callsPerSecond: number | undefined;

  constructor(options: CallQueueOptions) {
    this.capacityCalls = options.capacityCalls ?? DEFAULT_CAPACITY_CALLS;
    if (!Number.isSafeInteger(this.capacityCalls) || this.capacityCalls < 1) {
      throw new RangeError(`capacityCalls is ${this.capacityCalls}: expected 1 or more`);
    }
    this.#clock = options.clock;
    this.#onOffered = options.onOffered;
    this.#ring = new Array<Call | undefined>(this.capacityCalls);
  }

  get size(): number {
    return this.#size;
  }

  get free(): number {
    return this.capacityCalls - this.#size;
  }

  /** Takes all of the calls or, when there is not room for all of them, none. */
  offer(calls: readonly Call[]): boolean {
    if (calls.length > this.free) return false;
    let tail = (this.#head + this.#size) % this.capacityCalls;
    for (const call of calls) {
      this.#ring[tail] = call;
      tail = tail + 1 === this.capacityCalls ? 0 : tail + 1;
    }
    this.#size += calls.length;
    if (calls.length > 0) this.#onOffered?.();
    return true;
  }

  /** Removes the oldest calls, at most `maxCalls`, oldest first. */
  take(maxCalls: number): readonly Call[] {
    const count = Math.min(maxCalls, this.#size);
    if (count <= 0) return NOTHING;
    const taken: Call[] = [];
    for (let index = 0; index < count; index++) {
      const call = this.#ring[this.#head];
      this.#ring[this.#head] = undefined;
      this.#head = this.#head + 1 === this.capacityCalls ? 0 : this.#head + 1;
      if (call !== undefined) taken.push(call);
    }
    this.#size -= count;
    this.#observeDrain(count);
    return taken;
  }

  /**
   * Whole seconds after which there should be room for `calls`, from the recent drain rate, 1 to 60;
   * 1 while the rate is not known.
   */
  retryAfterSeconds(calls: number): number {
    const excess = calls - this.free;
    if (excess <= 0 || this.#callsPerSecond === undefined) return MIN_RETRY_AFTER_SECONDS;
    const seconds = Math.ceil(excess / this.#callsPerSecond);
    return Math.min(Math.max(seconds, MIN_RETRY_AFTER_SECONDS), MAX_RETRY_AFTER_SECONDS);
  }

  #observeDrain(calls: number): void {
    const now = this.#clock.now();
    const elapsedSeconds = now - (this.#lastTakeSeconds ?? now);
    // The time until the next call comes says nothing of how fast the queue can be drained.
    this.#lastTakeSeconds = this.#size === 0 ? undefined : now;
    if (elapsedSeconds <= 0) return;
    const rate = calls / elapsedSeconds;
    this.#callsPerSecond =
      this.#callsPerSecond === undefined
        ? rate
        : this.#callsPerSecond + DRAIN_RATE_WEIGHT * (rate - this.#callsPerSecond);
  }
}
