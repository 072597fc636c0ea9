import type { Cluster } from "./cluster.js";

/** One-minute steps, ten calls a replica, two steps from a decision to a replica that serves. */
export function clusterOf(calls: readonly number[], fields: Partial<Cluster> = {}): Cluster {
  return {
    calls: Float64Array.from(calls),
    startSeconds: 0,
    stepSeconds: 60,
    startUpSteps: 2,
    callsPerReplica: 10,
    minimumReplicas: 1,
    maximumReplicas: 1000,
    ...fields,
  };
}
