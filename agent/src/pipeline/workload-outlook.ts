import type { MomentAhead, SequenceOutlook } from "../core/index.js";
import type { SegmentModels } from "../models/segment-models.js";

/** Rolled forward at most in a window, of all segments together: 16 steps of 17 microseconds each. */
const MAX_SESSIONS = 16;
/** With fewer a segment's share is mostly chance. */
const LEAST_SESSIONS = 4;
/** Networks of segments with fewer of a window's calls than this say too little of the whole. */
const LEAST_COVERED_SHARE = 0.5;

/** What is asked of the models of a workload's segments. */
export interface OutlookModels {
  readonly own: ReadonlyMap<string, SegmentModels>;
  /** The segment whose models serve this one; undefined when they are its own. */
  sharedBy(segment: string): string | undefined;
}

/**
 * What all sessions of a workload are about to do, as of the end of a window: the calls a second that the
 * networks of its segments expect, added up. Undefined while networks serve less than half of the window's
 * calls; those of other segments are not in it. Sessions to roll forward are divided evenly among at most
 * 4 segments, those with the most calls in the window.
 */
export function workloadOutlook(
  models: OutlookModels,
  segments: readonly { readonly segment: string; readonly calls: number }[],
  nowSeconds: number,
): SequenceOutlook | undefined {
  const callsBySegment = new Map<string, number>();
  let calls = 0;
  let covered = 0;
  for (const { segment, calls: count } of segments) {
    calls += count;
    const by = models.sharedBy(segment) ?? segment;
    if (models.own.get(by)?.servedBy().sequence !== "lstm") continue;
    covered += count;
    callsBySegment.set(by, (callsBySegment.get(by) ?? 0) + count);
  }
  if (covered === 0 || covered < LEAST_COVERED_SHARE * calls) return undefined;
  const asked = [...callsBySegment]
    .sort(([, a], [, b]) => b - a)
    .slice(0, MAX_SESSIONS / LEAST_SESSIONS);
  const sessions = Math.floor(MAX_SESSIONS / asked.length);
  const expectedMix = (secondsAhead: number): ReadonlyMap<string, number> | undefined => {
    const moment: MomentAhead = { nowSeconds, secondsAhead };
    return shares(
      asked.map(([segment]) => models.own.get(segment)?.expectedRates(moment, sessions)),
    );
  };
  return { expectedMix };
}

/** Of all rates together; undefined when nothing is expected. */
function shares(
  rates: readonly (ReadonlyMap<string, number> | undefined)[],
): ReadonlyMap<string, number> | undefined {
  const sums = new Map<string, number>();
  let total = 0;
  for (const [operation, rate] of rates.flatMap((known) => [...(known ?? [])])) {
    sums.set(operation, (sums.get(operation) ?? 0) + rate);
    total += rate;
  }
  if (!(total > 0)) return undefined;
  for (const [operation, rate] of sums) sums.set(operation, rate / total);
  return sums;
}
