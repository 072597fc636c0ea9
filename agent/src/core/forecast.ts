import type { Json, ModelResult } from "./model.js";

/** A forecast of calls per second for one moment ahead. lower <= point <= upper, all >= 0. */
export interface ForecastPoint {
  readonly horizonSeconds: number;
  readonly point: number;
  readonly lower: number;
  readonly upper: number;
  /** Which of the candidates gave the point: the one with the smallest rolling error. */
  readonly chosen: string;
}

export interface VolumeForecast {
  /** End of the last window the forecast rests on, seconds since the Unix epoch. */
  readonly originSeconds: number;
  /** Nominal coverage of [lower, upper], a ratio. */
  readonly level: number;
  readonly points: readonly ForecastPoint[];
}

/** Rolling quality of what was forecast, per horizon, from forecasts whose target has come. */
export interface ForecastQuality {
  readonly horizonSeconds: number;
  readonly scored: number;
  /** Share of targets inside their interval. */
  readonly coverageRatio: number;
  /** Root mean squared error over that of a baseline of the same targets: below 1 is better. */
  readonly errorRatio: { readonly naive: number; readonly seasonal_naive: number | undefined };
}

/**
 * Sequences of calls as a network reads them, one after another. At each step the rows in `slots` places
 * of `rows` are present, and `targets` says what came next.
 */
export interface SequenceData {
  /** Rows present at a step. */
  readonly slots: number;
  /** `slots` rows of the input kernel a step. */
  readonly rows: Uint16Array;
  /** What came next, one a step. */
  readonly targets: Uint16Array;
  /** Steps of each sequence. */
  readonly steps: Uint32Array;
  /** What each step of a sequence counts, one a sequence. */
  readonly weights: Float32Array;
}

/** A recurrent network of one layer with a softmax: see `models/sequence/lstm-kernel.ts`. */
export interface NetworkWeights {
  readonly inputs: number;
  readonly units: number;
  readonly outputs: number;
  /** [inputs][4 units], the gates in the order i, f, c, o. */
  readonly kernel: Float32Array;
  /** [units][4 units] */
  readonly recurrent: Float32Array;
  /** [4 units] */
  readonly bias: Float32Array;
  /** [units][outputs] */
  readonly outputKernel: Float32Array;
  /** [outputs] */
  readonly outputBias: Float32Array;
}

/** Surprise a call on sequences that were held back from training, bits; NaN when there were none. */
export interface HeldBackSurprise {
  readonly bits: number;
  /** Standard deviation of a call's surprise. */
  readonly deviation: number;
}

/** Work for the fitting thread: plain data, so that it can be posted. */
export type FitJob =
  | {
      readonly kind: "sequence";
      /** The result says it again, as what tells it from others. */
      readonly id: number;
      readonly training: SequenceData;
      readonly heldBack: SequenceData;
      /** What to start from. */
      readonly start: NetworkWeights;
      /** Whether the start was trained before, so that it must be improved on. */
      readonly startIsTrained: boolean;
      readonly epochs: number;
      readonly learningRate: number;
      readonly seed: number;
    }
  | {
      readonly kind: "volume";
      /** The window that the series ends with. The result says it again, as what tells it from others. */
      readonly originIndex: number;
      /** Calls per second, one value a step, oldest first, all finite. */
      readonly series: Float64Array;
      readonly horizonSteps: number;
      /** Steps of a season worth trying, or undefined. */
      readonly seasonSteps: number | undefined;
    };

export type FitResult =
  | { readonly kind: "failed"; readonly message: string }
  | {
      readonly kind: "sequence";
      /** That of the job. */
      readonly id: number;
      readonly weights: NetworkWeights;
      readonly heldBack: HeldBackSurprise;
      /** Bits a call that the weights started from needed on the same, when they were trained. */
      readonly startBits: number | undefined;
      /** Bits a call that an interpolated Markov chain of order 3 needed on the same. */
      readonly markovBits: number;
    }
  | {
      readonly kind: "volume";
      /** That of the job. */
      readonly originIndex: number;
      /** Point forecasts 1..horizonSteps ahead, by candidate (`ets`, `mstl`). */
      readonly paths: Readonly<Record<string, Float64Array>>;
    };

/** Fits off the main thread. A failed fit is a value, never a rejection. */
export interface Fitter {
  fit(job: FitJob): Promise<FitResult>;
}

/**
 * Forecasts the calls per second of one workload, one observation a window. Several candidates run
 * side by side; per horizon the one with the smallest rolling error speaks.
 */
export interface VolumeModel {
  /** One closed window. `undefined` is a gap (an outage is not demand): it is not learned from. */
  observe(startSeconds: number, callsPerSecond: number | undefined): void;
  forecast(): ModelResult<VolumeForecast>;
  /** The next fit that is due, or undefined. Asking takes it: it is due once. */
  dueFit(): FitJob | undefined;
  /** Takes no notice of a fit that failed, or that is not the one that was asked for last. */
  adopt(result: FitResult): void;
  quality(): readonly ForecastQuality[];
  snapshot(): Json;
  restore(snapshot: Json): void;
}
