import type { DriftAssessor } from "../assessment/drift.js";
import { latestShift } from "../models/changepoint/latest-shift.js";

/** Fewer deviations say nothing of when they changed. */
const MINIMUM_WINDOWS = 20;

/**
 * Dates each drift that has no date yet: of the respects in which a segment drifts, the one that shifted
 * first, as the others followed. Some 50 microseconds for a respect of 360 windows, only while a drift is
 * undated.
 */
export function dateDrifts(drift: DriftAssessor, endSeconds: number, windowSeconds: number): void {
  for (const [segment, aspects] of Object.entries(drift.undated())) {
    let earliest = Infinity;
    for (const deviations of aspects) {
      if (deviations.length < MINIMUM_WINDOWS) continue;
      const shift = latestShift(deviations);
      if (shift === undefined) continue;
      earliest = Math.min(earliest, endSeconds - (deviations.length - shift) * windowSeconds);
    }
    if (earliest < Infinity) drift.date(segment, earliest);
  }
}
