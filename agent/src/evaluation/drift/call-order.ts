import type { Random } from "../../core/index.js";
import { uniformIndex } from "./draws.js";

/**
 * In which order a session calls: a walk on a ring of operations. A step depends on the step before, never
 * on the place, and the first place is any; so each operation has the same share of the calls whatever the
 * order is, and a change of order changes nothing else.
 */
export type CallOrder = (stepBefore: number | undefined, random: Random) => number;

/** Share of calls that follow no rule. */
const ERRATIC_SHARE = 0.3;
/** Of a step that keeps, or turns, the direction of the one before. */
const HABIT_SHARE = 0.9;

/** One operation after the other, mostly, around the ring; in the other direction with -1. */
export function roundTrip(direction: 1 | -1, operations: number): CallOrder {
  return (_stepBefore, random) =>
    random() < ERRATIC_SHARE ? uniformIndex(random, operations) : direction;
}

/** Goes on in the direction of the step before, mostly. */
export const keepsDirection: CallOrder = (stepBefore, random) => habitual(stepBefore, random, 1);

/**
 * Turns round after each step, mostly. From each operation half of the calls go to either neighbor, as with
 * {@link keepsDirection}: the pairs of calls are the same, and only who looks two calls back can tell.
 */
export const turnsAround: CallOrder = (stepBefore, random) => habitual(stepBefore, random, -1);

function habitual(stepBefore: number | undefined, random: Random, factor: 1 | -1): number {
  if (stepBefore === undefined) return random() < 0.5 ? 1 : -1;
  return random() < HABIT_SHARE ? factor * stepBefore : -factor * stepBefore;
}
