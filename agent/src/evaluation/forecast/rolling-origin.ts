import type { VolumeModel } from "../../core/index.js";
import type { Trace } from "../data/read-trace.js";

/** What was said of one target. */
export interface Prediction {
  /** Row of the target, from 0, absent rows counted. */
  readonly index: number;
  readonly horizon: number;
  readonly point: number;
  readonly lower: number;
  readonly upper: number;
}

/** How many rows are walked through between two lines of progress. */
const TOLD_EVERY_ROWS = 20_000;

/**
 * Walks a model through a trace, row by row, and keeps what it says at each origin from `firstOrigin` on,
 * in the trace's units. Unknown rows are gaps to the model. What it is not ready to say is left out.
 */
export function rollOrigin(
  model: VolumeModel,
  { values, stepSeconds, startSeconds }: Trace,
  firstOrigin: number,
  tell: (line: string) => void,
): Prediction[] {
  const predictions: Prediction[] = [];
  // Windows are counted from a whole number of steps, so that the first is where it says.
  const start = Math.round(startSeconds / stepSeconds);
  for (const [row, value] of values.entries()) {
    model.observe(
      (start + row) * stepSeconds,
      Number.isNaN(value) ? undefined : value / stepSeconds,
    );
    if (row % TOLD_EVERY_ROWS === TOLD_EVERY_ROWS - 1) tell(`${row + 1} of ${values.length} rows`);
    if (row < firstOrigin) continue;
    const forecast = model.forecast();
    if (forecast.status !== "ready") continue;
    for (const { horizonSeconds, point, lower, upper } of forecast.value.points) {
      const horizon = Math.round(horizonSeconds / stepSeconds);
      predictions.push({
        index: row + horizon,
        horizon,
        point: point * stepSeconds,
        lower: lower * stepSeconds,
        upper: upper * stepSeconds,
      });
    }
  }
  return predictions;
}
