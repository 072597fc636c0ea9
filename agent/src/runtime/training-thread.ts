import { isMainThread, parentPort, workerData } from "node:worker_threads";
import type { FitResult } from "../core/index.js";
import { loadTfjs } from "../models/sequence/load-tfjs.js";
import { runSequenceJob, type SequenceJob } from "../models/sequence/sequence-job.js";
import { runSequenceJobWithTfjs } from "../models/sequence/tfjs-trainer.js";
import { lowerThreadPriority } from "./thread-priority.js";
import type { TrainingBackend, TrainingThreadData } from "./training-worker.js";
import type { FitRequest, FitResponse, ThreadNote } from "./worker-fitter.js";

/** A training has all the time there is. */
const LEAST_PRIORITY = 19;

type Train = (job: SequenceJob) => Promise<FitResult> | FitResult;

/** The training thread: runs one job after the other until it is ended. */
async function serve(): Promise<void> {
  if (isMainThread || parentPort === null) {
    throw new Error("training-thread.js runs only as a worker of training-worker.js");
  }
  const port = parentPort;
  // Handed over by training-worker.ts, which is the only one to start this file.
  const { backend, isUrgent } = workerData as TrainingThreadData;
  if (!isUrgent) lowerThreadPriority(LEAST_PRIORITY);
  const { train, runs } = await trainer(backend);
  port.postMessage({ note: runs } satisfies ThreadNote);
  let previous: Promise<void> = Promise.resolve();
  port.on("message", ({ id, job }: FitRequest) => {
    previous = previous.then(async () => {
      port.postMessage({ id, result: await resultOf(job, train) } satisfies FitResponse);
    });
  });
}

async function trainer(backend: TrainingBackend): Promise<{ train: Train; runs: string }> {
  if (backend === "own") return { train: (job) => runSequenceJob(job), runs: backend };
  // Plain JavaScript in TensorFlow.js is slower by far than our own loops.
  const { tf, backend: runs } = await loadTfjs({ backends: ["tensorflow", "wasm"] });
  return { train: (job) => runSequenceJobWithTfjs(tf, job), runs };
}

async function resultOf(job: FitRequest["job"], train: Train): Promise<FitResult> {
  try {
    if (job.kind !== "sequence") throw new Error("is no training");
    return await train(job);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: "failed", message: `${job.kind}: ${message}` };
  }
}

await serve();
