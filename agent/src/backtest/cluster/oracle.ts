import type { Cluster, Span } from "./cluster.js";

/**
 * The cheapest requests there are for a load that is known in advance, with the same start-up time: what
 * nobody can beat. Answers one request for the end of each step.
 *
 * The cost, paid replicas + `price` x missing ones, is a sum over ranks: the k-th replica is on or off,
 * is paid while on, and is of use clip(load - k + 1, 0, 1) in a step that it serves. As a higher rank is
 * of no more use, the best courses are nested and each rank can be solved alone, by dynamic programming
 * over how many steps in a row it has been on. Ranks up to the minimum are always on. Before the first
 * judged step it is as if the first request had always been. Throws a RangeError for a span that begins
 * with the trace: nobody could have asked for anything before.
 */
export function oracleRequests(cluster: Cluster, price: number, { from, to }: Span): Uint32Array {
  if (from < 1) throw new RangeError("the oracle's first request comes before its first step");
  const { calls, callsPerReplica, minimumReplicas, maximumReplicas } = cluster;
  const asked = new Uint32Array(calls.length).fill(minimumReplicas);
  let most = 0;
  for (let t = from; t < to; t += 1) {
    const load = (calls[t] ?? NaN) / callsPerReplica;
    if (load > most) most = load;
  }
  const steps = Math.max(0, to - from);
  const course = new Uint8Array(steps);
  const states = cluster.startUpSteps + 2;
  const cameFrom = new Uint8Array(steps * states);
  const ranks = Math.min(maximumReplicas, Math.ceil(most));
  for (let rank = minimumReplicas + 1; rank <= ranks; rank += 1) {
    solveRank(cluster, price, from, rank, course, cameFrom);
    for (let step = 0; step < steps; step += 1) {
      // What is paid in a step was asked for at the end of the step before.
      const at = from + step - 1;
      if (course[step] === 1) asked[at] = (asked[at] ?? 0) + 1;
    }
  }
  return asked.fill(asked[from - 1] ?? minimumReplicas, 0, from - 1);
}

/**
 * Writes for each step whether the rank is paid in it. State 0 is off; state j is on for j steps in a row,
 * counted up to the number from which on it serves. It may have been on before the first step.
 */
function solveRank(
  cluster: Cluster,
  price: number,
  from: number,
  rank: number,
  course: Uint8Array,
  cameFrom: Uint8Array,
): void {
  const serving = cluster.startUpSteps + 1;
  const states = serving + 1;
  let costs = new Float64Array(states);
  let next = new Float64Array(states);
  for (let step = 0; step < course.length; step += 1) {
    const load = (cluster.calls[from + step] ?? NaN) / cluster.callsPerReplica;
    const isKnown = !Number.isNaN(load);
    const use = isKnown ? Math.min(1, Math.max(0, load - rank + 1)) : 0;
    const base = step * states;
    // Off now: from whatever was cheapest.
    let cheapest = 0;
    for (let state = 1; state < states; state += 1) {
      if ((costs[state] ?? 0) < (costs[cheapest] ?? 0)) cheapest = state;
    }
    next[0] = (costs[cheapest] ?? 0) + price * use;
    cameFrom[base] = cheapest;
    for (let state = 1; state < states; state += 1) {
      let previous = state - 1;
      if (state === serving && (costs[serving] ?? 0) <= (costs[previous] ?? 0)) previous = serving;
      const missing = state === serving ? 0 : use;
      next[state] = (costs[previous] ?? 0) + (isKnown ? 1 : 0) + price * missing;
      cameFrom[base + state] = previous;
    }
    [costs, next] = [next, costs];
  }
  let state = 0;
  for (let other = 1; other < states; other += 1) {
    if ((costs[other] ?? 0) < (costs[state] ?? 0)) state = other;
  }
  for (let step = course.length - 1; step >= 0; step -= 1) {
    course[step] = state > 0 ? 1 : 0;
    state = cameFrom[step * states + state] ?? 0;
  }
}
