import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import type { FitResult } from "../core/index.js";
import { loadTfjs } from "../models/sequence/load-tfjs.js";
import { runSequenceJob, type SequenceJob } from "../models/sequence/sequence-job.js";
import { runSequenceJobWithTfjs } from "../models/sequence/tfjs-trainer.js";
import type { TrainingBackend, TrainingThreadData } from "./training-worker.js";
import type { FitRequest, FitResponse, ThreadNote } from "./worker-fitter.js";

/** Well behind what answers requests (0), and not behind everything (19). */
const LOW_PRIORITY = 10;

type Train = (job: SequenceJob) => Promise<FitResult> | FitResult;

/** The training thread: runs one job after the other until it is ended. */
async function serve(): Promise<void> {
  if (isMainThread || parentPort === null) {
    throw new Error("training-thread.js runs only as a worker of training-worker.js");
  }
  const port = parentPort;
  // Handed over by training-worker.ts, which is the only one to start this file.
  const { backend, isUrgent } = workerData as TrainingThreadData;
  if (!isUrgent) lowerPriority();
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

/**
 * On Linux each thread has a priority of its own, and setting that of an id sets that of the thread. Elsewhere
 * it would be that of the whole process, which has requests to answer.
 */
function lowerPriority(): void {
  if (process.platform !== "linux") return;
  try {
    // "1234/task/1240"
    const thread = Number(readlinkSync("/proc/thread-self").split("/").at(-1));
    if (Number.isInteger(thread) && thread > 0) setPriority(thread, LOW_PRIORITY);
  } catch {
    // Without /proc, or where it is not allowed, it trains at the usual priority.
  }
}

await serve();
