import type { FitJob, FitResult } from "../../core/index.js";
import { fitMixture } from "./mixture-fit.js";

/** Fits a mixture to each sample; one that can't be fitted is left out, so that what is there stays. */
export function runMixtureJob(job: Extract<FitJob, { kind: "mixture" }>): FitResult {
  const { samples, maxComponents, deviationFloor, seed } = job;
  const mixtures = samples.flatMap(({ source, dimension, rows }) => {
    const fitted = fitMixture(rows, dimension, { maxComponents, deviationFloor, seed });
    if (fitted.status !== "ready") return [];
    const { weights, means, covariances } = fitted.value.mixture;
    return [{ source, parameters: { dimension, weights, means, covariances } }];
  });
  return { kind: "mixture", mixtures };
}
