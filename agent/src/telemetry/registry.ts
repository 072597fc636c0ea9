import { collectDefaultMetrics, Registry } from "prom-client";

/**
 * Gauges of Node's own that end in `_total`, which Prometheus keeps for counters: `promtool check
 * metrics` refuses them.
 */
const MISNAMED_METRICS = [
  "nodejs_active_handles_total",
  "nodejs_active_requests_total",
  "nodejs_active_resources_total",
] as const;

/**
 * The registry of one agent, with the standard `process_` and `nodejs_` metrics: CPU, memory, file
 * descriptors, event loop, garbage collection. Never the global one, which two agents in one process
 * would share.
 */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED_METRICS) {
    registry.removeSingleMetric(name);
  }
  return registry;
}
