import type { ExpectedUse } from "./expected-use.js";

/** The knob and the circumstances of the rule. */
export interface PriceRuleSettings {
  /** What a missing replica-minute costs, in paid ones. */
  readonly price: number;
  /** Whole steps from a decision until a replica serves. */
  readonly startUpSteps: number;
}

/** A start must pay against every later start up to so many steps. */
const LATER_START_STEPS = 10;
/** And pay for itself within so many steps. */
const RETURN_STEPS = 60;

/** Steps ahead that the forecast has to reach: a start is compared with later ones from when it serves. */
export function horizonsFor(startUpSteps: number): number {
  return startUpSteps + LATER_START_STEPS + 1;
}

/**
 * How many replicas to ask for, by one price: what a missing replica-step costs in paid ones. Each rank is
 * judged alone, by its expected use U(u) over the next u steps, D being the start-up steps:
 * - it is kept when giving it back for one step would save less than what is missed until it could serve
 *   again: price x U(D + 1) >= 1. Whether it stays away longer is asked again each step;
 * - it is started when starting now beats starting j steps later, price x (U(D + j) - U(D)) >= j for all j
 *   of 1..10, and pays for itself within an hour of minutes: price x (U(D + m) - U(D)) >= D + m for an m.
 * As use falls with the rank, so do both answers: more expected load never asks for fewer.
 *
 * `previous` is what was asked for last. A replica is paid from the moment it is asked for.
 */
export function replicasByPrice(
  use: ExpectedUse,
  previous: number,
  settings: PriceRuleSettings,
): number {
  let replicas = previous;
  if (isStarted(use, replicas + 1, settings)) {
    do replicas += 1;
    while (isStarted(use, replicas + 1, settings));
    return replicas;
  }
  replicas = Math.min(replicas, use.ranks);
  while (replicas > 0 && !isKept(use, replicas, settings) && !isStarted(use, replicas, settings)) {
    replicas -= 1;
  }
  return replicas;
}

function isKept(
  use: ExpectedUse,
  rank: number,
  { price, startUpSteps }: PriceRuleSettings,
): boolean {
  return price * use.sum(rank, startUpSteps + 1) >= 1;
}

function isStarted(
  use: ExpectedUse,
  rank: number,
  { price, startUpSteps }: PriceRuleSettings,
): boolean {
  if (rank > use.ranks) return false;
  const before = use.sum(rank, startUpSteps);
  const worth = (steps: number): number => price * (use.sum(rank, startUpSteps + steps) - before);
  for (let later = 1; later <= LATER_START_STEPS; later += 1) {
    if (worth(later) < later) return false;
  }
  // Beyond the last horizon all goes on as there, so only the ends can be the best.
  const last = use.horizons - startUpSteps;
  for (let steps = 1; steps <= last; steps += 1) {
    if (worth(steps) >= startUpSteps + steps) return true;
  }
  return worth(RETURN_STEPS) >= startUpSteps + RETURN_STEPS;
}
