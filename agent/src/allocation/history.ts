import type { Json, Persistent } from "../core/index.js";
import { runningSince } from "./running-since.js";

interface Entry {
  readonly timeSeconds: number;
  /** Replicas recommended. */
  readonly recommended: number;
  /**
   * Replicas that were wanted before any guard held them. What stabilization looks at: if it looked at
   * what it held itself, it would hold for ever.
   */
  readonly wanted: number;
  /** Replicas that the observed load needed; undefined when it was unknown. */
  readonly reactive: number | undefined;
  /** Replicas that ran, as configured or as reported. */
  readonly current: number;
}

/** The slowest rate that can be configured is a replica in 100 minutes; its guard looks back that far. */
const LEAST_KEPT_SECONDS = 6000;

/** The recommendations of the recent past of one workload, as far back as the guards look. */
export class RecommendationHistory implements Persistent {
  readonly #keepSeconds: number;
  #entries: Entry[] = [];

  /** `keepSeconds`: how far back stabilization looks; the guards of the rates may look further. */
  constructor(keepSeconds: number) {
    this.#keepSeconds = Math.max(keepSeconds, LEAST_KEPT_SECONDS);
  }

  add(entry: Entry): void {
    this.#entries.push(entry);
    const oldest = entry.timeSeconds - this.#keepSeconds;
    while ((this.#entries[0]?.timeSeconds ?? Infinity) < oldest) this.#entries.shift();
  }

  get last(): number | undefined {
    return this.#entries.at(-1)?.recommended;
  }

  /** The latest recommendation at or before a moment, else the first one there is. */
  at(seconds: number): number | undefined {
    const entry = this.#entries.findLast(({ timeSeconds }) => timeSeconds <= seconds);
    return (entry ?? this.#entries[0])?.recommended;
  }

  largestWantedSince(seconds: number): number | undefined {
    return this.#largestSince(seconds, ({ wanted }) => wanted);
  }

  largestReactiveSince(seconds: number): number | undefined {
    return this.#largestSince(seconds, ({ reactive }) => reactive);
  }

  /** Since when so many have run; see {@link runningSince}. */
  runningSince(replicas: number, nowSeconds: number, breakSeconds: number): number {
    return runningSince(this.#entries, replicas, nowSeconds, breakSeconds);
  }

  snapshot(): Json {
    return this.#entries.map(({ timeSeconds, recommended, wanted, reactive, current }) => [
      timeSeconds,
      recommended,
      reactive ?? null,
      wanted,
      current,
    ]);
  }

  restore(snapshot: Json): void {
    if (!Array.isArray(snapshot)) throw new TypeError("history: expected an array");
    this.#entries = (snapshot as readonly Json[]).map((saved) => {
      const [timeSeconds, recommended, reactive, wanted, current] = Array.isArray(saved)
        ? (saved as Json[])
        : [];
      if (
        typeof timeSeconds !== "number" ||
        typeof recommended !== "number" ||
        typeof wanted !== "number" ||
        typeof current !== "number"
      ) {
        throw new TypeError("history: expected [time, recommended, reactive, wanted, current]");
      }
      return {
        timeSeconds,
        recommended,
        wanted,
        current,
        reactive: typeof reactive === "number" ? reactive : undefined,
      };
    });
  }

  #largestSince(
    seconds: number,
    valueOf: (entry: Entry) => number | undefined,
  ): number | undefined {
    let most: number | undefined;
    for (let index = this.#entries.length - 1; index >= 0; index -= 1) {
      const entry = this.#entries[index];
      if (entry === undefined || entry.timeSeconds < seconds) break;
      const value = valueOf(entry);
      if (value !== undefined && (most === undefined || value > most)) most = value;
    }
    return most;
  }
}
