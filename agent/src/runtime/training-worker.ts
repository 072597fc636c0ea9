import { WorkerFitter, type ClosableFitter } from "./worker-fitter.js";

/** What trains networks: our own loops, or TensorFlow.js. */
export type TrainingBackend = "own" | "tensorflow";

/** A training of the largest store takes under half a minute on an idle core, and cores are shared. */
const TIMEOUT_SECONDS = 1800;
/** Trainings come in bursts after a start, and then some an hour: not worth holding their memory between. */
const IDLE_SECONDS = 60;
/** Data and weights are typed arrays outside of the heap; keys of sequences take some MB of it. */
const OWN_LIMITS = { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 8, stackSizeMb: 2 };
/** The code of TensorFlow.js alone takes half of this. */
const TENSORFLOW_LIMITS = { ...OWN_LIMITS, maxOldGenerationSizeMb: 128 };

export interface TrainingThreadData {
  readonly backend: TrainingBackend;
  readonly isUrgent: boolean;
}

export interface TrainingWorkerOptions {
  readonly backend: TrainingBackend;
  /** Behind everything else of the process (on Linux), unless something waits for it: a replay does. */
  readonly isUrgent?: boolean;
  /** Told what runs when a thread has started: `own`, `tensorflow` (its native library) or `wasm`. */
  readonly onBackend?: (backend: string) => void;
  /** Told when the thread keeps failing, and that it is tried again. */
  readonly onPause?: (problem: string) => void;
  /** The file that the thread runs; training-thread.js beside this one unless told. */
  readonly threadUrl?: URL;
  /** Without work the thread ends after this long; 60 s unless told. */
  readonly idleSeconds?: number;
}

/** Trains networks in a thread of their own, so that no other fit waits for half a minute. */
export function createTrainingWorker(options: TrainingWorkerOptions): ClosableFitter {
  const { backend, onBackend } = options;
  return new WorkerFitter({
    name: "training",
    threadUrl: options.threadUrl ?? new URL("./training-thread.js", import.meta.url),
    workerData: () =>
      ({ backend, isUrgent: options.isUrgent ?? false }) satisfies TrainingThreadData,
    resourceLimits: backend === "own" ? OWN_LIMITS : TENSORFLOW_LIMITS,
    timeoutSeconds: TIMEOUT_SECONDS,
    idleSeconds: options.idleSeconds ?? IDLE_SECONDS,
    onPause: options.onPause,
    ...(onBackend === undefined ? {} : { onNote: onBackend }),
  });
}
