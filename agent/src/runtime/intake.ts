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
    this.soon(async () => {
      try {
        // Only what is there now: ticks and checkpoints that wait must get their turn.
        await this.#drain(queue, queue.size);
      } finally {
        this.#isDraining = false;
        if (queue.size > 0) this.wake(queue);
      }
    });
  }

  /** Runs `task` in its turn; an error is reported. */
  soon(task: () => void | Promise<void>): void {
    this.exclusively(task).catch(this.#onError);
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

  /**
   * Empties the queue, then runs `task` before another call comes to the pipelines; until its first turn ends,
   * none comes into the queue either.
   */
  whenDrained<T>(queue: CallQueue, task: () => T | Promise<T>): Promise<T> {
    return this.exclusively(async () => {
      await this.#drain(queue, Infinity);
      return task();
    });
  }

  async #drain(queue: CallQueue, maxCalls: number): Promise<void> {
    for (let drained = 0; drained < maxCalls;) {
      const calls = queue.take(CALLS_PER_TURN);
      if (calls.length === 0) return;
      await this.#workloads.process(calls);
      drained += calls.length;
      if (queue.size === 0) return;
      await nextTurn();
    }
  }
}
