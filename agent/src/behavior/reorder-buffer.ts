import type { Call } from "../core/index.js";

export interface ReorderBufferOptions {
  /** How long a call may arrive after a later one and still be put in its place, seconds. */
  readonly latenessSeconds: number;
  /** Past this many waiting calls the oldest are released early, counted as `releasedEarly`. */
  readonly maxCalls: number;
  /** Length of a window, seconds: how far back a call may go once others were released early. */
  readonly windowSeconds: number;
}

/**
 * Puts one workload's calls in the order of their event time. A call waits until the watermark (the
 * latest event time seen, less the lateness) has passed its second; calls of the same instant keep the
 * order in which they came.
 */
export class ReorderBuffer {
  readonly #options: ReorderBufferOptions;
  readonly #bySecond = new Map<number, Call[]>();
  #size = 0;
  #watermarkSeconds = -Infinity;
  #releasedEarly = 0;

  constructor(options: ReorderBufferOptions) {
    this.#options = options;
  }

  /**
   * A call before this moment is late. All calls before it have been released; when there was no room,
   * later ones of the same window too, and those that follow come in the order of their arrival.
   */
  get watermarkSeconds(): number {
    return this.#watermarkSeconds;
  }

  get size(): number {
    return this.#size;
  }

  get releasedEarly(): number {
    return this.#releasedEarly;
  }

  /** Answers false when the call is late: even its end is before what has been released already. */
  add(call: Call): boolean {
    if (call.timeSeconds < this.#watermarkSeconds) {
      // A long call is told of when it has ended; see `Ingestion` for the policy.
      const endSeconds = call.timeSeconds + (call.durationSeconds ?? 0);
      if (endSeconds < this.#watermarkSeconds) return false;
      return this.add({ ...call, timeSeconds: this.#watermarkSeconds });
    }
    const second = Math.floor(call.timeSeconds);
    const bucket = this.#bySecond.get(second);
    if (bucket === undefined) this.#bySecond.set(second, [call]);
    else bucket.push(call);
    this.#size += 1;
    this.advance(call.timeSeconds - this.#options.latenessSeconds);
    return true;
  }

  /** Moves the watermark up to the whole second at or before `seconds`; it never goes back. */
  advance(seconds: number): void {
    const floor = Math.floor(seconds);
    if (floor > this.#watermarkSeconds) this.#watermarkSeconds = floor;
  }

  /** Takes out, in order, all calls that the watermark has passed, and the oldest past the limit. */
  release(): Call[] {
    const released: Call[] = [];
    for (const second of this.#waitingSeconds()) {
      if (second >= this.#watermarkSeconds) break;
      this.#takeFrom(second, Infinity, released);
    }
    if (this.#size > this.#options.maxCalls) this.#releaseEarly(released);
    return released;
  }

  /** Takes out everything, as if no call would come any more. */
  flush(): Call[] {
    for (const second of this.#bySecond.keys()) this.advance(second + 1);
    return this.release();
  }

  /** All that waits, in no particular order: for the checkpoint. */
  waiting(): Call[] {
    return [...this.#bySecond.values()].flat();
  }

  /**
   * The watermark goes no further than the start of the window: a busy second may hold more calls than
   * fit, and the rest of it, which is yet to come, must not be late for that.
   */
  #releaseEarly(released: Call[]): void {
    const { maxCalls, windowSeconds } = this.#options;
    for (const second of this.#waitingSeconds()) {
      if (this.#size <= maxCalls) return;
      this.#releasedEarly += this.#takeFrom(second, this.#size - maxCalls, released);
      this.advance(Math.floor(second / windowSeconds) * windowSeconds);
    }
  }

  #waitingSeconds(): number[] {
    return [...this.#bySecond.keys()].sort((a, b) => a - b);
  }

  /** Moves at most `limit` calls of one second to `released`. Answers how many. */
  #takeFrom(second: number, limit: number, released: Call[]): number {
    const bucket = this.#bySecond.get(second) ?? [];
    const taken = bucket.length <= limit ? bucket : bucket.splice(0, limit);
    if (taken === bucket) this.#bySecond.delete(second);
    for (const call of inOrder(taken)) released.push(call);
    this.#size -= taken.length;
    return taken.length;
  }
}

function inOrder(calls: Call[]): Call[] {
  let previous = -Infinity;
  for (const call of calls) {
    // The sort is stable, so calls of the same instant keep their order of arrival.
    if (call.timeSeconds < previous) return calls.sort((a, b) => a.timeSeconds - b.timeSeconds);
    previous = call.timeSeconds;
  }
  return calls;
}
