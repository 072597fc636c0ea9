import type { Cost, Resources } from "../core/index.js";

type ReplicaResources = Omit<Resources, "replicas">;

export interface ShapeInputs {
  readonly current: Resources;
  readonly cost: Cost | undefined;
  readonly utilizationRatio: number;
  /** Calls per second that each recommended replica would take; undefined when unknown. */
  readonly callsPerSecondPerReplica: number | undefined;
}

/** Headroom over measured memory, as the Vertical Pod Autoscaler's recommender adds it. */
const MEMORY_MARGIN = 1.15;

/**
 * What each replica needs, in the shape of the work: memory from what a replica holds now, CPU and network
 * from what its calls cost. This version only ever raises a replica's resources: where the replicas are at
 * their maximum, or a replica is too small for its calls, it grows; nothing here makes it smaller.
 */
export function shapeReplica(inputs: ShapeInputs): {
  target: ReplicaResources;
  lowerBound: ReplicaResources;
  upperBound: ReplicaResources;
} {
  const { current, cost, utilizationRatio, callsPerSecondPerReplica: calls } = inputs;
  const needed: ReplicaResources = {
    cpuCores: (product(calls, cost?.cpuSecondsPerCall) ?? 0) / utilizationRatio,
    memoryBytes: (cost?.memoryBytesPerReplica ?? 0) * MEMORY_MARGIN,
    networkBytesPerSecond: (product(calls, cost?.networkBytesPerCall) ?? 0) / utilizationRatio,
  };
  const target = each((name) => Math.max(current[name], needed[name]));
  return {
    target,
    lowerBound: each((name) =>
      needed[name] > 0 ? Math.min(target[name], needed[name]) : target[name],
    ),
    upperBound: each((name) => Math.max(target[name], needed[name] * MEMORY_MARGIN)),
  };
}

function each(value: (name: keyof ReplicaResources) => number): ReplicaResources {
  return {
    cpuCores: value("cpuCores"),
    memoryBytes: Math.ceil(value("memoryBytes")),
    networkBytesPerSecond: value("networkBytesPerSecond"),
  };
}

function product(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a * b;
}
