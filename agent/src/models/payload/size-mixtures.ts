import type { Call, Json, SnapshotReader } from "../../core/index.js";
import { ForgettingWeight } from "../forgetting-weight.js";
import type { GaussianMixture } from "./gaussian-mixture.js";
import { lowerNormalQuantile } from "./normal-distribution.js";
import { StreamingMixture } from "./streaming-mixture.js";

/**
 * In the logarithm: sizes that differ by less than 5% are the same to anything that is sized by them,
 * and answers of constant length must not make one more byte infinitely surprising.
 */
const DEVIATION_FLOOR = 0.05;
/** log1p of ten terabytes: the range of the flat background of the density. */
const VALUE_RANGE = 30;
/** The share of that background, so that one outlier costs about 12 bits a size at most. */
const BACKGROUND_SHARE = 0.01;
/** Eight standard deviations say "nothing like before" as well as eighty would. */
const RESIDUAL_LIMIT = 8;
/** The number of arguments and their total length are always known; sizes may not be. */
const ALWAYS_KNOWN = 2;
/** Below it a probability has no normal quantile in doubles; the residual is cut off long before. */
const LEAST_PROBABILITY = 1e-300;
/** Stands for all operations together. */
const ALL_OPERATIONS = "";
const MAX_VALUES = ALWAYS_KNOWN + 2;

export interface SizeMixturesOptions {
  /** Seconds of event time after which a call counts half. */
  readonly halfLifeSeconds: number;
  /** Mixtures of operations kept at a time; past it, new operations are judged among all together. */
  readonly maxOperations: number;
  readonly firstFitCalls: number;
  readonly sampleCalls: number;
  readonly maxComponents: number;
  readonly seed: number;
}

/** What a call's sizes are held against. */
export interface SizeJudgement {
  /** Standardized residual of log(1 + bytes) within +-8; NaN when it is unknown. */
  readonly request: number;
  readonly response: number;
  /** -log2 of the joint density of sizes and arguments' number and length. */
  readonly bits: number;
  /** 0 at the median, 1 at the 99% quantile of outlier scores. */
  readonly distance: number;
}

/**
 * A Gaussian mixture of sizes for each operation: log(1 + x) of request and response bytes (each when it
 * is known), of the number of arguments and of their total length; and one for all operations together,
 * which judges operations of too few calls. Calls whose sizes are known are modelled apart from calls of
 * which one is not.
 */
export class SizeMixtures {
  readonly #options: SizeMixturesOptions;
  readonly #weight: ForgettingWeight;
  readonly #mixtures = new Map<string, StreamingMixture>();
  readonly #row = new Float64Array(MAX_VALUES);
  /** What was said last, since a call is scored and then learned from. */
  #last: { readonly call: Call; readonly judgement: SizeJudgement | undefined } | undefined;
  #learnedSinceSweep = 0;

  constructor(options: SizeMixturesOptions) {
    this.#options = options;
    this.#weight = new ForgettingWeight(options.halfLifeSeconds);
  }

  /** Undefined when too little was learned, or a size is no finite number. */
  judge(call: Call): SizeJudgement | undefined {
    if (this.#last?.call === call) return this.#last.judgement;
    const judgement = this.#judge(call);
    this.#last = { call, judgement };
    return judgement;
  }

  #judge(call: Call): SizeJudgement | undefined {
    const streaming = this.#of(call);
    const mixture = streaming?.mixture;
    if (streaming === undefined || mixture === undefined) return undefined;
    const row = this.#fill(call);
    if (!row.every(Number.isFinite)) return undefined;
    const density = Math.exp(mixture.logDensity(row));
    const background = BACKGROUND_SHARE * VALUE_RANGE ** -mixture.dimension;
    const knowsRequest = call.requestBytes !== undefined;
    return {
      request: knowsRequest ? residual(mixture, 0, row[0] ?? NaN) : NaN,
      response:
        call.responseBytes === undefined
          ? NaN
          : residual(mixture, knowsRequest ? 1 : 0, row[knowsRequest ? 1 : 0] ?? NaN),
      bits: -Math.log2((1 - BACKGROUND_SHARE) * density + background),
      distance: streaming.scale.normalized(mixture.outlierScore(row) / Math.LN2),
    };
  }

  /** Shares of the clusters that a call like this falls into: as learned, and among the last calls. */
  shares(call: Call): ReturnType<StreamingMixture["shares"]> {
    return this.#of(call)?.shares();
  }

  learn(call: Call): void {
    this.#last = undefined;
    const weight = this.#weight.at(call.timeSeconds, this.#rescale);
    if (weight === 0) return; // Older than can be weighed.
    const row = this.#fill(call);
    if (!row.every(Number.isFinite)) return;
    this.#learnedSinceSweep += 1;
    const { current } = this.#weight;
    this.#open(call, ALL_OPERATIONS)?.learn(row, weight, current);
    this.#open(call, call.operation)?.learn(row, weight, current);
  }

  snapshot(): Json {
    return {
      referenceSeconds: this.#weight.referenceSeconds ?? null,
      currentWeight: this.#weight.current,
      learnedSinceSweep: this.#learnedSinceSweep,
      mixtures: [...this.#mixtures].map(([key, mixture]) => [key, mixture.snapshot()]),
    };
  }

  /** Throws a TypeError that names the field; what was learned before stays as it was then. */
  restore(reader: SnapshotReader): void {
    const reference = reader.field("referenceSeconds");
    const referenceSeconds = reference.isNull ? undefined : reference.number();
    const currentWeight = reader.field("currentWeight").nonNegative();
    const learnedSinceSweep = reader.field("learnedSinceSweep").count();
    const mixtures = reader
      .field("mixtures")
      .items(this.#maxMixtures)
      .map((item): [string, StreamingMixture] => {
        const [keyItem, content] = item.tuple(2);
        const key = (keyItem ?? item).string();
        const mixture = this.#create(dimensionOf(key) ?? item.refuse("a key of a mixture"));
        mixture.restore(content ?? item);
        return [key, mixture];
      });
    this.#weight.restore(referenceSeconds, currentWeight);
    this.#learnedSinceSweep = learnedSinceSweep;
    this.#last = undefined;
    this.#mixtures.clear();
    for (const [key, mixture] of mixtures) this.#mixtures.set(key, mixture);
  }

  /** The four kinds of calls of all operations have places of their own. */
  get #maxMixtures(): number {
    return this.#options.maxOperations + KNOWN_MASKS.length;
  }

  #of(call: Call): StreamingMixture | undefined {
    const own = this.#mixtures.get(keyOf(call, call.operation));
    return own?.mixture !== undefined ? own : this.#mixtures.get(keyOf(call, ALL_OPERATIONS));
  }

  #open(call: Call, operation: string): StreamingMixture | undefined {
    const key = keyOf(call, operation);
    const known = this.#mixtures.get(key);
    if (known !== undefined) return known;
    if (operation !== ALL_OPERATIONS && !this.#hasRoom()) return undefined;
    const created = this.#create(dimensionOf(key) ?? MAX_VALUES);
    this.#mixtures.set(key, created);
    return created;
  }

  #hasRoom(): boolean {
    const { maxOperations } = this.#options;
    // Without the kinds of all operations there would be room for some more; they soon come.
    if (this.#mixtures.size < maxOperations) return true;
    // A sweep looks at every mixture, so it may happen only once in as many calls.
    if (this.#learnedSinceSweep < maxOperations) return false;
    this.#learnedSinceSweep = 0;
    for (const [key, mixture] of this.#mixtures) {
      if (mixture.calls(this.#weight.current) < 0.5) this.#mixtures.delete(key);
    }
    return this.#mixtures.size < maxOperations;
  }

  #create(dimension: number): StreamingMixture {
    const { firstFitCalls, sampleCalls, maxComponents, seed } = this.#options;
    const deviationFloor = DEVIATION_FLOOR;
    return new StreamingMixture({
      dimension,
      seed,
      firstFitCalls,
      sampleCalls,
      maxComponents,
      deviationFloor,
    });
  }

  /** The values of a call; a view of scratch space that the next call overwrites. */
  #fill(call: Call): Float64Array {
    const row = this.#row;
    let at = 0;
    if (call.requestBytes !== undefined) row[at++] = Math.log1p(call.requestBytes);
    if (call.responseBytes !== undefined) row[at++] = Math.log1p(call.responseBytes);
    let length = 0;
    for (const shape of call.argumentShapes) length += shape.length;
    row[at++] = Math.log1p(call.argumentShapes.length);
    row[at++] = Math.log1p(length);
    return row.subarray(0, at);
  }

  readonly #rescale = (factor: number): void => {
    for (const [key, mixture] of this.#mixtures) {
      mixture.rescale(factor);
      if (mixture.calls(1) === 0) this.#mixtures.delete(key);
    }
  };
}

/** Which sizes are known, as the first character of a mixture's key, and how many they are. */
const KNOWN_MASKS = ["-", "q", "s", "b"] as const;
const KNOWN_SIZES: Readonly<Record<string, number>> = { "-": 0, q: 1, s: 1, b: 2 };

function keyOf({ requestBytes, responseBytes }: Call, operation: string): string {
  const mask = (requestBytes === undefined ? 0 : 1) + (responseBytes === undefined ? 0 : 2);
  return `${KNOWN_MASKS[mask] ?? ""}${operation}`;
}

function dimensionOf(key: string): number | undefined {
  const known = KNOWN_SIZES[key.charAt(0)];
  return known === undefined ? undefined : ALWAYS_KNOWN + known;
}

/**
 * Where a value lies in a coordinate's marginal distribution, as a standard normal quantile: the quantile
 * residual of Dunn and Smyth ("Randomized Quantile Residuals", Journal of Computational and Graphical
 * Statistics 5, 1996). With one component it is the standardized residual.
 */
function residual(mixture: GaussianMixture, coordinate: number, value: number): number {
  const below = mixture.marginalCdf(coordinate, value);
  const z =
    below <= 0.5
      ? lowerNormalQuantile(Math.max(LEAST_PROBABILITY, below))
      : -lowerNormalQuantile(
          Math.max(LEAST_PROBABILITY, Math.min(0.5, mixture.marginalSurvival(coordinate, value))),
        );
  return Math.min(RESIDUAL_LIMIT, Math.max(-RESIDUAL_LIMIT, z));
}
