import { createFittingWorker } from "./fitting-worker.js";
import { createTrainingWorker, type TrainingWorkerOptions } from "./training-worker.js";
import type { ClosableFitter } from "./worker-fitter.js";

/** Every fit in the thread that is meant for it. `start` starts the one that is needed soon. */
export function createFitters(
  training: TrainingWorkerOptions,
): ClosableFitter & { readonly start: () => void } {
  const fits = createFittingWorker({ onPause: training.onPause });
  const trainings = createTrainingWorker(training);
  return {
    start: () => {
      fits.start();
    },
    fit: (job) => (job.kind === "sequence" ? trainings : fits).fit(job),
    close: async () => {
      await Promise.all([fits.close(), trainings.close()]);
    },
  };
}
