import type { FitJob, FitResult } from "../../core/index.js";
import { runMixtureJob } from "../payload/mixture-job.js";
import { runClusterJob } from "../clustering/cluster-job.js";
import { runSequenceJob } from "../sequence/sequence-job.js";
import { AugursError, type Augurs } from "./augurs.js";

/** A path may not leave the range that was seen by more: a trend goes on only so far. */
const MAX_OVER_SEEN = 2;

/** What came of a job, and whether augurs can be used for another one. */
export interface FitOutcome {
  readonly result: FitResult;
  readonly aborted: boolean;
}

/** Loads what the job needs, and runs it. Never rejects. */
export async function loadAndRunFitJob(job: FitJob, augurs: Augurs): Promise<FitOutcome> {
  try {
    if (job.kind === "volume" && job.prophet !== undefined) await augurs.loadProphet();
  } catch {
    // Without Prophet, which runFitJob then finds not loaded, the others are fitted all the same.
  }
  return runFitJob(job, augurs);
}

/** Runs one job. Never throws: what can't be fitted is `failed`, with augurs' own words. */
export function runFitJob(job: FitJob, augurs: Augurs): FitOutcome {
  try {
    return { result: resultOf(job, augurs), aborted: false };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return {
      result: { kind: "failed", message: `${job.kind}: ${message}` },
      aborted: error instanceof AugursError && error.aborted,
    };
  }
}

function resultOf(job: FitJob, augurs: Augurs): FitResult {
  switch (job.kind) {
    case "volume":
      return { kind: "volume", originIndex: job.originIndex, paths: fitPaths(job, augurs) };
    case "clusters":
      return runClusterJob(job);
    case "sequence":
      return runSequenceJob(job);
    case "mixture":
      return runMixtureJob(job);
  }
}

/** With a season, MSTL (its trend is an ETS already), and Prophet when asked for; without one, ETS alone. */
function fitPaths(
  job: Extract<FitJob, { kind: "volume" }>,
  augurs: Augurs,
): Record<string, Float64Array> {
  const { series, horizonSteps, seasonSteps, prophet } = job;
  const limit = MAX_OVER_SEEN * series.reduce((max, rate) => Math.max(max, rate), 0);
  const bounded = (path: Float64Array): Float64Array =>
    path.map((rate) => Math.min(limit, Math.max(0, rate)));
  if (seasonSteps === undefined) return { ets: bounded(augurs.ets(series, horizonSteps)) };
  const paths: Record<string, Float64Array> = {
    mstl: bounded(augurs.mstl(series, horizonSteps, seasonSteps)),
  };
  if (prophet === undefined) return paths;
  try {
    paths["prophet"] = bounded(augurs.prophet(series, horizonSteps, prophet));
  } catch (error) {
    // A candidate less, unless the module is broken.
    if (!(error instanceof AugursError) || error.aborted) throw error;
  }
  return paths;
}
