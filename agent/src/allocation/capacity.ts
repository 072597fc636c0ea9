import type { Cost, Resources } from "../core/index.js";
import type { AllocationSettings } from "./settings.js";

/** How many calls per second one replica takes at the target utilization, and what limits it. */
export interface Capacity {
  readonly callsPerSecond: number;
  /** `network_only`: what its CPU takes is unknown, so it takes this many at most. */
  readonly limitedBy: "given" | "cpu" | "network" | "network_only";
}

/**
 * Estimates what one replica takes: as given, else its CPU over the CPU-seconds of a call and its network
 * over the bytes of a call, whichever runs out first. Undefined when nothing is known; a replica of which
 * 0 cores or 0 bytes a second are told has no limit there that anybody knows. No call takes no CPU: a
 * measured cost of 0 is one that was too small to be seen.
 */
export function estimateCapacity(
  settings: AllocationSettings,
  replica: Resources,
  cost: Cost | undefined,
): Capacity | undefined {
  const utilization = settings.targetUtilizationRatio;
  if (settings.callsPerSecondPerReplica !== undefined) {
    return {
      callsPerSecond: settings.callsPerSecondPerReplica * utilization,
      limitedBy: "given",
    };
  }
  const cpu = rateWithin(replica.cpuCores * utilization, cost?.cpuSecondsPerCall);
  const network = rateWithin(
    replica.networkBytesPerSecond * utilization,
    cost?.networkBytesPerCall,
  );
  if (cpu === undefined) {
    return network === undefined
      ? undefined
      : { callsPerSecond: network, limitedBy: "network_only" };
  }
  return network === undefined || cpu <= network
    ? { callsPerSecond: cpu, limitedBy: "cpu" }
    : { callsPerSecond: network, limitedBy: "network" };
}

function rateWithin(available: number, perCall: number | undefined): number | undefined {
  if (perCall === undefined || perCall <= 0) return undefined;
  const callsPerSecond = available / perCall;
  return callsPerSecond > 0 ? callsPerSecond : undefined;
}

/**
 * Replicas that a demand fills; undefined when the demand or the capacity is unknown. At most the largest
 * whole number that adds up exactly, so that contributions do.
 */
export function replicasFor(
  callsPerSecond: number | undefined,
  capacity: Capacity | undefined,
): number | undefined {
  if (callsPerSecond === undefined || capacity === undefined) return undefined;
  return Math.min(Math.ceil(callsPerSecond / capacity.callsPerSecond), Number.MAX_SAFE_INTEGER);
}
