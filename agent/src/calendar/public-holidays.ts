import { createRequire } from "node:module";
import type * as DateHolidays from "date-holidays";
import { dayOf, startOfDay, weekdayOf, type LocalTime } from "./local-time.js";

const MILLISECONDS_PER_SECOND = 1000;
const SECONDS_PER_DAY = 86_400;
/** Years remembered: this one, its neighbors, and what a replay passed through lately. */
const MAX_REMEMBERED_YEARS = 8;

/** What is looked up of a country's holidays. */
export interface HolidayPlace {
  /** ISO 3166-1, such as `DE`. */
  readonly country: string;
  /** A part of it, such as `BY`. */
  readonly region?: string | undefined;
}

/**
 * The public holidays of a country or region by the date-holidays library, which is loaded only here, and
 * only when there is a place to look up: it takes a tenth of a second and some 25 MB.
 */
export class PublicHolidays {
  readonly #local: LocalTime;
  readonly #source: DateHolidays.default;
  readonly #years = new Map<number, ReadonlySet<number>>();

  /** Throws a RangeError for a country or region that the library does not know. */
  constructor(place: HolidayPlace, timeZone: string, local: LocalTime) {
    const { country, region } = place;
    // A CommonJS module: required, so that it is loaded now and not with this file.
    const Holidays = createRequire(import.meta.url)("date-holidays") as typeof DateHolidays.default;
    const known = new Holidays();
    if (!Object.hasOwn(known.getCountries(), country)) {
      throw new RangeError(`forecast.holidays.country: no country "${country}" is known`);
    }
    const regions = known.getStates(country) as Readonly<Record<string, string>> | undefined;
    if (region !== undefined && !Object.hasOwn(regions ?? {}, region)) {
      const choice = Object.keys(regions ?? {}).join(", ");
      throw new RangeError(
        `forecast.holidays.region: "${region}" is no region of ${country}` +
          (choice === "" ? ", which has none" : `; known are ${choice}`),
      );
    }
    const options = { timezone: timeZone, types: ["public" as const] };
    this.#source =
      region === undefined
        ? new Holidays(country, options)
        : new Holidays(country, region, options);
    this.#local = local;
  }

  isHoliday(localSeconds: number): boolean {
    const day = dayOf(localSeconds);
    return this.#daysOf(yearOf(day)).has(day);
  }

  /** Days since the last Sunday, when the day is a holiday and no Sunday itself. */
  daysSinceSunday(localSeconds: number): number | undefined {
    const weekday = weekdayOf(dayOf(localSeconds));
    return weekday !== 0 && this.isHoliday(localSeconds) ? weekday : undefined;
  }

  /** Starts and ends of the holidays that reach into [from, to), one a day. */
  *between(from: number, to: number): Generator<readonly [start: number, end: number]> {
    for (let day = dayOf(from); startOfDay(day) < to; day += 1) {
      if (this.#daysOf(yearOf(day)).has(day)) yield [startOfDay(day), startOfDay(day + 1)];
    }
  }

  #daysOf(year: number): ReadonlySet<number> {
    const known = this.#years.get(year);
    if (known !== undefined) return known;
    const days = new Set<number>();
    for (const { start, end } of this.#source.getHolidays(year)) {
      const from = dayOf(this.#local.of(start.getTime() / MILLISECONDS_PER_SECOND));
      const to = dayOf(this.#local.of(end.getTime() / MILLISECONDS_PER_SECOND) - 1);
      for (let day = from; day <= to; day += 1) days.add(day);
    }
    if (this.#years.size >= MAX_REMEMBERED_YEARS) this.#years.clear();
    this.#years.set(year, days);
    return days;
  }
}

function yearOf(day: number): number {
  return new Date(day * SECONDS_PER_DAY * MILLISECONDS_PER_SECOND).getUTCFullYear();
}
