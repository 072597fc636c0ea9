import type { Json, SnapshotReader } from "../core/index.js";

/**
 * A mean over the recent windows beside a mean over all that were learned from. Both are plain means
 * until there are enough windows for their weight of forgetting, so neither leans towards the 0 it
 * started from.
 */
export class ComparedMean {
  readonly #recentWeight: number;
  readonly #learnedWeight: number;
  #recent = 0;
  #learned = 0;
  #recentWindows = 0;
  #learnedWindows = 0;

  /** The part of one more window in each mean once there are many, in (0, 1]. */
  constructor(recentWeight: number, learnedWeight: number) {
    this.#recentWeight = recentWeight;
    this.#learnedWeight = learnedWeight;
  }

  get recent(): number {
    return this.#recent;
  }

  get learned(): number {
    return this.#learned;
  }

  /** `learn`: whether this window is one to learn from. */
  observe(value: number, learn: boolean): void {
    this.#recentWindows += 1;
    const recentWeight = Math.max(1 / this.#recentWindows, this.#recentWeight);
    this.#recent += recentWeight * (value - this.#recent);
    if (!learn) return;
    this.#learnedWindows += 1;
    const learnedWeight = Math.max(1 / this.#learnedWindows, this.#learnedWeight);
    this.#learned += learnedWeight * (value - this.#learned);
  }

  /** What is recent becomes what was learned; the next window replaces it. */
  startAnew(): void {
    this.#learned = this.#recent;
    this.#learnedWindows = 0;
  }

  snapshot(): Json {
    return {
      recent: this.#recent,
      learned: this.#learned,
      recentWindows: this.#recentWindows,
      learnedWindows: this.#learnedWindows,
    };
  }

  restore(snapshot: SnapshotReader): void {
    this.#recent = snapshot.field("recent").number();
    this.#learned = snapshot.field("learned").number();
    this.#recentWindows = snapshot.field("recentWindows").count();
    this.#learnedWindows = snapshot.field("learnedWindows").count();
  }
}
