import type { RateObservation } from "../behavior/recent-load.js";
import type { ClosedInterval } from "../behavior/windows.js";
import type { WindowSummary } from "../core/index.js";
import type { MixWindow } from "../models/mix/operation-mix-model.js";
import type { LearningParts } from "./learning-parts.js";
import { workloadOutlook } from "./workload-outlook.js";

/** What a window without a call tells of operations. */
const SILENT_WINDOW: MixWindow & Pick<WindowSummary, "operations"> = {
  operations: new Map(),
  transitions: new Map(),
  pauseSeconds: new Map(),
};

type LoadLearningParts = Pick<LearningParts, "volume" | "mix" | "series" | "models" | "load">;

/** The load of closed windows, to the models of volume, of operations and of series. */
export class LoadLearning {
  readonly #learning: LoadLearningParts;
  /**
   * The first window with calls after a start is cut off at its beginning, so its rate is not the load; and
   * the silence before the first call of all, while a workload is only scraped, is no load of zero.
   */
  #hasWholeWindows = false;

  constructor(learning: LoadLearningParts) {
    this.#learning = learning;
  }

  /** `isAnyCallLearned`: whether there was a call before the end of the window. */
  closeWindow(interval: ClosedInterval, isAnyCallLearned: boolean): void {
    if (!this.#hasWholeWindows) {
      this.#hasWholeWindows = isAnyCallLearned;
      this.#observe(interval, { startSeconds: interval.startSeconds, callsPerSecond: undefined });
      return;
    }
    const certain = this.#learning.load.close(interval.startSeconds, interval.overall.calls);
    for (const rate of certain) this.#observe(interval, rate);
  }

  /** The load of a window that has become certain: of this interval, or of a silent one before it. */
  #observe(
    { startSeconds, endSeconds, overall, segments }: ClosedInterval,
    rate: RateObservation,
  ): void {
    const { volume, mix, series, models } = this.#learning;
    volume.observe(rate.startSeconds, rate.callsPerSecond);
    const isOfInterval = rate.startSeconds === startSeconds;
    const window = isOfInterval ? overall : SILENT_WINDOW;
    // Models have learned all calls of the interval: of a silent window before it they know too much.
    const outlook = isOfInterval ? workloadOutlook(models, segments, endSeconds) : undefined;
    const isGap = rate.callsPerSecond === undefined;
    mix.observe(rate.startSeconds, isGap ? undefined : window, volume.forecast(), outlook);
    series.observe(rate.startSeconds, rate.callsPerSecond, window);
  }
}
