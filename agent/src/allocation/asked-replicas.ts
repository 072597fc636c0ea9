import { runningSince } from "./running-since.js";

/** Who asks less often than this is new each time. */
const KEPT_SECONDS = 6000;

/**
 * The replicas that those who ask for decisions said were running. The regular decisions never look at
 * them. They are kept so that replicas only an asker knows of are stabilized from when they were first
 * told, and not anew with each question.
 */
export class AskedReplicas {
  /** One a moment, the largest, oldest first. */
  #sightings: { readonly timeSeconds: number; readonly current: number }[] = [];

  /** `timeSeconds` never goes back. */
  tell(timeSeconds: number, replicas: number): void {
    const last = this.#sightings.at(-1);
    if (last?.timeSeconds === timeSeconds) {
      if (last.current >= replicas) return;
      this.#sightings.pop();
    }
    this.#sightings.push({ timeSeconds, current: replicas });
    const oldest = timeSeconds - KEPT_SECONDS;
    while ((this.#sightings[0]?.timeSeconds ?? Infinity) < oldest) this.#sightings.shift();
  }

  /** Since when so many have run; see {@link runningSince}. */
  since(replicas: number, nowSeconds: number, breakSeconds: number): number {
    return runningSince(this.#sightings, replicas, nowSeconds, breakSeconds);
  }
}
