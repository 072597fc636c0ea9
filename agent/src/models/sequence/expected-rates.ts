import type { Vocabulary } from "./vocabulary.js";

/** Shorter pauses are one beat for whoever looks minutes ahead; as in the mix model's flow of sessions. */
const LEAST_PAUSE_SECONDS = 0.1;
/** What calls of unknown or rare operations go by. */
const OTHER_OPERATIONS = "{other}";

/** A mean pause in seconds that is positive and shorter than what ends a session, also when none is known. */
export function clampedPause(meanSeconds: number, sessionGapSeconds: number): number {
  if (Number.isNaN(meanSeconds)) return sessionGapSeconds;
  return Math.min(sessionGapSeconds, Math.max(LEAST_PAUSE_SECONDS, meanSeconds));
}

/** Rates by token as rates by operation, those of no known operation together as `{other}`. */
export function ratesByOperation(
  rates: Float64Array,
  vocabulary: Vocabulary,
): ReadonlyMap<string, number> {
  const byOperation = new Map<string, number>();
  for (const [token, rate] of rates.entries()) {
    if (rate === 0) continue;
    const operation = vocabulary.operationOf(token) ?? OTHER_OPERATIONS;
    byOperation.set(operation, (byOperation.get(operation) ?? 0) + rate);
  }
  return byOperation;
}
