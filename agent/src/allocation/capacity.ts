import type { Cost, Resources } from "../core/index.js";
import type { AllocationSettings } from "./settings.js";

/** How many calls per second one replica takes at the target utilization, and what limits it. */
export interface Capacity {
  readonly callsPerSecond: number;
  readonly limitedBy: "given" | "cpu" | "network";
}

/**
 * Estimates what one replica takes: as given, else its CPU over the CPU-seconds of a call and its network
 * over the bytes of a call, whichever runs out first. Undefined when nothing is known; a replica of which
 * 0 cores or 0 bytes a second are told has no limit there that anybody knows.
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
  const candidates: Capacity[] = [];
  const { cpuSecondsPerCall, networkBytesPerCall } = cost ?? {};
  const consider = (limitedBy: "cpu" | "network", has: number, perCall: number | undefined) => {
    if (perCall === undefined || perCall <= 0) return;
    const callsPerSecond = (has * utilization) / perCall;
    if (callsPerSecond > 0) candidates.push({ callsPerSecond, limitedBy });
  };
  consider("cpu", replica.cpuCores, cpuSecondsPerCall);
  consider("network", replica.networkBytesPerSecond, networkBytesPerCall);
  return candidates.sort((a, b) => a.callsPerSecond - b.callsPerSecond)[0];
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
