/** Where a part takes the time from. Injected, so that every run can be repeated and no test sleeps. */
export interface Clock {
  /** Seconds since the Unix epoch. */
  now(): number;
}

const MILLISECONDS_PER_SECOND = 1000;

export const systemClock: Clock = { now: () => Date.now() / MILLISECONDS_PER_SECOND };

/** A clock that stands still until it is told the time: for tests, and for replay on event time. */
export class ManualClock implements Clock {
  #seconds: number;

  constructor(seconds = 0) {
    this.#seconds = seconds;
  }

  now(): number {
    return this.#seconds;
  }

  set(seconds: number): void {
    this.#seconds = seconds;
  }

  advance(seconds: number): void {
    this.#seconds += seconds;
  }
}

/**
 * A clock that starts at `startSeconds` and runs `rate` times as fast as `base`: for the demo, which
 * tells half an hour in a few minutes.
 */
export function acceleratedClock(base: Clock, startSeconds: number, rate: number): Clock {
  const origin = base.now();
  return { now: () => startSeconds + (base.now() - origin) * rate };
}
