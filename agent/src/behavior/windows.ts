import type { Observation, WindowSummary, WorkloadKey } from "../core/index.js";
import { ALL_SEGMENTS } from "../core/index.js";
import { addCall, emptyWindow, mergeWindow } from "./window-summary.js";

/** The windows of one interval: one a segment, and the whole workload's. */
export interface ClosedInterval {
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly overall: WindowSummary;
  readonly segments: readonly WindowSummary[];
}

/**
 * Cuts one workload's calls, in order, into intervals of event time of equal length, aligned to the Unix
 * epoch. Every call falls into exactly one window of its segment; the workload's window is their merger.
 */
export class WindowAssembler {
  readonly #workload: WorkloadKey;
  readonly #windowSeconds: number;
  readonly #segments = new Map<string, WindowSummary>();
  #startSeconds: number | undefined;

  constructor(workload: WorkloadKey, windowSeconds: number) {
    this.#workload = workload;
    this.#windowSeconds = windowSeconds;
  }

  /** End of the open interval; undefined before the first call. */
  get endSeconds(): number | undefined {
    return this.#startSeconds === undefined ? undefined : this.#startSeconds + this.#windowSeconds;
  }

  /** Where the interval of this moment starts. */
  startOf(seconds: number): number {
    return Math.floor(seconds / this.#windowSeconds) * this.#windowSeconds;
  }

  /** Opens the interval that holds `seconds`, when none is open yet. */
  open(seconds: number): void {
    this.#startSeconds ??= this.startOf(seconds);
  }

  /** The window that the call belongs to, with the call already added. Close what ended before it first. */
  add(observation: Observation): WindowSummary {
    const { timeSeconds } = observation.call;
    this.open(timeSeconds);
    const start = this.#startSeconds;
    if (start === undefined || timeSeconds < start || timeSeconds >= start + this.#windowSeconds) {
      throw new RangeError(`a call at ${timeSeconds} s is outside the open window from ${start} s`);
    }
    let window = this.#segments.get(observation.segment);
    if (window === undefined) {
      window = this.#emptyWindow(observation.segment, start);
      this.#segments.set(observation.segment, window);
    }
    addCall(window, observation);
    return window;
  }

  /** Closes the open interval and opens the next one. */
  close(): ClosedInterval {
    const start = this.#startSeconds;
    if (start === undefined) throw new RangeError("no window is open");
    const overall = this.#emptyWindow(ALL_SEGMENTS, start);
    const segments = [...this.#segments.values()];
    for (const window of segments) mergeWindow(overall, window);
    this.#segments.clear();
    this.#startSeconds = start + this.#windowSeconds;
    return { startSeconds: start, endSeconds: this.#startSeconds, overall, segments };
  }

  /** Skips to the interval that holds `seconds`; whatever lies between was a gap. */
  skipTo(seconds: number): void {
    if (this.#segments.size > 0) throw new RangeError("close the open window before a skip");
    this.#startSeconds = this.startOf(seconds);
  }

  #emptyWindow(segment: string, start: number): WindowSummary {
    return emptyWindow(this.#workload, segment, start, start + this.#windowSeconds);
  }
}
