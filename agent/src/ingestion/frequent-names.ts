import type { Json } from "../core/index.js";
import { arrayField, countField, objectField, stringField } from "./snapshot-field.js";

/**
 * Finds the names that make up more than 1/(k+1) of a stream with k counters (Misra and Gries,
 * "Finding repeated elements", 1982): a name without a counter takes a free one, or else all counters
 * go down by one. A count is too low by at most calls/(k+1), never too high.
 */
export class FrequentNames {
  readonly #maxCounters: number;
  readonly #counts = new Map<string, number>();
  #calls = 0;

  constructor(maxCounters: number) {
    this.#maxCounters = maxCounters;
  }

  /**
   * Counts a name. Answers true, and forgets it, once it was counted `minCalls` times and makes up more
   * than its share.
   */
  observe(name: string, minCalls: number): boolean {
    this.#calls += 1;
    const known = this.#counts.get(name);
    if (known === undefined && this.#counts.size >= this.#maxCounters) {
      this.#lowerAll();
      return false;
    }
    const count = (known ?? 0) + 1;
    if (count < minCalls || count * (this.#maxCounters + 1) <= this.#calls) {
      this.#counts.set(name, count);
      return false;
    }
    this.#counts.delete(name);
    return true;
  }

  #lowerAll(): void {
    for (const [name, count] of this.#counts) {
      if (count === 1) this.#counts.delete(name);
      else this.#counts.set(name, count - 1);
    }
  }

  snapshot(): Json {
    return { calls: this.#calls, counts: [...this.#counts] };
  }

  restore(snapshot: Json, field: string): void {
    const fields = objectField(snapshot, field);
    this.#calls = countField(fields["calls"], `${field}.calls`);
    this.#counts.clear();
    for (const pair of arrayField(fields["counts"], `${field}.counts`)) {
      const [name, count] = arrayField(pair, `${field}.counts`);
      this.#counts.set(stringField(name, `${field}.counts`), countField(count, `${field}.counts`));
    }
  }
}
