import { setImmediate as nextTurn } from "node:timers/promises";
import type { CallQueue } from "../ingestion/call-queue.js";
import { CALLS_PER_TURN } from "../pipeline.js";
import type { Workloads } from "./workloads.js";

/**
 * Carries calls from the queue to the pipelines, a slice a turn, so that requests are answered in
 * between. All that touches the pipelines runs through here, one after the other.
 */
export class Intake {
  readonly #workloads: Workloads;
  readonly #onError: (error: unknown) => void;
  #tail: Promise<void> = Promise.resolve();
  #isDraining = false;

  constructor(workloads: Workloads, onError: (error: unknown) => void) {
    this.#workloads = workloads;
    this.#onError = onError;
  }

  /** There is something in the queue. */
  wake(queue: CallQueue): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    void this.exclusively(() => this.#drain(queue)).catch(this.#onError);
  }

  /** Runs `task` while nothing else touches the pipelines. */
  exclusively<T>(task: () => T | Promise<T>): Promise<T> {
    const done = this.#tail.then(task);
    this.#tail = done.then(
      () => undefined,
      () => undefined,
    );
    return done;
  }

  /** Empties the queue, then runs `task` before another call can come in. */
  whenDrained<T>(queue: CallQueue, task: () => T): Promise<T> {
    return this.exclusively(async () => {
      await this.#drain(queue);
      return task();
    });
  }

  async #drain(queue: CallQueue): Promise<void> {
    try {
      for (;;) {
        const calls = queue.take(CALLS_PER_TURN);
        if (calls.length === 0) return;
        await this.#workloads.process(calls);
        if (queue.size === 0) return;
        await nextTurn();
      }
    } finally {
      this.#isDraining = false;
    }
  }
}
