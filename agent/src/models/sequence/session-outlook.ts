import type { Json, MomentAhead, Random } from "../../core/index.js";
import type { SnapshotReader } from "../../core/snapshot-reader.js";
import { ArrivalRate } from "./arrival-rate.js";
import { SessionRollouts, type RolloutParts } from "./session-rollouts.js";
import type { Vocabulary } from "./vocabulary.js";

/** Shorter pauses are one beat for whoever looks minutes ahead; as in the mix model's flow of sessions. */
const LEAST_PAUSE_SECONDS = 0.1;
/** What calls of unknown or rare operations go by. */
const OTHER_OPERATIONS = "{other}";

/** What sessions are rolled forward from. */
export interface OutlookParts extends Pick<RolloutParts, "network" | "open"> {
  readonly vocabulary: Vocabulary;
  /** A silence that ends a session. */
  readonly sessionGapSeconds: number;
  /** Mean seconds from a call of this operation to the session's next; NaN when none is known. */
  readonly meanPauseSeconds: (operation: string) => number;
  readonly random: Random;
}

/**
 * The calls ahead by operation ({@link SessionRollouts}). What was rolled forward for one moment serves for
 * later ones, as long as nothing is learned in between.
 */
export class SessionOutlook {
  readonly #arrivals = new ArrivalRate();
  #kept: { readonly nowSeconds: number; readonly rollouts: SessionRollouts } | undefined;

  /** A session begins. */
  begin(timeSeconds: number): void {
    this.#arrivals.count(timeSeconds);
  }

  /** What was rolled forward holds no longer. */
  clear(): void {
    this.#kept = undefined;
  }

  /** Calls a second at a moment ahead. `partsNow` is asked only when sessions have to be rolled anew. */
  rates(
    { nowSeconds, secondsAhead }: MomentAhead,
    sessions: number,
    vocabulary: Vocabulary,
    partsNow: () => OutlookParts,
  ): ReadonlyMap<string, number> {
    let kept = this.#kept;
    if (kept?.nowSeconds !== nowSeconds || kept.rollouts.reachedSeconds > secondsAhead) {
      kept = { nowSeconds, rollouts: this.#rollOut(partsNow(), nowSeconds, sessions) };
      this.#kept = kept;
    }
    return byOperation(kept.rollouts.ratesAt(secondsAhead), vocabulary);
  }

  snapshot(): Json {
    return this.#arrivals.snapshot();
  }

  restore(reader: SnapshotReader): void {
    this.#arrivals.restore(reader);
    this.clear();
  }

  #rollOut(parts: OutlookParts, nowSeconds: number, sessions: number): SessionRollouts {
    const { sessionGapSeconds: gap, vocabulary, meanPauseSeconds } = parts;
    return new SessionRollouts(
      {
        network: parts.network,
        open: [...parts.open].filter(({ lastSeconds }) => lastSeconds + gap >= nowSeconds),
        nowSeconds,
        arrivalRate: this.#arrivals.at(nowSeconds),
        meanPauseSeconds: (token) => {
          const mean = meanPauseSeconds(vocabulary.operationOf(token) ?? "");
          return Number.isNaN(mean) ? gap : Math.min(gap, Math.max(LEAST_PAUSE_SECONDS, mean));
        },
        random: parts.random,
      },
      sessions,
    );
  }
}

/** Those of no known operation together. */
function byOperation(rates: Float64Array, vocabulary: Vocabulary): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const [token, rate] of rates.entries()) {
    if (rate === 0) continue;
    const operation = vocabulary.operationOf(token) ?? OTHER_OPERATIONS;
    sums.set(operation, (sums.get(operation) ?? 0) + rate);
  }
  return sums;
}
