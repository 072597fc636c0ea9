import type { Json, Persistent } from "../core/index.js";

interface Entry {
  readonly timeSeconds: number;
  /** Replicas recommended. */
  readonly recommended: number;
  /** Replicas that the observed load needed; undefined when it was unknown. */
  readonly reactive: number | undefined;
}

/** The recommendations of the recent past of one workload, as far back as the guards look. */
export class RecommendationHistory implements Persistent {
  readonly #keepSeconds: number;
  #entries: Entry[] = [];

  constructor(keepSeconds: number) {
    this.#keepSeconds = keepSeconds;
  }

  add(entry: Entry): void {
    this.#entries.push(entry);
    const oldest = entry.timeSeconds - this.#keepSeconds;
    const [first] = this.#entries;
    if (first !== undefined && first.timeSeconds < oldest) {
      this.#entries = this.#entries.filter(({ timeSeconds }) => timeSeconds >= oldest);
    }
  }

  get last(): number | undefined {
    return this.#entries.at(-1)?.recommended;
  }

  /** The latest recommendation at or before a moment, else the first one there is. */
  at(seconds: number): number | undefined {
    let found = this.#entries[0]?.recommended;
    for (const { timeSeconds, recommended } of this.#entries) {
      if (timeSeconds > seconds) break;
      found = recommended;
    }
    return found;
  }

  largestRecommendedSince(seconds: number): number | undefined {
    return largest(this.#since(seconds).map(({ recommended }) => recommended));
  }

  largestReactiveSince(seconds: number): number | undefined {
    return largest(
      this.#since(seconds).flatMap(({ reactive }) => (reactive === undefined ? [] : [reactive])),
    );
  }

  snapshot(): Json {
    return this.#entries.map(({ timeSeconds, recommended, reactive }) => [
      timeSeconds,
      recommended,
      reactive ?? null,
    ]);
  }

  restore(snapshot: Json): void {
    if (!Array.isArray(snapshot)) throw new TypeError("history: expected an array");
    this.#entries = (snapshot as readonly Json[]).map((saved) => {
      const [timeSeconds, recommended, reactive] = Array.isArray(saved) ? (saved as Json[]) : [];
      if (typeof timeSeconds !== "number" || typeof recommended !== "number") {
        throw new TypeError("history: expected [time, recommended, reactive]");
      }
      return {
        timeSeconds,
        recommended,
        reactive: typeof reactive === "number" ? reactive : undefined,
      };
    });
  }

  #since(seconds: number): readonly Entry[] {
    return this.#entries.filter(({ timeSeconds }) => timeSeconds >= seconds);
  }
}

function largest(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.max(...values);
}
