import type {
  CostComparison,
  ModelResult,
  PredictedWorkload,
  WorkloadClass,
} from "../core/index.js";
import { ready, WORKLOAD_CLASSES } from "../core/index.js";

/** A resource that takes this many times what it used to is as likely out of the ordinary as not. */
const EVEN_ODDS_RATIO = 1.5;
/** How fast the odds turn: doubling the ratio multiplies them by e to this power. */
const SHARPNESS = 4;

/**
 * What kind of work the recent calls are, from what a call costs now relative to what it used to cost: a
 * softmax over the logarithms of the ratios, with "normal" at {@link EVEN_ODDS_RATIO}. A resource that is
 * not measured never speaks for its class.
 */
export function predictWorkloadClass(
  cost: ModelResult<CostComparison>,
): ModelResult<PredictedWorkload> {
  if (cost.status !== "ready") return cost;
  const { recent, learned } = cost.value;
  const logOdds: Record<WorkloadClass, number> = {
    normal: 0,
    compute_intensive: logOddsOf(recent.cpuSecondsPerCall, learned.cpuSecondsPerCall),
    memory_intensive: logOddsOf(recent.memoryBytesPerReplica, learned.memoryBytesPerReplica),
    transfer_intensive: logOddsOf(recent.networkBytesPerCall, learned.networkBytesPerCall),
  };
  let likeliest: WorkloadClass = "normal";
  for (const name of WORKLOAD_CLASSES) if (logOdds[name] > logOdds[likeliest]) likeliest = name;
  // Relative to the likeliest, so that no exponential overflows.
  const probabilities = { ...logOdds };
  for (const name of WORKLOAD_CLASSES) {
    probabilities[name] = Math.exp(logOdds[name] - logOdds[likeliest]);
  }
  const total = WORKLOAD_CLASSES.reduce((sum, name) => sum + probabilities[name], 0);
  for (const name of WORKLOAD_CLASSES) probabilities[name] /= total;
  return ready({ class: likeliest, probabilities });
}

/** Natural logarithm of the odds against "normal": SHARPNESS * log2(ratio / EVEN_ODDS_RATIO). */
function logOddsOf(recent: number | undefined, learned: number | undefined): number {
  if (recent === undefined || learned === undefined || recent <= 0 || learned <= 0) {
    return -Infinity;
  }
  return SHARPNESS * (Math.log2(recent) - Math.log2(learned) - Math.log2(EVEN_ODDS_RATIO));
}
