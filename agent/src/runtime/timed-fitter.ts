import type { FitJob, Fitter } from "../core/index.js";

const MILLISECONDS_PER_SECOND = 1000;

/** A fitter that tells how long each fit took and how it ended. */
export function timedFitter(
  fitter: Fitter,
  onEnd: (kind: FitJob["kind"], durationSeconds: number, outcome: "fitted" | "failed") => void,
): Fitter {
  return {
    async fit(job) {
      const start = performance.now();
      const result = await fitter.fit(job);
      const seconds = (performance.now() - start) / MILLISECONDS_PER_SECOND;
      onEnd(job.kind, seconds, result.kind === "failed" ? "failed" : "fitted");
      return result;
    },
  };
}
