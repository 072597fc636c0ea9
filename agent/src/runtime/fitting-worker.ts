import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import type { FitJob, FitResult, Fitter } from "../core/index.js";
import type { FitRequest, FitResponse } from "./fitting-thread.js";
import { Augurs, type AugursWasm } from "../models/fitting/augurs.js";
import { loadAndRunFitJob } from "../models/fitting/run-fit-job.js";

/** What is waiting past this many is refused: fits that come so late are of no use. */
const MAX_WAITING_JOBS = 64;
/** A thread that ended this many times in a row without a result is not started again. */
const MAX_CONSECUTIVE_FAILURES = 5;
/** The slowest fit takes under a second; one that takes this long hangs. */
const DEFAULT_TIMEOUT_SECONDS = 60;
const MILLISECONDS_PER_SECOND = 1000;

/** Fits need few objects: series and paths of some thousand numbers. Measured need: under 20 MB. */
const THREAD_LIMITS = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4, stackSizeMb: 2 };

export interface FittingWorkerOptions {
  /** After this long a job is given up and its thread ended; 60 s unless told. */
  readonly timeoutSeconds?: number;
  /** The file that the thread runs; fitting-thread.js beside this one unless told. */
  readonly threadUrl?: URL;
}

export type ClosableFitter = Fitter & { close(): Promise<void> };

/**
 * Fits in a worker thread, so that ingestion never waits. The thread is started with the first job, ended
 * threads are replaced (at most five in a row), and only waiting jobs keep the process alive. A job that
 * can't be done resolves to `failed`; nothing rejects.
 */
export function createFittingWorker(
  options: FittingWorkerOptions = {},
): ClosableFitter & { readonly start: () => void } {
  return new FittingWorker(options);
}

/** The same fits in the calling thread: for tests, and for where threads are unwanted. */
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

interface WaitingJob {
  readonly resolve: (result: FitResult) => void;
  readonly timeout: NodeJS.Timeout;
}

class FittingWorker implements ClosableFitter {
  readonly #timeoutSeconds: number;
  readonly #threadUrl: URL;
  readonly #waiting = new Map<number, WaitingJob>();
  #wasm: AugursWasm | undefined;
  #thread: Worker | undefined;
  #nextId = 0;
  #consecutiveFailures = 0;
  #closed = false;

  constructor(options: FittingWorkerOptions) {
    this.#timeoutSeconds = options.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
    this.#threadUrl = options.threadUrl ?? new URL("./fitting-thread.js", import.meta.url);
  }

  /** Starts the thread before there is a job, so that the first need not wait for it. */
  start(): void {
    this.#runningThread().unref();
  }

  fit(job: FitJob): Promise<FitResult> {
    if (this.#closed) return Promise.resolve(failure("the fitting thread is closed"));
    if (this.#waiting.size >= MAX_WAITING_JOBS) {
      return Promise.resolve(failure(`${MAX_WAITING_JOBS} fits are waiting already`));
    }
    if (this.#consecutiveFailures >= MAX_CONSECUTIVE_FAILURES) {
      return Promise.resolve(failure("the fitting thread keeps failing and was given up"));
    }
    return new Promise((resolve) => {
      const id = this.#nextId++;
      const timeout = setTimeout(() => {
        this.#replaceThread(`no result within ${this.#timeoutSeconds} s`);
      }, this.#timeoutSeconds * MILLISECONDS_PER_SECOND);
      timeout.unref();
      this.#waiting.set(id, { resolve, timeout });
      try {
        const thread = this.#runningThread();
        thread.ref();
        thread.postMessage({ id, job } satisfies FitRequest);
      } catch (error) {
        this.#settle(id, failure(messageOf(error)));
      }
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    const thread = this.#thread;
    this.#abandon("the fitting thread is closed");
    await thread?.terminate();
  }

  #runningThread(): Worker {
    if (this.#thread !== undefined) return this.#thread;
    this.#wasm ??= readAugursWasm();
    const thread = new Worker(this.#threadUrl, {
      name: "fitting",
      workerData: this.#wasm,
      resourceLimits: THREAD_LIMITS,
      // Flags of the main thread, such as a heap size, are not meant for this one.
      execArgv: [],
    });
    let reason = "the fitting thread ended";
    thread.on("message", ({ id, result }: FitResponse) => {
      this.#consecutiveFailures = 0;
      this.#settle(id, result);
    });
    thread.on("error", (error) => {
      reason = `the fitting thread failed: ${messageOf(error)}`;
    });
    thread.on("exit", () => {
      if (this.#thread === thread) this.#abandon(reason);
    });
    this.#thread = thread;
    return thread;
  }

  #replaceThread(reason: string): void {
    const thread = this.#thread;
    this.#abandon(reason);
    // Whether it ends well does not matter any more: nobody listens to it.
    void thread?.terminate();
  }

  /** The thread is gone: all that waits for it fails, and the next job starts another. */
  #abandon(reason: string): void {
    this.#thread = undefined;
    if (this.#waiting.size > 0) this.#consecutiveFailures += 1;
    for (const id of [...this.#waiting.keys()]) this.#settle(id, failure(reason));
  }

  #settle(id: number, result: FitResult): void {
    const job = this.#waiting.get(id);
    if (job === undefined) return;
    this.#waiting.delete(id);
    clearTimeout(job.timeout);
    // An idle thread must not keep the process alive; one that is waited for must.
    if (this.#waiting.size === 0) this.#thread?.unref();
    job.resolve(result);
  }
}

function failure(message: string): FitResult {
  return { kind: "failed", message };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** augurs does not export its .wasm files; they lie beside the modules that it does export. */
function readAugursWasm(): AugursWasm {
  const { resolve } = createRequire(import.meta.url);
  const read = (name: string): Uint8Array<ArrayBuffer> =>
    new Uint8Array(readFileSync(resolve(`@bsull/augurs/${name}`).replace(/\.js$/, "_bg.wasm")));
  return { ets: read("ets"), mstl: read("mstl"), prophet: read("prophet") };
}
