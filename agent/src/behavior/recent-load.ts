import type { Json, Persistent } from "../core/index.js";

/** Windows whose mean is the load "now". */
const NOW_WINDOWS = 3;

export interface RateObservation {
  readonly startSeconds: number;
  /** Undefined: nothing was reported, which is not the same as no demand. */
  readonly callsPerSecond: number | undefined;
}

/**
 * Calls per second, window by window. Silence is ambiguous: nobody called, or nothing was reported. So
 * silent windows wait: the next call within the outage time makes them a true zero, a longer silence
 * makes them a gap. Demand is never lowered by an outage.
 */
export class RecentLoad implements Persistent {
  readonly #windowSeconds: number;
  readonly #outageWindows: number;
  #silentStarts: number[] = [];
  #rates: number[] = [];
  #inOutage = false;

  constructor(windowSeconds: number, outageSeconds: number) {
    this.#windowSeconds = windowSeconds;
    this.#outageWindows = Math.ceil(outageSeconds / windowSeconds);
  }

  get inOutage(): boolean {
    return this.#inOutage;
  }

  /** Seconds of silence of which is not known yet what it is; 0 in an outage, where that is known. */
  get unconfirmedSilenceSeconds(): number {
    return this.#silentStarts.length * this.#windowSeconds;
  }

  /** Mean over the last windows that are known; undefined before the first and in an outage. */
  get callsPerSecond(): number | undefined {
    if (this.#inOutage || this.#rates.length === 0) return undefined;
    return this.#rates.reduce((sum, rate) => sum + rate, 0) / this.#rates.length;
  }

  /** One closed window. Answers what has become certain by it, in order of time. */
  close(startSeconds: number, calls: number): readonly RateObservation[] {
    if (calls === 0) return this.#closeSilent(startSeconds);
    const callsPerSecond = calls / this.#windowSeconds;
    const zeros = this.#silentStarts.map((start) => ({ startSeconds: start, callsPerSecond: 0 }));
    this.#silentStarts = [];
    this.#inOutage = false;
    for (const zero of zeros) this.#remember(zero.callsPerSecond);
    this.#remember(callsPerSecond);
    return [...zeros, { startSeconds, callsPerSecond }];
  }

  snapshot(): Json {
    return {
      silentStarts: [...this.#silentStarts],
      rates: [...this.#rates],
      inOutage: this.#inOutage,
    };
  }

  restore(snapshot: Json): void {
    const fields = snapshot as Readonly<Record<string, Json>> | null;
    const silentStarts = fields?.["silentStarts"];
    const rates = fields?.["rates"];
    if (!isNumberArray(silentStarts) || !isNumberArray(rates)) {
      throw new TypeError("recentLoad: expected silentStarts and rates");
    }
    this.#silentStarts = [...silentStarts];
    this.#rates = [...rates];
    this.#inOutage = fields?.["inOutage"] === true;
  }

  #closeSilent(startSeconds: number): readonly RateObservation[] {
    if (this.#inOutage) return [{ startSeconds, callsPerSecond: undefined }];
    this.#silentStarts.push(startSeconds);
    if (this.#silentStarts.length < this.#outageWindows) return [];
    this.#inOutage = true;
    const gaps = this.#silentStarts.map((start) => ({
      startSeconds: start,
      callsPerSecond: undefined,
    }));
    this.#silentStarts = [];
    this.#rates = [];
    return gaps;
  }

  #remember(callsPerSecond: number): void {
    this.#rates.push(callsPerSecond);
    if (this.#rates.length > NOW_WINDOWS) this.#rates.shift();
  }
}

function isNumberArray(value: Json | undefined): value is readonly number[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === "number");
}
