import { Worker, type ResourceLimits } from "node:worker_threads";
import type { FitJob, FitResult, Fitter } from "../core/index.js";

/** What the main thread posts: a job and the number that its result will carry. */
export interface FitRequest {
  readonly id: number;
  readonly job: FitJob;
}

export interface FitResponse {
  readonly id: number;
  readonly result: FitResult;
}

/** What a thread has to say of itself. */
export interface ThreadNote {
  readonly note: string;
}

/** What is waiting past this many is refused: fits that come so late are of no use. */
const MAX_WAITING_JOBS = 64;
/** A thread that ended this many times in a row without a result is not started again. */
const MAX_CONSECUTIVE_FAILURES = 5;
const MILLISECONDS_PER_SECOND = 1000;

export type ClosableFitter = Fitter & { close(): Promise<void> };

export interface WorkerFitterOptions {
  /** Of the thread: in messages, and where the system lists threads. */
  readonly name: string;
  /** The file that the thread runs. */
  readonly threadUrl: URL;
  /** What it is given at its start. */
  readonly workerData: () => unknown;
  readonly resourceLimits: ResourceLimits;
  /** After this long a job is given up and its thread ended. */
  readonly timeoutSeconds: number;
  /** After this long without work the thread ends, and its memory is free; never unless told. */
  readonly idleSeconds?: number;
  readonly onNote?: (note: string) => void;
}

interface WaitingJob {
  readonly resolve: (result: FitResult) => void;
  readonly timeout: NodeJS.Timeout;
}

/**
 * Fits in a worker thread, so that ingestion never waits. The thread is started with the first job, ended
 * threads are replaced (at most five in a row), and only waiting jobs keep the process alive. A job that
 * can't be done resolves to `failed`; nothing rejects.
 */
export class WorkerFitter implements ClosableFitter {
  readonly #options: WorkerFitterOptions;
  readonly #waiting = new Map<number, WaitingJob>();
  #thread: Worker | undefined;
  #nextId = 0;
  #consecutiveFailures = 0;
  #closed = false;
  #idle: NodeJS.Timeout | undefined;

  constructor(options: WorkerFitterOptions) {
    this.#options = options;
  }

  /** Starts the thread before there is a job, so that the first need not wait for it. */
  start(): void {
    this.#runningThread().unref();
  }

  fit(job: FitJob): Promise<FitResult> {
    if (this.#closed) return Promise.resolve(failure(`the ${this.#options.name} thread is closed`));
    if (this.#waiting.size >= MAX_WAITING_JOBS) {
      return Promise.resolve(failure(`${MAX_WAITING_JOBS} fits are waiting already`));
    }
    if (this.#consecutiveFailures >= MAX_CONSECUTIVE_FAILURES) {
      return Promise.resolve(
        failure(`the ${this.#options.name} thread keeps failing and was given up`),
      );
    }
    return new Promise((resolve) => {
      clearTimeout(this.#idle);
      const id = this.#nextId++;
      const timeout = setTimeout(() => {
        this.#replaceThread(`no result within ${this.#options.timeoutSeconds} s`);
      }, this.#options.timeoutSeconds * MILLISECONDS_PER_SECOND);
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
    clearTimeout(this.#idle);
    const thread = this.#thread;
    this.#abandon(`the ${this.#options.name} thread is closed`);
    await thread?.terminate();
  }

  #runningThread(): Worker {
    if (this.#thread !== undefined) return this.#thread;
    const { name, threadUrl, resourceLimits } = this.#options;
    const thread = new Worker(threadUrl, {
      name,
      workerData: this.#options.workerData(),
      resourceLimits,
      // Flags of the main thread, such as a heap size, are not meant for this one.
      execArgv: [],
    });
    let reason = `the ${name} thread ended`;
    thread.on("message", (message: FitResponse | ThreadNote) => {
      if ("note" in message) {
        this.#options.onNote?.(message.note);
        return;
      }
      this.#consecutiveFailures = 0;
      this.#settle(message.id, message.result);
    });
    thread.on("error", (error) => {
      reason = `the ${name} thread failed: ${messageOf(error)}`;
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
    if (this.#waiting.size === 0) this.#rest();
    job.resolve(result);
  }

  #rest(): void {
    this.#thread?.unref();
    const { idleSeconds } = this.#options;
    if (idleSeconds === undefined) return;
    this.#idle = setTimeout(() => {
      const thread = this.#thread;
      this.#thread = undefined;
      void thread?.terminate();
    }, idleSeconds * MILLISECONDS_PER_SECOND);
    this.#idle.unref();
  }
}

function failure(message: string): FitResult {
  return { kind: "failed", message };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
