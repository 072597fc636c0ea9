import type { Call } from "../core/index.js";

export interface ReorderBufferOptions {
  /** How long a call may arrive after a later one and still be put in its place, seconds. */
  readonly latenessSeconds: number;
  /** Past this many waiting calls the oldest are released early, counted as `releasedEarly`. */
  readonly maxCalls: number;
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

  /** Every call before this moment has been released; a call older than it is late. */
  get watermarkSeconds(): number {
    return this.#watermarkSeconds;
  }

  get size(): number {
    return this.#size;
  }

  get releasedEarly(): number {
    return this.#releasedEarly;
  }

  /** Answers false when the call is late: its place has been released already. */
  add(call: Call): boolean {
    if (call.timeSeconds < this.#watermarkSeconds) return false;
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

  /** Takes out, in order, all calls that the watermark has passed. */
  release(): Call[] {
    if (this.#size > this.#options.maxCalls) this.#advanceToFit();
    const seconds: number[] = [];
    for (const second of this.#bySecond.keys()) {
      if (second < this.#watermarkSeconds) seconds.push(second);
    }
    if (seconds.length === 0) return [];
    seconds.sort((a, b) => a - b);
    const released: Call[] = [];
    for (const second of seconds) {
      const bucket = this.#bySecond.get(second) ?? [];
      this.#bySecond.delete(second);
      for (const call of inOrder(bucket)) released.push(call);
    }
    this.#size -= released.length;
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

  #advanceToFit(): void {
    const seconds = [...this.#bySecond.keys()].sort((a, b) => a - b);
    let excess = this.#size - this.#options.maxCalls;
    for (const second of seconds) {
      if (excess <= 0) break;
      const calls = this.#bySecond.get(second)?.length ?? 0;
      if (second >= this.#watermarkSeconds) this.#releasedEarly += calls;
      this.advance(second + 1);
      excess -= calls;
    }
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
