import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Augurs, type AugursWasm } from "../models/fitting/augurs.js";
import { loadAndRunFitJob } from "../models/fitting/run-fit-job.js";
import { WorkerFitter, type ClosableFitter } from "./worker-fitter.js";

/** The slowest fit takes under a second; one that takes this long hangs. */
const DEFAULT_TIMEOUT_SECONDS = 60;

/** Fits need few objects: series and paths of some thousand numbers. Measured need: under 20 MB. */
const THREAD_LIMITS = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4, stackSizeMb: 2 };

export interface FittingWorkerOptions {
  /** After this long a job is given up and its thread ended; 60 s unless told. */
  readonly timeoutSeconds?: number;
  /** The file that the thread runs; fitting-thread.js beside this one unless told. */
  readonly threadUrl?: URL;
  /** Told when the thread keeps failing, and that it is tried again. */
  readonly onPause?: ((problem: string) => void) | undefined;
  /** Of a monotonic clock; that of the process unless told. */
  readonly nowSeconds?: () => number;
}

/** Fits with augurs in a thread of their own. */
export function createFittingWorker(
  options: FittingWorkerOptions = {},
): ClosableFitter & { readonly start: () => void } {
  let wasm: AugursWasm | undefined;
  return new WorkerFitter({
    name: "fitting",
    threadUrl: options.threadUrl ?? new URL("./fitting-thread.js", import.meta.url),
    workerData: () => (wasm ??= readAugursWasm()),
    resourceLimits: THREAD_LIMITS,
    timeoutSeconds: options.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS,
    onPause: options.onPause,
    nowSeconds: options.nowSeconds,
  });
}

/** All fits in the calling thread: for tests, and for where threads are unwanted. */
export function createInlineFitter(): ClosableFitter {
  let augurs: Augurs | undefined;
  return {
    fit: async (job) => {
      augurs ??= new Augurs(readAugursWasm());
      return (await loadAndRunFitJob(job, augurs)).result;
    },
    close: () => Promise.resolve(),
  };
}

/** augurs does not export its .wasm files; they lie beside the modules that it does export. */
function readAugursWasm(): AugursWasm {
  const { resolve } = createRequire(import.meta.url);
  const read = (name: string): Uint8Array<ArrayBuffer> =>
    new Uint8Array(readFileSync(resolve(`@bsull/augurs/${name}`).replace(/\.js$/, "_bg.wasm")));
  return { ets: read("ets"), mstl: read("mstl"), prophet: read("prophet") };
}
