import { initSync, Prophet, type ProphetOptions } from "@bsull/augurs/prophet";
import type { ProphetNeeds } from "../../core/index.js";

/**
 * Prophet: a trend that bends, seasons as Fourier series and effects of holidays, fitted together by Stan.
 * Source: Taylor and Letham, "Forecasting at Scale", The American Statistician 72(1), 2018.
 */
export class ProphetFitter {
  readonly #optimizer: ProphetOptions["optimizer"];

  private constructor(optimizer: ProphetOptions["optimizer"]) {
    this.#optimizer = optimizer;
  }

  /** Loads Stan only now: 0.1 s, and 35 to 60 MB once it has fitted. */
  static async load(wasm: Uint8Array<ArrayBuffer>): Promise<ProphetFitter> {
    initSync({ module: wasm });
    const { optimizer } = await import("@bsull/augurs-prophet-wasmstan");
    return new ProphetFitter(optimizer);
  }

  /** Point forecasts, one a step. Throws what augurs throws; all values must be finite. */
  path(
    series: Float64Array,
    horizonSteps: number,
    { endSeconds, stepSeconds, occurrences }: ProphetNeeds,
  ): Float64Array {
    const middleOf = (step: number): number => endSeconds + (step + 0.5) * stepSeconds;
    const holidays: NonNullable<ProphetOptions["holidays"]> = new Map();
    for (const { name, startSeconds, endSeconds: end } of occurrences) {
      const holiday = holidays.get(name) ?? { occurrences: [] };
      holiday.occurrences.push({ start: startSeconds, end });
      holidays.set(name, holiday);
    }
    const prophet = new Prophet({
      optimizer: this.#optimizer,
      // No intervals: ours are calibrated on what came.
      uncertaintySamples: 0,
      // A week of history says nothing of the year.
      yearlySeasonality: { type: "manual", enabled: false },
      ...(holidays.size === 0 ? {} : { holidays }),
    });
    try {
      prophet.fit({
        ds: Array.from(series, (_, step) => middleOf(step - series.length)),
        y: Array.from(series),
      });
      const ds = Array.from({ length: horizonSteps }, (_, step) => middleOf(step));
      return Float64Array.from(prophet.predict({ ds }).yhat.point);
    } finally {
      prophet.free();
    }
  }
}
