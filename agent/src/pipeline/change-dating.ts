import type { DriftAssessor } from "../assessment/drift.js";
import type { FitResult, ModelStatus } from "../core/index.js";
import { failed, ready, warmingUp } from "../core/index.js";
import type { PendingFits } from "./pending-fits.js";

/** Deviations before change-point detection is asked. */
const MINIMUM_WINDOWS = 20;
/** A drift that could not be dated is tried again after this many windows. */
const RETRY_WINDOWS = 6;

/** Asks change-point detection when a segment's drift began, off the main thread. */
export class ChangeDating {
  readonly #drift: DriftAssessor;
  readonly #fits: PendingFits;
  readonly #windowSeconds: number;
  #nextRequestSeconds = -Infinity;
  #status: ModelStatus = warmingUp("too_few_windows");

  constructor(drift: DriftAssessor, fits: PendingFits, windowSeconds: number) {
    this.#drift = drift;
    this.#fits = fits;
    this.#windowSeconds = windowSeconds;
  }

  status(): ModelStatus {
    return this.#status;
  }

  requestDue(endSeconds: number): void {
    if (this.#status.status === "warming_up" && this.#drift.overall().status === "ready") {
      this.#status = ready(undefined);
    }
    if (endSeconds < this.#nextRequestSeconds) return;
    const series: Record<string, Float64Array> = {};
    const ends = new Map<string, { segment: string; length: number }>();
    for (const [segment, deviations] of Object.entries(this.#drift.undated())) {
      for (const [index, values] of deviations.entries()) {
        if (values.length < MINIMUM_WINDOWS) continue;
        const name = `${segment} ${index}`;
        series[name] = values;
        ends.set(name, { segment, length: values.length });
      }
    }
    if (ends.size === 0) return;
    this.#nextRequestSeconds = endSeconds + RETRY_WINDOWS * this.#windowSeconds;
    this.#fits.request({ kind: "changepoint", series }, endSeconds, (result) => {
      this.#adopt(result, ends, endSeconds);
    });
  }

  /** The last change of each series; of a segment's several, the earliest: the others followed. */
  #adopt(
    result: FitResult,
    ends: ReadonlyMap<string, { segment: string; length: number }>,
    endSeconds: number,
  ): void {
    if (result.kind !== "changepoint") {
      this.#status = failed("fit_failed");
      return;
    }
    this.#status = ready(undefined);
    const since = new Map<string, number>();
    for (const [name, { segment, length }] of ends) {
      const last = result.indices[name]?.at(-1);
      if (last === undefined) continue;
      const seconds = endSeconds - (length - last) * this.#windowSeconds;
      since.set(segment, Math.min(seconds, since.get(segment) ?? Infinity));
    }
    for (const [segment, seconds] of since) this.#drift.date(segment, seconds);
  }
}
