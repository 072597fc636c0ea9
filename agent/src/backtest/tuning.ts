import type { Cluster, Span } from "./cluster/cluster.js";
import { costOf, judge, type Outcome } from "./cluster/outcome.js";
import type { Policy } from "./policies/policy.js";
import { walk } from "./walk.js";

/** A policy at one setting and one choice of what is behind it. */
export interface TunedPoint {
  readonly setting: number;
  /** What was chosen behind the knob; empty when there is no choice. */
  readonly variant: string;
  /** On the judged part. */
  readonly outcome: Outcome;
}

export interface TunedPolicy {
  readonly policy: Policy;
  /** What was cheapest at the price on the training part, as judged afterwards. */
  readonly tuned: TunedPoint;
  /** What it asked for there, at the end of each step of the whole trace. */
  readonly asked: Uint32Array;
  /** By pod-hours, ascending. */
  readonly frontier: readonly TunedPoint[];
}

export interface Spans {
  readonly training: Span;
  readonly judged: Span;
}

/**
 * Prices for which a policy with hidden choices is tuned anew to get its frontier: from hardly more than a
 * paid replica to what nobody would pay, each 1.3 times the one before.
 */
const FRONTIER_PRICES: readonly number[] = Array.from({ length: 40 }, (_, at) => 1.2 * 1.3 ** at);

/**
 * Runs a policy at all settings, chooses on the training part alone, and judges on the judged part.
 *
 * The frontier of a policy with nothing but its knob has every setting; that of one with hidden choices has
 * what would have been chosen at some price: the efficient points of the training part.
 */
export function tune(cluster: Cluster, policy: Policy, price: number, spans: Spans): TunedPolicy {
  const points: { setting: number; variant: string; before: Outcome; outcome: Outcome }[] = [];
  let cheapest = Infinity;
  let at = 0;
  let asked: Uint32Array | undefined;
  for (const variant of policy.variants) {
    const courses = walk(cluster, variant, policy.settings.length);
    for (const [index, course] of courses.entries()) {
      const setting = policy.settings[index] ?? NaN;
      const before = judge(cluster, course, spans.training);
      const outcome = judge(cluster, course, spans.judged);
      const cost = costOf(before, price, cluster);
      if (cost < cheapest) {
        cheapest = cost;
        at = points.length;
        asked = course;
      }
      points.push({ setting, variant: variant.label, before, outcome });
    }
  }
  const tuned = points[at];
  if (tuned === undefined || asked === undefined) {
    throw new RangeError(`${policy.name} has no setting`);
  }
  const chosen = policy.variants.length === 1 ? points : efficient(points, cluster);
  const frontier = [...chosen].sort((a, b) => a.outcome.podHours - b.outcome.podHours);
  return { policy, tuned, asked, frontier };
}

function efficient<T extends { readonly before: Outcome }>(
  points: readonly T[],
  cluster: Cluster,
): readonly T[] {
  const chosen = new Set<T>();
  for (const price of FRONTIER_PRICES) {
    let cheapest = Infinity;
    let best: T | undefined;
    for (const point of points) {
      const cost = costOf(point.before, price, cluster);
      if (cost >= cheapest) continue;
      cheapest = cost;
      best = point;
    }
    if (best !== undefined) chosen.add(best);
  }
  return [...chosen];
}
