import type { Json } from "../../core/index.js";
import { encodeFloats, type SnapshotReader } from "../../core/snapshot-reader.js";

/** Where the middle and the busy group begin, as quantiles of the forecasts of the last week. */
const BOUNDARIES = [0.5, 0.9] as const;
export const GROUPS = BOUNDARIES.length + 1;
/** One forecast in half an hour is kept, for a week: neighbors say nearly the same. */
const KEPT_EVERY_SECONDS = 1800;
const KEPT = 336;
/** With fewer, everything is one group. */
const MIN_KEPT = 30;

/** Tells quiet, middle and busy loads apart by the quantiles of the last week. */
export class LoadGroups {
  readonly #every: number;
  readonly #kept: number[] = [];
  #next = 0;
  #steps = 0;
  #boundaries: readonly number[] = [];

  constructor(windowSeconds: number) {
    this.#every = Math.max(1, Math.round(KEPT_EVERY_SECONDS / windowSeconds));
  }

  /** 0 is quiet, GROUPS - 1 is busy. */
  of(load: number): number {
    let group = 0;
    for (const boundary of this.#boundaries) if (load > boundary) group += 1;
    return group;
  }

  learn(load: number): void {
    this.#steps += 1;
    if (this.#steps < this.#every) return;
    this.#steps = 0;
    this.#kept[this.#next] = load;
    this.#next = (this.#next + 1) % KEPT;
    this.#divide();
  }

  snapshot(): Json {
    return {
      steps: this.#steps,
      next: this.#next,
      kept: encodeFloats(Float64Array.from(this.#kept)),
    };
  }

  restore(reader: SnapshotReader): void {
    const steps = reader.field("steps").count();
    const kept = reader.field("kept").float64s();
    if (kept.length > KEPT || !kept.every(Number.isFinite)) {
      reader.field("kept").refuse(`at most ${KEPT} finite values`);
    }
    const next = reader.field("next").count();
    if (next > kept.length || next >= KEPT) reader.field("next").refuse("a place among those kept");
    this.#steps = steps;
    this.#next = next;
    this.#kept.splice(0, this.#kept.length, ...kept);
    this.#divide();
  }

  #divide(): void {
    const { length } = this.#kept;
    if (length < MIN_KEPT) {
      this.#boundaries = [];
      return;
    }
    const sorted = Float64Array.from(this.#kept).sort();
    this.#boundaries = BOUNDARIES.map((quantile) => sorted[Math.floor(quantile * length)] ?? NaN);
  }
}
