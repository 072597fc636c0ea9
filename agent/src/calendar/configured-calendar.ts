import type { EventCalendar, EventOccurrence } from "../core/index.js";
import { LocalTime } from "./local-time.js";
import { PublicHolidays, type HolidayPlace } from "./public-holidays.js";
import { RecurringEvent, type ScheduledEvent } from "./recurring-event.js";

/** All public holidays are one event: each comes too seldom to be learned apart. */
const HOLIDAY = "holiday";

export interface CalendarOptions {
  /** IANA name of the zone whose clock events and holidays go by. */
  readonly timeZone: string;
  /** None when left out. */
  readonly holidays?: HolidayPlace | undefined;
  /** Entries of one name are occurrences of one event. */
  readonly events: readonly ScheduledEvent[];
}

/**
 * The events and holidays of the configuration; undefined when there are none. Throws a RangeError that
 * says what is wrong with them.
 */
export function configuredCalendar(options: CalendarOptions): EventCalendar | undefined {
  const { timeZone, holidays, events } = options;
  if (holidays === undefined && events.length === 0) return undefined;
  return new ConfiguredCalendar(new LocalTime(timeZone), options);
}

class ConfiguredCalendar implements EventCalendar {
  readonly names: readonly string[];
  readonly #local: LocalTime;
  readonly #events: ReadonlyMap<string, readonly RecurringEvent[]>;
  readonly #holidays: PublicHolidays | undefined;

  constructor(local: LocalTime, { timeZone, holidays, events }: CalendarOptions) {
    this.#local = local;
    const byName = new Map<string, RecurringEvent[]>();
    for (const event of events) {
      const same = byName.get(event.name) ?? [];
      same.push(new RecurringEvent(event, local));
      byName.set(event.name, same);
    }
    this.#events = byName;
    this.#holidays =
      holidays === undefined ? undefined : new PublicHolidays(holidays, timeZone, local);
    this.names = [...(holidays === undefined ? [] : [HOLIDAY]), ...this.#events.keys()];
  }

  at(timeSeconds: number): readonly number[] {
    const local = this.#local.of(timeSeconds);
    const numbers: number[] = [];
    if (this.#holidays !== undefined) numbers.push(Number(this.#holidays.isHoliday(local)));
    for (const events of this.#events.values()) {
      numbers.push(Number(events.some((event) => event.isOn(local))));
    }
    return numbers;
  }

  between(fromSeconds: number, toSeconds: number): readonly EventOccurrence[] {
    const [from, to] = [this.#local.of(fromSeconds), this.#local.of(toSeconds)];
    const found: EventOccurrence[] = [];
    const add = (name: string, spans: Iterable<readonly [number, number]>): void => {
      for (const [start, end] of spans) {
        const startSeconds = this.#local.toEpoch(start);
        found.push({ name, startSeconds, endSeconds: this.#local.toEpoch(end) });
      }
    };
    if (this.#holidays !== undefined) add(HOLIDAY, this.#holidays.between(from, to));
    for (const [name, events] of this.#events) {
      for (const event of events) add(name, event.between(from, to));
    }
    return found.sort((a, b) => a.startSeconds - b.startSeconds);
  }

  isUnusual(timeSeconds: number): boolean {
    const local = this.#local.of(timeSeconds);
    if (this.#holidays?.isHoliday(local) === true) return true;
    for (const events of this.#events.values()) {
      if (events.some((event) => !event.isDaily && event.isOn(local))) return true;
    }
    return false;
  }

  daysSinceSimilar(timeSeconds: number): number | undefined {
    return this.#holidays?.daysSinceSunday(this.#local.of(timeSeconds));
  }
}
