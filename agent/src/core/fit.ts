import type { EventOccurrence } from "./event-calendar.js";
import type { ClusterJob, ClusterResult } from "./clusters.js";

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

/** What a Gaussian mixture is made of; K components in d dimensions. */
export interface MixtureParameters {
  readonly dimension: number;
  /** K shares that add up to 1. */
  readonly weights: Float64Array;
  /** K x d. */
  readonly means: Float64Array;
  /** K x d x d; the lower triangles are read. Each must be positive definite. */
  readonly covariances: Float64Array;
}

/** Which mixture of sizes is meant; results say it again. */
export interface MixtureSource {
  /** Which sizes are known of its calls: an index of `SIZE_KINDS` in `models/payload/size-row.ts`. */
  readonly kind: number;
  /** Undefined for all operations together. */
  readonly operation: string | undefined;
  /** Calls it had learned when the fit was asked for, which tells this fit from earlier ones. */
  readonly askedAtCalls: number;
}

/** What a mixture is fitted to: rows of `dimension` values, all finite. */
export interface MixtureSample {
  readonly source: MixtureSource;
  readonly dimension: number;
  readonly rows: Float64Array;
}

/** Prophet goes by the calendar. */
export interface ProphetNeeds {
  /** End of the series' last step, seconds since the Unix epoch. */
  readonly endSeconds: number;
  readonly stepSeconds: number;
  /** Holidays and events from the series' first step to the last forecast. */
  readonly occurrences: readonly EventOccurrence[];
}

/** How long a training is: so many epochs, and more when there are few sequences, within a limit. */
export interface TrainingEffort {
  readonly epochs: number;
  /** Steps of the optimizer that it takes at least, whatever there is to learn. */
  readonly minSteps: number;
  /** Calls that it goes through at most, all epochs together (but one epoch in any case). */
  readonly maxCalls: number;
  readonly learningRate: number;
}

/** Work for the fitting thread: plain data, so that it can be posted. */
export type FitJob =
  | ClusterJob
  | {
      readonly kind: "mixture";
      readonly samples: readonly MixtureSample[];
      readonly maxComponents: number;
      /** The least standard deviation within a component, in the unit of the rows. */
      readonly deviationFloor: number;
      readonly seed: number;
    }
  | {
      readonly kind: "sequence";
      /** The result says it again, as what tells it from others. */
      readonly id: number;
      /** As observed, each sequence counting 1; equal ones are joined where the training is. */
      readonly training: SequenceData;
      readonly heldBack: SequenceData;
      /** What to start from. */
      readonly start: NetworkWeights;
      /** Whether the start was trained before, so that it must be improved on. */
      readonly startIsTrained: boolean;
      readonly effort: TrainingEffort;
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
      /** What Prophet needs besides; undefined when it is not to be fitted. */
      readonly prophet?: ProphetNeeds | undefined;
    };

export type FitResult =
  | ClusterResult
  | { readonly kind: "failed"; readonly message: string }
  | {
      readonly kind: "mixture";
      /** Of the samples that could be fitted. */
      readonly mixtures: readonly {
        readonly source: MixtureSource;
        readonly parameters: MixtureParameters;
      }[];
    }
  | {
      readonly kind: "sequence";
      /** That of the job. */
      readonly id: number;
      readonly weights: NetworkWeights;
      readonly heldBack: HeldBackSurprise;
      /** Bits a call that the weights started from needed on the same, when they were trained. */
      readonly startBits: number | undefined;
      /** Bits a call that an interpolated Markov chain of order 1 needed on the same. */
      readonly markovBits: number;
    }
  | {
      readonly kind: "volume";
      /** That of the job. */
      readonly originIndex: number;
      /** Point forecasts 1..horizonSteps ahead, by candidate (`ets`, `mstl`, `prophet`). */
      readonly paths: Readonly<Record<string, Float64Array>>;
    };

/** Fits off the main thread. A failed fit is a value, never a rejection. */
export interface Fitter {
  fit(job: FitJob): Promise<FitResult>;
}
