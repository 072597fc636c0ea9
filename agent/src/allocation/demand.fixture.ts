import fc from "fast-check";
import type { DemandForecast } from "../core/index.js";

/** Nodes of equal probability, in calls per second, for each of the next steps. */
export function demandOf(nodes: readonly (readonly number[])[]): DemandForecast {
  const width = nodes[0]?.length ?? 0;
  return {
    originSeconds: 0,
    stepSeconds: 60,
    horizons: nodes.length,
    shares: new Float64Array(width).fill(1 / width),
    rates: Float64Array.from(nodes.flat()),
  };
}

const NODES = 4;
const STEPS = 13;

/** Any distributions of the next 13 steps, up to ten replicas of ten calls a second. */
export const loads = fc.array(
  fc
    .array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: NODES, maxLength: NODES })
    .map((nodes) => nodes.sort((a, b) => a - b)),
  { minLength: STEPS, maxLength: STEPS },
);
