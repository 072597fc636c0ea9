import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { Augurs, type AugursWasm } from "../models/fitting/augurs.js";
import { loadAndRunFitJob } from "../models/fitting/run-fit-job.js";
import { lowerThreadPriority } from "./thread-priority.js";
import type { FitRequest, FitResponse } from "./worker-fitter.js";

/** A fit is used some windows after it was asked for: it can yield to what answers requests now. */
const FIT_PRIORITY = 10;

/** The fitting thread: runs one job after the other until its port is closed. */
function serve(): void {
  if (isMainThread || parentPort === null) {
    throw new Error("fitting-thread.js runs only as a worker of fitting-worker.js");
  }
  const port = parentPort;
  lowerThreadPriority(FIT_PRIORITY);
  // Handed over by fitting-worker.ts, which is the only one to start this file.
  const augurs = new Augurs(workerData as AugursWasm);
  port.on("message", ({ id, job }: FitRequest) => {
    void loadAndRunFitJob(job, augurs).then(({ result, aborted }) => {
      port.postMessage({ id, result } satisfies FitResponse);
      // A WebAssembly module that has aborted can't be instantiated again in the same thread: this one
      // ends, and the main thread starts another for the next job.
      if (aborted) port.close();
    });
  });
}

serve();
