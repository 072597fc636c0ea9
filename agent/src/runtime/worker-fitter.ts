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
/** A thread that ended this many times in a row without a result is left alone for a while. */
const MAX_CONSECUTIVE_FAILURES = 5;
/** For so long: what it lacked, such as memory, may be there again, and a try costs little. */
const PAUSE_SECONDS = 600;
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
  /** Told when the thread keeps failing, and that it is tried again. */
  readonly onPause?: ((problem: string) => void) | undefined;
  /** Of a monotonic clock; that of the process unless told. */
  readonly nowSeconds?: (() => number) | undefined;
}

interface WaitingJob {
  readonly id: number;
  readonly job: FitJob;
  readonly resolve: (result: FitResult) => void;
  /** It was posted to a thread that ended, in good order, before it read it. */
  isSecondTry: boolean;
}

/**
 * Fits in a worker thread, so that ingestion never waits. The thread is started with the first job and has
 * one at a time, so that its time limit is its own and its thread takes no other along. Ended threads are
 * replaced; after five in a row without a result, jobs are refused for ten minutes. Only waiting jobs keep
 * the process alive. A job that can't be done resolves to `failed`; nothing rejects.
 */
export class WorkerFitter implements ClosableFitter {
  readonly #options: WorkerFitterOptions;
  readonly #nowSeconds: () => number;
  /** The first is in the thread. */
  readonly #queue: WaitingJob[] = [];
  #timeout: NodeJS.Timeout | undefined;
  #thread: Worker | undefined;
  #nextId = 0;
  #consecutiveFailures = 0;
  #pausedUntilSeconds = -Infinity;
  #closed = false;
  #idle: NodeJS.Timeout | undefined;

  constructor(options: WorkerFitterOptions) {
    this.#options = options;
    this.#nowSeconds = options.nowSeconds ?? (() => performance.now() / MILLISECONDS_PER_SECOND);
  }

  /** Starts the thread before there is a job, so that the first need not wait for it. */
  start(): void {
    this.#runningThread().unref();
  }

  fit(job: FitJob): Promise<FitResult> {
    const { name } = this.#options;
    if (this.#closed) return Promise.resolve(failure(`the ${name} thread is closed`));
    if (this.#queue.length >= MAX_WAITING_JOBS) {
      return Promise.resolve(failure(`${MAX_WAITING_JOBS} fits are waiting already`));
    }
    if (this.#nowSeconds() < this.#pausedUntilSeconds) {
      return Promise.resolve(failure(`the ${name} thread keeps failing and is left alone`));
    }
    return new Promise((resolve) => {
      this.#queue.push({ id: this.#nextId++, job, resolve, isSecondTry: false });
      if (this.#queue.length === 1) this.#runFirst();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    const thread = this.#thread;
    this.#thread = undefined;
    this.#failAll(`the ${this.#options.name} thread is closed`);
    clearTimeout(this.#idle);
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
    let error: unknown;
    thread.on("message", (message: FitResponse | ThreadNote) => {
      if ("note" in message) {
        this.#options.onNote?.(message.note);
        return;
      }
      if (this.#thread !== thread || message.id !== this.#queue[0]?.id) return;
      this.#consecutiveFailures = 0;
      this.#settleFirst(message.result);
    });
    thread.on("error", (thrown) => {
      error = thrown;
    });
    thread.on("exit", () => {
      if (this.#thread !== thread) return;
      this.#thread = undefined;
      this.#takeBack(
        error === undefined ? undefined : `the ${name} thread failed: ${messageOf(error)}`,
      );
    });
    this.#thread = thread;
    return thread;
  }

  #runFirst(): void {
    const first = this.#queue[0];
    if (first === undefined) {
      this.#rest();
      return;
    }
    clearTimeout(this.#idle);
    const { timeoutSeconds } = this.#options;
    try {
      const thread = this.#runningThread();
      thread.ref();
      thread.postMessage({ id: first.id, job: first.job } satisfies FitRequest);
    } catch (error) {
      this.#settleFirst(failure(messageOf(error)));
      return;
    }
    this.#timeout = setTimeout(() => {
      const thread = this.#thread;
      this.#thread = undefined;
      // Whether it ends well does not matter any more: nobody listens to it.
      void thread?.terminate();
      this.#failFirst(`no result within ${timeoutSeconds} s`);
    }, timeoutSeconds * MILLISECONDS_PER_SECOND);
    this.#timeout.unref();
  }

  /** The thread is gone, for a reason or in good order: after its last answer, with the next job unread. */
  #takeBack(reason: string | undefined): void {
    const first = this.#queue[0];
    if (first === undefined) return;
    if (reason !== undefined || first.isSecondTry) {
      this.#failFirst(reason ?? `the ${this.#options.name} thread ended`);
      return;
    }
    first.isSecondTry = true;
    clearTimeout(this.#timeout);
    this.#runFirst();
  }

  #failFirst(reason: string): void {
    this.#consecutiveFailures += 1;
    if (this.#consecutiveFailures < MAX_CONSECUTIVE_FAILURES) {
      this.#settleFirst(failure(reason));
      return;
    }
    this.#pausedUntilSeconds = this.#nowSeconds() + PAUSE_SECONDS;
    this.#options.onPause?.(
      `${this.#consecutiveFailures} times in a row without a result, at last: ${reason}; ` +
        `the ${this.#options.name} thread is tried again after ${PAUSE_SECONDS} s`,
    );
    this.#failAll(reason);
  }

  #failAll(reason: string): void {
    clearTimeout(this.#timeout);
    for (const { resolve } of this.#queue.splice(0)) resolve(failure(reason));
    this.#rest();
  }

  #settleFirst(result: FitResult): void {
    clearTimeout(this.#timeout);
    this.#queue.shift()?.resolve(result);
    this.#runFirst();
  }

  /** An idle thread must not keep the process alive; one that is waited for must. */
  #rest(): void {
    this.#thread?.unref();
    const { idleSeconds } = this.#options;
    if (idleSeconds === undefined) return;
    clearTimeout(this.#idle);
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
