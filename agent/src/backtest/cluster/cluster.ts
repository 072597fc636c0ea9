/** The simulated cluster of a trace of counts, and the load on it. One unit of time is a step. */
export interface Cluster {
  /** Calls of each step; NaN where nothing is known. */
  readonly calls: Float64Array;
  readonly startSeconds: number;
  readonly stepSeconds: number;
  /** Whole steps from the decision at the end of a step until a replica serves. */
  readonly startUpSteps: number;
  /** Calls that one replica can serve in a step. */
  readonly callsPerReplica: number;
  readonly minimumReplicas: number;
  readonly maximumReplicas: number;
}

/** Steps [from, to) that are judged. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Below this share of a replica, missing capacity is rounding. */
const ROUNDING_REPLICAS = 1e-9;

/**
 * The replicas that serve in each step, given the number asked for at the end of each.
 *
 * What is asked for at the end of step t is paid from step t + 1 on and serves from step t + 1 +
 * `startUpSteps` on, when nobody took it back in between: a step's supply is the smallest of the
 * `startUpSteps` + 1 requests before it. What is taken away is gone at once. Before the first request it
 * is as if it had always been.
 */
export function supplyOf(asked: Uint32Array, startUpSteps: number): Uint32Array {
  const supply = new Uint32Array(asked.length);
  for (let t = 0; t < asked.length; t += 1) {
    let least = Infinity;
    for (let back = 1; back <= startUpSteps + 1; back += 1) {
      least = Math.min(least, paidAt(asked, t - back + 1));
    }
    supply[t] = least;
  }
  return supply;
}

/** The replicas paid in step t: those asked for at the end of the step before. */
export function paidAt(asked: Uint32Array, t: number): number {
  return asked[Math.max(0, t - 1)] ?? 0;
}

/** Whole replicas that this many calls need; what rounding adds needs none. */
export function replicasFor(calls: number, cluster: Cluster): number {
  const needed = Math.ceil(calls / cluster.callsPerReplica - ROUNDING_REPLICAS);
  return Math.min(cluster.maximumReplicas, Math.max(cluster.minimumReplicas, needed));
}
