import type { FitJob, Fitter } from "../core/index.js";

const MILLISECONDS_PER_SECOND = 1000;

/** A fitter that tells when a fit is asked for, how long it took and how it ended. */
export function timedFitter(
  fitter: Fitter,
  told: {
    onStart(kind: FitJob["kind"]): void;
    onEnd(kind: FitJob["kind"], durationSeconds: number, outcome: "fitted" | "failed"): void;
  },
): Fitter {
  return {
    async fit(job) {
      told.onStart(job.kind);
      const start = performance.now();
      const result = await fitter.fit(job);
      const seconds = (performance.now() - start) / MILLISECONDS_PER_SECOND;
      told.onEnd(job.kind, seconds, result.kind === "failed" ? "failed" : "fitted");
      return result;
    },
  };
}
