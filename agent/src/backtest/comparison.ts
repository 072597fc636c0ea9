import { seededRandom } from "../core/index.js";
import type { Cluster, Span } from "./cluster/cluster.js";
import { costOf, judge } from "./cluster/outcome.js";
import type { TunedPoint } from "./tuning.js";

/**
 * What a frontier has at so many pod-hours: on the straight line between its neighbors, which whoever
 * switches between both settings would reach. Who may spend more than its dearest setting takes has what that
 * has; with less than its cheapest setting there is nothing: NaN.
 */
export function interpolate(
  frontier: readonly TunedPoint[],
  podHours: number,
  field: "underProvisionedCalls" | "violationMinutes",
): number {
  const dearest = frontier.at(-1)?.outcome;
  if (dearest !== undefined && podHours > dearest.podHours) return dearest[field];
  for (let at = 1; at < frontier.length; at += 1) {
    const left = frontier[at - 1]?.outcome;
    const right = frontier[at]?.outcome;
    if (left === undefined || right === undefined) break;
    if (podHours < left.podHours || podHours > right.podHours) continue;
    const width = right.podHours - left.podHours;
    const share = width > 0 ? (podHours - left.podHours) / width : 0;
    return left[field] + share * (right[field] - left[field]);
  }
  return NaN;
}

/** A ratio of costs, and what resampled days make of it. */
export interface CostRatio {
  readonly ratio: number;
  readonly lower: number;
  readonly upper: number;
}

const RESAMPLES = 1000;
const RESAMPLING_SEED = 1;
/** Of a 90% interval. */
const LOWER_QUANTILE = 0.05;
const UPPER_QUANTILE = 0.95;
const SECONDS_PER_DAY = 86_400;

/**
 * The cost of one course of requests over that of another, with a 90% interval by resampling whole days:
 * minutes of a day go together, and one or two days may decide everything. Source: Efron and Tibshirani,
 * "An Introduction to the Bootstrap", 1993 (percentile interval, paired).
 */
export function compareCosts(
  cluster: Cluster,
  first: Uint32Array,
  second: Uint32Array,
  span: Span,
  price: number,
): CostRatio {
  const stepsPerDay = Math.max(1, Math.round(SECONDS_PER_DAY / cluster.stepSeconds));
  const days: { first: number; second: number }[] = [];
  for (let from = span.from; from < span.to; from += stepsPerDay) {
    const day = { from, to: Math.min(span.to, from + stepsPerDay) };
    days.push({
      first: costOf(judge(cluster, first, day), price, cluster),
      second: costOf(judge(cluster, second, day), price, cluster),
    });
  }
  const random = seededRandom(RESAMPLING_SEED);
  const ratios = Array.from({ length: RESAMPLES }, () => {
    const sample = days.map(
      () => days[Math.floor(random() * days.length)] ?? { first: 0, second: 0 },
    );
    return ratioOf(sample);
  });
  ratios.sort((a, b) => a - b);
  const at = (quantile: number): number => ratios[Math.round(quantile * (RESAMPLES - 1))] ?? NaN;
  return { ratio: ratioOf(days), lower: at(LOWER_QUANTILE), upper: at(UPPER_QUANTILE) };
}

function ratioOf(days: readonly { first: number; second: number }[]): number {
  let first = 0;
  let second = 0;
  for (const day of days) {
    first += day.first;
    second += day.second;
  }
  return first / second;
}
