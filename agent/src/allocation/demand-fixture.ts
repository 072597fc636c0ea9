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
