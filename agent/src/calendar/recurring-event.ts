import type { LocalTime } from "./local-time.js";

const SECONDS_PER_DAY = 86_400;
const PERIOD_SECONDS = { daily: SECONDS_PER_DAY, weekly: 7 * SECONDS_PER_DAY } as const;

/** As configured; `start` and `until` are wall-clock times, or moments when they name an offset. */
export interface ScheduledEvent {
  readonly name: string;
  readonly start: string;
  /** At most the period when it recurs. */
  readonly durationSeconds: number;
  readonly repeat?: keyof typeof PERIOD_SECONDS | undefined;
  /** No occurrence starts later. */
  readonly until?: string | undefined;
}

/** A scheduled event by the wall clock, in the seconds of LocalTime. */
export class RecurringEvent {
  readonly name: string;
  readonly isDaily: boolean;
  readonly #start: number;
  readonly #durationSeconds: number;
  readonly #periodSeconds: number;
  /** The number of the last occurrence; the first is 0. */
  readonly #last: number;

  /** Throws a RangeError that names the event when a time can't be read. */
  constructor(event: ScheduledEvent, local: LocalTime) {
    this.name = event.name;
    this.isDaily = event.repeat === "daily";
    this.#start = wallClock(event.start, event.name, local);
    this.#durationSeconds = event.durationSeconds;
    this.#periodSeconds = event.repeat === undefined ? Infinity : PERIOD_SECONDS[event.repeat];
    const until = event.until === undefined ? Infinity : wallClock(event.until, event.name, local);
    this.#last =
      event.repeat === undefined ? 0 : Math.floor((until - this.#start) / this.#periodSeconds);
  }

  isOn(localSeconds: number): boolean {
    const since = localSeconds - this.#start;
    if (since < 0) return false;
    const number = this.#numberAt(since);
    return since - this.#offsetOf(number) < this.#durationSeconds;
  }

  /** Starts and ends that reach into [from, to). */
  *between(from: number, to: number): Generator<readonly [start: number, end: number]> {
    let number = Math.max(
      0,
      this.#numberAt(Math.max(0, from - this.#durationSeconds - this.#start)),
    );
    for (; number <= this.#last; number += 1) {
      const start = this.#start + this.#offsetOf(number);
      if (start >= to) return;
      if (start + this.#durationSeconds > from) yield [start, start + this.#durationSeconds];
    }
  }

  #numberAt(since: number): number {
    return Math.min(this.#last, Math.floor(since / this.#periodSeconds));
  }

  #offsetOf(number: number): number {
    // An infinite period has one occurrence only.
    return number === 0 ? 0 : number * this.#periodSeconds;
  }
}

const MILLISECONDS_PER_SECOND = 1000;
/** Without an offset it is read as if in UTC, which makes it a wall-clock time. */
const HAS_OFFSET = /(?:Z|[+-]\d\d:?\d\d)$/i;

function wallClock(text: string, name: string, local: LocalTime): number {
  const hasOffset = HAS_OFFSET.test(text);
  const seconds = Date.parse(hasOffset ? text : `${text}Z`) / MILLISECONDS_PER_SECOND;
  if (!Number.isFinite(seconds)) throw new RangeError(`event "${name}": "${text}" is no time`);
  return hasOffset ? local.of(seconds) : seconds;
}
