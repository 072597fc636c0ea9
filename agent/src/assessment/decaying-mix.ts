import type { Json } from "../core/index.js";
import { objectOf } from "./snapshot-fields.js";

/** Shares below this are dropped, so that names which are not seen any more disappear. */
const NEGLIGIBLE_SHARE = 1e-6;

/** Shares of names, a little forgotten at each update. */
export class DecayingMix {
  readonly shares = new Map<string, number>();

  /** Blends in the counts of one window. `weight`: their part in the new shares, in (0, 1]. */
  blend(counts: ReadonlyMap<string, number>, weight: number): void {
    let total = 0;
    for (const count of counts.values()) total += count;
    if (total === 0) return;
    for (const [name, share] of this.shares) {
      const kept = share * (1 - weight);
      if (kept < NEGLIGIBLE_SHARE && !counts.has(name)) this.shares.delete(name);
      else this.shares.set(name, kept);
    }
    for (const [name, count] of counts) {
      this.shares.set(name, (this.shares.get(name) ?? 0) + (weight * count) / total);
    }
  }

  snapshot(): Json {
    return Object.fromEntries(this.shares);
  }

  restore(snapshot: Json): void {
    this.shares.clear();
    for (const [name, share] of Object.entries(objectOf(snapshot, "mix"))) {
      if (typeof share !== "number") throw new TypeError(`mix.${name}: expected a number`);
      this.shares.set(name, share);
    }
  }
}
