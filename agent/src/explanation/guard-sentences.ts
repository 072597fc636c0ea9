import type { Contribution, ContributionCause, Guard } from "../core/index.js";
import { duration } from "./number-words.js";

const GUARD_SENTENCES: Readonly<Record<Guard, string>> = {
  minimum_replicas: "never below the configured minimum",
  maximum_replicas: "never above the configured maximum",
  scale_up_rate: "no faster up than the configured rate",
  scale_down_rate: "no faster down than the configured rate",
  stabilization: "not down until the lower number has held for the stabilization time",
  no_scale_in_on_prediction: "not down on a prediction alone: the recent load still needed them",
  hold_on_unknown: "never down while something is unknown",
  reactive_floor: "never below what the observed load needs now",
};

/** What each guard made of what the one before let through. */
export function guardSentences(
  currentReplicas: number,
  contributions: readonly Contribution[],
  unconfirmedSilenceSeconds: number,
): string[] {
  const sentences: string[] = [];
  let before = currentReplicas;
  for (const { cause, replicas } of contributions) {
    const after = before + replicas;
    if (isGuard(cause)) {
      const reason =
        cause === "hold_on_unknown" && unconfirmedSilenceSeconds > 0
          ? `no call for ${duration(unconfirmedSilenceSeconds)}: whether nobody calls or nothing is reported is not known yet`
          : GUARD_SENTENCES[cause];
      sentences.push(`Held at ${after} instead of ${before} by ${cause}: ${reason}.`);
    }
    before = after;
  }
  return sentences;
}

function isGuard(cause: ContributionCause): cause is Guard {
  return cause in GUARD_SENTENCES;
}

/** Guards that say what is needed at least; what the others add is held from before. */
const NEED_GUARDS: ReadonlySet<string> = new Set<Guard>(["reactive_floor", "minimum_replicas"]);

/** Replicas above those that are wanted; negative when guards take some away. */
export function heldReplicas(contributions: readonly Contribution[]): number {
  return contributions
    .filter(({ cause }) => isGuard(cause) && !NEED_GUARDS.has(cause))
    .reduce((sum, { replicas }) => sum + replicas, 0);
}
