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
  const odds: Record<WorkloadClass, number> = {
    normal: 1,
    compute_intensive: oddsOf(recent.cpuSecondsPerCall, learned.cpuSecondsPerCall),
    memory_intensive: oddsOf(recent.memoryBytesPerReplica, learned.memoryBytesPerReplica),
    transfer_intensive: oddsOf(recent.networkBytesPerCall, learned.networkBytesPerCall),
  };
  const total = WORKLOAD_CLASSES.reduce((sum, name) => sum + odds[name], 0);
  const probabilities = { ...odds };
  let likeliest: WorkloadClass = "normal";
  for (const name of WORKLOAD_CLASSES) {
    probabilities[name] = odds[name] / total;
    if (odds[name] > odds[likeliest]) likeliest = name;
  }
  return ready({ class: likeliest, probabilities });
}

/** Odds against "normal"; e^(SHARPNESS * log2(ratio / EVEN_ODDS_RATIO)). */
function oddsOf(recent: number | undefined, learned: number | undefined): number {
  if (recent === undefined || learned === undefined || recent <= 0 || learned <= 0) return 0;
  return Math.exp(SHARPNESS * Math.log2(recent / learned / EVEN_ODDS_RATIO));
}
