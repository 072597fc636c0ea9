import type { FitResult } from "../core/index.js";
import type { PendingFits } from "./pending-fits.js";
import type { LearningParts } from "./learning-parts.js";

/**
 * When so many of a segment's calls are of actors that have just come or gone, what it does now can't be
 * compared with what it did. Less than that is no more than drift tolerates: see its small effect.
 */
const MATERIAL_RATIO = 0.1;

/** Asks for clusters of actors when that is due, off the main thread. */
export function requestClusters(
  learning: LearningParts,
  fits: PendingFits,
  endSeconds: number,
): void {
  const job = learning.clusters.dueFit(endSeconds);
  if (job === undefined) return;
  fits.request(job, endSeconds, (result) => {
    adoptClusters(learning, result);
  });
}

function adoptClusters(
  { clusters, segments, drift, models }: LearningParts,
  result: FitResult,
): void {
  const { moved, retired } = clusters.adopt(result, (segment) => drift.isInAlarm(segment));
  for (const [segment, ratio] of moved) if (ratio > MATERIAL_RATIO) drift.restart(segment);
  for (const segment of retired) {
    segments.forget(segment);
    drift.forget(segment);
    models.forget(segment);
  }
}
