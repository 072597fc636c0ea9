import type { Json, Persistent } from "../core/index.js";

/** How far back an instance counts: as long as it may take a busy service to call each of them once. */
const LOOK_BACK_SECONDS = 60;
/** What a call's instance is when its source does not say. */
const UNKNOWN_INSTANCE = "unknown";

/**
 * How many instances of a workload report: the most that had calls in one window of the last minute. A
 * silent window says nothing of how many run, so silence changes nothing.
 */
export class InstanceCount implements Persistent {
  /** End of each window, seconds, and the distinct instances in it; oldest first. */
  #windows: (readonly [endSeconds: number, instances: number])[] = [];

  /** Undefined while no call says which instance served it. */
  get count(): number | undefined {
    let most = 0;
    for (const [, instances] of this.#windows) most = Math.max(most, instances);
    return most === 0 ? undefined : most;
  }

  /** One closed window: its end in seconds, and its calls by instance. */
  observe(endSeconds: number, callsByInstance: ReadonlyMap<string, number>): void {
    if (callsByInstance.size === 0) return;
    const known = callsByInstance.size - (callsByInstance.has(UNKNOWN_INSTANCE) ? 1 : 0);
    this.#windows.push([endSeconds, known]);
    while ((this.#windows[0]?.[0] ?? Infinity) <= endSeconds - LOOK_BACK_SECONDS) {
      this.#windows.shift();
    }
  }

  snapshot(): Json {
    return this.#windows.map(([endSeconds, instances]) => [endSeconds, instances]);
  }

  restore(snapshot: Json): void {
    if (!Array.isArray(snapshot)) throw new TypeError("instanceCount: expected an array");
    this.#windows = (snapshot as readonly Json[]).map((saved) => {
      const [endSeconds, instances] = Array.isArray(saved) ? (saved as Json[]) : [];
      if (typeof endSeconds !== "number" || typeof instances !== "number") {
        throw new TypeError("instanceCount: expected [end, instances]");
      }
      return [endSeconds, instances];
    });
  }
}
