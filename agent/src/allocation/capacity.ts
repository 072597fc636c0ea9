import type { Cost, Resources } from "../core/index.js";
import type { AllocationSettings } from "./settings.js";

/** How many calls per second one replica takes at the target utilization, and what limits it. */
export interface Capacity {
  readonly callsPerSecond: number;
  readonly limitedBy: "given" | "cpu" | "network";
}

/**
 * Estimates what one replica takes: as given, else its CPU over the CPU-seconds of a call and its network
 * over the bytes of a call, whichever runs out first. Undefined when nothing is known.
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
  if (cpuSecondsPerCall !== undefined && cpuSecondsPerCall > 0) {
    const callsPerSecond = (replica.cpuCores * utilization) / cpuSecondsPerCall;
    candidates.push({ callsPerSecond, limitedBy: "cpu" });
  }
  if (networkBytesPerCall !== undefined && networkBytesPerCall > 0) {
    const callsPerSecond = (replica.networkBytesPerSecond * utilization) / networkBytesPerCall;
    candidates.push({ callsPerSecond, limitedBy: "network" });
  }
  return candidates.sort((a, b) => a.callsPerSecond - b.callsPerSecond)[0];
}

/** Replicas that a demand fills; undefined when the demand or the capacity is unknown. */
export function replicasFor(
  callsPerSecond: number | undefined,
  capacity: Capacity | undefined,
): number | undefined {
  if (callsPerSecond === undefined || capacity === undefined) return undefined;
  return Math.ceil(callsPerSecond / capacity.callsPerSecond);
}
