import type { FitJob, FitResult, Fitter } from "../core/index.js";

interface PendingFit {
  /** End of the window after which the result is used, seconds. */
  readonly dueSeconds: number;
  readonly adopt: (result: FitResult) => void;
  readonly done: Promise<void>;
  result: FitResult | undefined;
}

/**
 * Fits under way in the worker. A result is used a fixed time after it was asked for, on event time, so
 * that a run can be repeated however fast the worker was; only when the worker is slower than that does
 * a live run use it later, while a replay waits for it.
 */
export class PendingFits {
  readonly #fitter: Fitter;
  readonly #delaySeconds: (kind: FitJob["kind"]) => number;
  #pending: PendingFit[] = [];

  constructor(fitter: Fitter, delaySeconds: (kind: FitJob["kind"]) => number) {
    this.#fitter = fitter;
    this.#delaySeconds = delaySeconds;
  }

  request(job: FitJob, nowSeconds: number, adopt: (result: FitResult) => void): void {
    const fit: PendingFit = {
      dueSeconds: nowSeconds + this.#delaySeconds(job.kind),
      adopt,
      result: undefined,
      done: this.#fitter.fit(job).then((result) => {
        fit.result = result;
      }),
    };
    this.#pending.push(fit);
  }

  /** Uses what is due and done. Answers what is due but not done: a replay awaits it and asks again. */
  adoptDue(nowSeconds: number): Promise<unknown> | undefined {
    const unfinished: Promise<void>[] = [];
    this.#pending = this.#pending.filter((fit) => {
      if (fit.dueSeconds > nowSeconds) return true;
      if (fit.result === undefined) {
        unfinished.push(fit.done);
        return true;
      }
      fit.adopt(fit.result);
      return false;
    });
    return unfinished.length === 0 ? undefined : Promise.all(unfinished);
  }
}
