import type { Json } from "../../core/index.js";
import type { SnapshotReader } from "../../core/snapshot-reader.js";

/** What stands for every operation without a place of its own. */
const OTHER_OPERATIONS = "{other}";

/** Calls older than this count half in deciding who has a place: a place outlasts a quiet night. */
const HALF_LIFE_SECONDS = 86_400;
/** Places are given anew this often at most, since whoever takes one begins to be learned. */
const REVIEW_SECONDS = 3600;
/** Who wants a place must have this many times the calls of who has it, or two would swap for ever. */
const HYSTERESIS = 1.25;
/** Operations counted at once, for each place: those that may want one soon. */
const COUNTED_PER_PLACE = 16;
/** With less than this, discounted, an operation without a place is not counted on. */
const LEAST_COUNT = 0.5;

/**
 * The operations with a place of their own: those with the most calls of the last days, in numbered places
 * that they keep. Everything else is `{other}`, in the last place. Places are given anew after 1, 2, 4, ...
 * windows, and then every hour, so that the first calls after a start do not decide for long.
 */
export class OperationSlots {
  readonly limit: number;
  readonly #windowSeconds: number;
  readonly #names: (string | undefined)[];
  readonly #places = new Map<string, number>();
  readonly #counts = new Map<string, number>();
  #windows = 0;
  #nextReview = 1;
  #lastReview = 0;
  #uncountedCalls = 0;

  /** Throws a RangeError when there is no place at all. */
  constructor(limit: number, windowSeconds: number) {
    if (!(Number.isInteger(limit) && limit >= 1)) {
      throw new RangeError(`operations must be at least 1, got ${limit}`);
    }
    this.limit = limit;
    this.#windowSeconds = windowSeconds;
    this.#names = new Array<string | undefined>(limit).fill(undefined);
  }

  /** Places in all, the one of the others among them. */
  get size(): number {
    return this.limit + 1;
  }

  /** Calls of operations that were past the limit even of what is counted. */
  get uncountedCalls(): number {
    return this.#uncountedCalls;
  }

  /** Undefined where a place is free. */
  nameOf(place: number): string | undefined {
    return place === this.limit ? OTHER_OPERATIONS : this.#names[place];
  }

  placeOf(operation: string): number {
    return this.#places.get(operation) ?? this.limit;
  }

  /** Counts the calls of one window. Answers the places that mean another operation from now on. */
  learn(operations: ReadonlyMap<string, { readonly calls: number }>): readonly number[] {
    for (const [operation, { calls }] of operations) {
      const count = this.#counts.get(operation);
      if (operation === OTHER_OPERATIONS) continue;
      if (count === undefined && this.#counts.size >= this.limit * COUNTED_PER_PLACE) {
        this.#uncountedCalls += calls;
        continue;
      }
      this.#counts.set(operation, (count ?? 0) + calls);
    }
    this.#windows += 1;
    return this.#windows >= this.#nextReview ? this.#review() : [];
  }

  snapshot(): Json {
    return {
      names: this.#names.map((name) => name ?? null),
      counts: [...this.#counts],
      windows: this.#windows,
      nextReview: this.#nextReview,
      lastReview: this.#lastReview,
      uncountedCalls: this.#uncountedCalls,
    };
  }

  /** Throws a TypeError that names the field. */
  restore(reader: SnapshotReader): void {
    const names = reader
      .field("names")
      .tuple(this.limit)
      .map((item) => (item.isNull ? undefined : item.string()));
    const counts = reader
      .field("counts")
      .items(this.limit * COUNTED_PER_PLACE)
      .map((item): [string, number] => {
        const [name, count] = item.tuple(2);
        return [(name ?? item).string(), (count ?? item).nonNegative()];
      });
    const windows = reader.field("windows").count();
    const nextReview = reader.field("nextReview").count();
    const lastReview = reader.field("lastReview").count();
    this.#uncountedCalls = reader.field("uncountedCalls").count();
    this.#windows = windows;
    this.#nextReview = nextReview;
    this.#lastReview = lastReview;
    this.#counts.clear();
    this.#places.clear();
    for (const [name, count] of counts) this.#counts.set(name, count);
    for (const [place, name] of names.entries()) {
      this.#names[place] = name;
      if (name !== undefined) this.#places.set(name, place);
    }
  }

  #review(): readonly number[] {
    const hourly = Math.max(1, Math.round(REVIEW_SECONDS / this.#windowSeconds));
    this.#nextReview = Math.min(2 * this.#windows, this.#windows + hourly);
    this.#discount((this.#windows - this.#lastReview) * this.#windowSeconds);
    this.#lastReview = this.#windows;
    const applicants = [...this.#counts]
      .filter(([name]) => !this.#places.has(name))
      .sort(([, a], [, b]) => b - a);
    const changed: number[] = [];
    for (const [name, count] of applicants) {
      const place = this.#weakestPlace();
      const holder = this.#names[place];
      if (holder !== undefined) {
        if (count <= HYSTERESIS * (this.#counts.get(holder) ?? 0)) break;
        this.#places.delete(holder);
      }
      this.#names[place] = name;
      this.#places.set(name, place);
      changed.push(place);
    }
    return changed;
  }

  #discount(elapsedSeconds: number): void {
    const factor = 2 ** (-elapsedSeconds / HALF_LIFE_SECONDS);
    for (const [name, count] of this.#counts) {
      const discounted = count * factor;
      if (discounted < LEAST_COUNT && !this.#places.has(name)) this.#counts.delete(name);
      else this.#counts.set(name, discounted);
    }
  }

  /** A free one, or the one of the operation with the fewest calls. */
  #weakestPlace(): number {
    let weakest = 0;
    let least = Infinity;
    for (const [place, name] of this.#names.entries()) {
      if (name === undefined) return place;
      const count = this.#counts.get(name) ?? 0;
      if (count < least) [weakest, least] = [place, count];
    }
    return weakest;
  }
}
