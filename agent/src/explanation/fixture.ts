import type { Decision, Resources } from "../core/index.js";

export function resources(replicas: number, fields: Partial<Resources> = {}): Resources {
  return { replicas, cpuCores: 1, memoryBytes: 2 ** 30, networkBytesPerSecond: 1e6, ...fields };
}

/** Keeps two replicas, with nothing to explain. */
export function decisionOf(
  fields: Partial<Omit<Decision, "reasons">> = {},
): Omit<Decision, "reasons"> {
  return {
    decisionId: "decision-1",
    workload: "default/Deployment/shop",
    timeSeconds: 1_750_000_000,
    status: { status: "ready" },
    branch: "keep",
    driftScore: undefined,
    confidenceLevel: undefined,
    predictedWorkload: undefined,
    forecast: undefined,
    current: resources(2),
    recommended: { target: resources(2), lowerBound: resources(2), upperBound: resources(2) },
    contributions: [],
    guards: [],
    expiresAtSeconds: 1_750_000_300,
    ...fields,
  };
}

/** Two replicas become these. */
export function target(resourcesAfter: Resources): Pick<Decision, "recommended"> {
  return {
    recommended: {
      target: resourcesAfter,
      lowerBound: resourcesAfter,
      upperBound: resourcesAfter,
    },
  };
}
