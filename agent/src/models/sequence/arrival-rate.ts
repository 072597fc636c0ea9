import type { Json } from "../../core/index.js";
import type { SnapshotReader } from "../../core/snapshot-reader.js";

/** How many sessions begin changes with the load; as in the mix model's flow of sessions. */
const HALF_LIFE_SECONDS = 300;
/** What a second counts that is long past: the integral of the weights. */
const ALL_SECONDS = HALF_LIFE_SECONDS / Math.LN2;

/**
 * Sessions that begin in a second of event time, with a half-life of 5 minutes: begun sessions over the
 * seconds in which they could, both discounted. Example: one session every 10 s comes to .1, however
 * short the time since the first.
 */
export class ArrivalRate {
  #sessions = 0;
  #seconds = 0;
  #lastSeconds: number | undefined;

  /** A session begins. */
  count(timeSeconds: number): void {
    this.#advance(timeSeconds);
    this.#sessions += 1;
  }

  /** Sessions a second, as of a time that is no earlier than the last one counted; 0 before the first. */
  at(nowSeconds: number): number {
    const discount = this.#discountUntil(nowSeconds);
    const seconds = this.#seconds * discount + ALL_SECONDS * (1 - discount);
    return seconds > 0 ? (this.#sessions * discount) / seconds : 0;
  }

  snapshot(): Json {
    return [this.#sessions, this.#seconds, this.#lastSeconds ?? null];
  }

  restore(reader: SnapshotReader): void {
    const [sessions, seconds, last] = reader.tuple(3);
    const counted = (sessions ?? reader).nonNegative();
    const watched = (seconds ?? reader).nonNegative();
    const lastSeconds = last === undefined || last.isNull ? undefined : last.number();
    this.#sessions = counted;
    this.#seconds = watched;
    this.#lastSeconds = lastSeconds;
  }

  #advance(timeSeconds: number): void {
    const discount = this.#discountUntil(timeSeconds);
    this.#sessions *= discount;
    this.#seconds = this.#seconds * discount + ALL_SECONDS * (1 - discount);
    this.#lastSeconds = Math.max(this.#lastSeconds ?? timeSeconds, timeSeconds);
  }

  #discountUntil(timeSeconds: number): number {
    const passed = timeSeconds - (this.#lastSeconds ?? timeSeconds);
    return 2 ** (-Math.max(0, passed) / HALF_LIFE_SECONDS);
  }
}
