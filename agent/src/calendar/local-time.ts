const SECONDS_PER_DAY = 86_400;
const MILLISECONDS_PER_SECOND = 1000;
/** Zones change their offset from UTC at whole quarters of an hour only. */
const OFFSET_STEP_SECONDS = 900;
/** Offsets remembered: what a forecast asks for lies within a day or two. */
const MAX_REMEMBERED_OFFSETS = 256;
/** The epoch was a Thursday; days are counted from Sunday, 0. */
const WEEKDAY_OF_EPOCH = 4;

/**
 * Wall-clock time of a zone (IANA name), counted in seconds as if the zone were UTC: what recurs by the
 * clock has a fixed period there, whatever daylight saving does.
 */
export class LocalTime {
  readonly #format: Intl.DateTimeFormat;
  readonly #offsets = new Map<number, number>();

  /** Throws a RangeError for an unknown zone. */
  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      calendar: "gregory",
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  }

  /** From seconds since the Unix epoch. */
  of(timeSeconds: number): number {
    return timeSeconds + this.#offset(timeSeconds);
  }

  /**
   * The moment at which the clock shows this; of two, at the end of daylight saving, one of them, and for
   * a time that the clock leaves out, one within the hour that it leaves out.
   */
  toEpoch(localSeconds: number): number {
    const near = localSeconds - this.#offset(localSeconds);
    return localSeconds - this.#offset(near);
  }

  #offset(timeSeconds: number): number {
    const step = Math.floor(timeSeconds / OFFSET_STEP_SECONDS);
    const known = this.#offsets.get(step);
    if (known !== undefined) return known;
    const moment = step * OFFSET_STEP_SECONDS;
    const part: Record<string, number> = {};
    for (const { type, value } of this.#format.formatToParts(moment * MILLISECONDS_PER_SECOND)) {
      part[type] = Number(value);
    }
    const shown = Date.UTC(
      part["year"] ?? NaN,
      (part["month"] ?? NaN) - 1,
      part["day"],
      part["hour"],
      part["minute"],
      part["second"],
    );
    const offset = shown / MILLISECONDS_PER_SECOND - moment;
    if (this.#offsets.size >= MAX_REMEMBERED_OFFSETS) this.#offsets.clear();
    this.#offsets.set(step, offset);
    return offset;
  }
}

/** Days since the epoch of a wall-clock time. */
export function dayOf(localSeconds: number): number {
  return Math.floor(localSeconds / SECONDS_PER_DAY);
}

/** 0 is Sunday. */
export function weekdayOf(day: number): number {
  return (((day + WEEKDAY_OF_EPOCH) % 7) + 7) % 7;
}

export function startOfDay(day: number): number {
  return day * SECONDS_PER_DAY;
}
