import type {
  Call,
  Json,
  MixtureParameters,
  MixtureSample,
  MixtureSource,
  SnapshotReader,
} from "../../core/index.js";
import { ForgettingWeight } from "../forgetting-weight.js";
import { MAX_COMPONENTS } from "./gaussian-mixture.js";
import { eccentricities, quantileResidual } from "./quantile-residual.js";
import { fillSizeRow, rowLengthOf, SIZE_KINDS, sizeKindOf, sizesOf } from "./size-row.js";
import { StreamingMixture } from "./streaming-mixture.js";

/**
 * In the logarithm: sizes that differ by less than 5% are the same to anything that is sized by them,
 * and answers of constant length must not make one more byte infinitely surprising.
 */
export const DEVIATION_FLOOR = 0.05;
/** log1p of ten terabytes: the range of the flat background of the density. */
const VALUE_RANGE = 30;
/** The share of that background, so that one outlier costs about 12 bits a size at most. */
const BACKGROUND_SHARE = 0.01;
const MAX_SIZES = 2;
/**
 * The mixture of all operations learns from one call in so many once it stands: it is asked only about
 * operations of few calls, and learning twice from each call would cost as much again.
 */
const SHARED_STRIDE = 8;
/**
 * 2^32 over the golden ratio: multiples of it, cut to 32 bits, are spread evenly and follow no period
 * that calls may have (Knuth, "The Art of Computer Programming" 3, section 6.4).
 */
const GOLDEN_STEP = 0x9e3779b1;

export interface SizeMixturesOptions {
  /** Seconds of event time after which a call counts half. */
  readonly halfLifeSeconds: number;
  /** Mixtures of operations kept at a time; past it, new operations are judged among all together. */
  readonly maxOperations: number;
  readonly firstFitCalls: number;
  readonly sampleCalls: number;
  readonly seed: number;
}

/** What a call's sizes are held against. Overwritten when the next call is judged. */
export interface SizeJudgement {
  /** Quantile residual of log(1 + bytes) within +-8; NaN when it is unknown. */
  request: number;
  response: number;
  /** Eccentricity less the usual one, of the response given the request; NaN when it is unknown. */
  requestSpread: number;
  responseSpread: number;
  /** -log2 of the joint density of sizes and arguments' number and length. */
  bits: number;
  /** 0 at the median, 1 at the 99% quantile of outlier scores. */
  distance: number;
}

/**
 * A Gaussian mixture of sizes for each operation: log(1 + x) of request and response bytes (each when it
 * is known), of the number of arguments and of their total length; and one for all operations together,
 * which judges operations of too few calls.
 */
export class SizeMixtures {
  readonly #options: SizeMixturesOptions;
  readonly #weight: ForgettingWeight;
  /** By kind, then by operation. */
  readonly #operations = SIZE_KINDS.map(() => new Map<string, StreamingMixture>());
  readonly #shared: (StreamingMixture | undefined)[] = SIZE_KINDS.map(() => undefined);
  readonly #rows = SIZE_KINDS.map((_, kind) => new Float64Array(rowLengthOf(kind)));
  /** What was said last and by which mixture, since a call is scored and then learned from. */
  #call: Call | undefined;
  #judge: StreamingMixture | undefined;
  #isJudged = false;
  readonly #judgement: SizeJudgement = {
    request: NaN,
    response: NaN,
    requestSpread: NaN,
    responseSpread: NaN,
    bits: NaN,
    distance: NaN,
  };
  readonly #shares = new Float64Array(MAX_COMPONENTS);
  readonly #eccentric = new Float64Array(MAX_SIZES);
  #surpriseBits = NaN;
  #learned = 0;
  #learnedSinceSweep = 0;

  constructor(options: SizeMixturesOptions) {
    this.#options = options;
    this.#weight = new ForgettingWeight(options.halfLifeSeconds);
  }

  /** Undefined when too little was learned, or a size is no finite number. */
  judge(call: Call): SizeJudgement | undefined {
    if (call !== this.#call) {
      this.#isJudged = this.#judgeAnew(call);
      this.#call = call;
    }
    return this.#isJudged ? this.#judgement : undefined;
  }

  /** Shares of the clusters that a call like this falls into: as learned, and among the last calls. */
  shares(call: Call): ReturnType<StreamingMixture["shares"]> {
    return this.#speaking(sizeKindOf(call), call.operation)?.shares();
  }

  /** Whether any mixture comes from a fit by now. */
  get fitted(): boolean {
    for (const { streaming } of this.#all()) if (streaming.fitted) return true;
    return false;
  }

  learn(call: Call): void {
    const judge = call === this.#call && this.#isJudged ? this.#judge : undefined;
    this.#call = undefined;
    const weight = this.#weight.at(call.timeSeconds, this.#rescale);
    if (weight === 0) return; // Older than can be weighed.
    const kind = sizeKindOf(call);
    const row = this.#fill(call, kind);
    if (row === undefined) return;
    this.#learned += 1;
    this.#learnedSinceSweep += 1;
    const own = this.#open(kind, call.operation);
    const shared = (this.#shared[kind] ??= this.#create(kind));
    // What was said of the call first, since another mixture overwrites it.
    if (judge !== undefined && judge === own) this.#teach(own, row, weight);
    if (shared.mixture === undefined || this.#isTurnOfShared()) {
      if (judge !== shared) this.#ask(shared, row, kind);
      this.#teach(shared, row, weight);
    }
    if (own !== undefined && judge !== own) {
      this.#ask(own, row, kind);
      this.#teach(own, row, weight);
    }
  }

  /** At most so many of the fits that are due, the first of an operation before others. */
  dueSamples(limit: number): MixtureSample[] {
    const due = [...this.#all()].filter(({ streaming }) => streaming.isFitDue);
    due.sort((a, b) => Number(a.streaming.fitted) - Number(b.streaming.fitted));
    return due.slice(0, limit).map(({ kind, operation, streaming }) => {
      const { askedAtCalls, rows } = streaming.takeSample();
      return { source: { kind, operation, askedAtCalls }, dimension: rowLengthOf(kind), rows };
    });
  }

  /** Takes no notice of a fit that is not the one that was asked for last. */
  adopt({ kind, operation, askedAtCalls }: MixtureSource, parameters: MixtureParameters): void {
    const streaming =
      operation === undefined ? this.#shared[kind] : this.#operations[kind]?.get(operation);
    this.#call = undefined;
    streaming?.adopt(askedAtCalls, parameters);
  }

  snapshot(): Json {
    return {
      referenceSeconds: this.#weight.referenceSeconds ?? null,
      currentWeight: this.#weight.current,
      learned: this.#learned,
      learnedSinceSweep: this.#learnedSinceSweep,
      mixtures: [...this.#all()].map(({ kind, operation, streaming }) => [
        SIZE_KINDS[kind] ?? null,
        operation ?? null,
        streaming.snapshot(),
      ]),
    };
  }

  /** Throws a TypeError that names the field; what was learned before stays as it was then. */
  restore(reader: SnapshotReader): void {
    const reference = reader.field("referenceSeconds");
    const referenceSeconds = reference.isNull ? undefined : reference.number();
    const currentWeight = reader.field("currentWeight").nonNegative();
    const learned = reader.field("learned").count();
    const learnedSinceSweep = reader.field("learnedSinceSweep").count();
    // The mixtures of all operations have places of their own.
    const most = this.#options.maxOperations + SIZE_KINDS.length;
    const mixtures = reader
      .field("mixtures")
      .items(most)
      .map((item) => {
        const [kindItem = item, operationItem = item, content = item] = item.tuple(3);
        const kind = SIZE_KINDS.findIndex((name) => name === kindItem.string());
        if (kind < 0) kindItem.refuse(SIZE_KINDS.join(", "));
        const operation = operationItem.isNull ? undefined : operationItem.string();
        const streaming = this.#create(kind);
        streaming.restore(content);
        return { kind, operation, streaming };
      });
    this.#weight.restore(referenceSeconds, currentWeight);
    this.#learned = learned;
    this.#learnedSinceSweep = learnedSinceSweep;
    this.#call = undefined;
    for (const byOperation of this.#operations) byOperation.clear();
    this.#shared.fill(undefined);
    for (const { kind, operation, streaming } of mixtures) {
      if (operation === undefined) this.#shared[kind] = streaming;
      else this.#operations[kind]?.set(operation, streaming);
    }
  }

  *#all(): Generator<{
    kind: number;
    operation: string | undefined;
    streaming: StreamingMixture;
  }> {
    for (const [kind, streaming] of this.#shared.entries()) {
      if (streaming !== undefined) yield { kind, operation: undefined, streaming };
    }
    for (const [kind, byOperation] of this.#operations.entries()) {
      for (const [operation, streaming] of byOperation) yield { kind, operation, streaming };
    }
  }

  #speaking(kind: number, operation: string): StreamingMixture | undefined {
    const own = this.#operations[kind]?.get(operation);
    return own?.mixture !== undefined ? own : this.#shared[kind];
  }

  #judgeAnew(call: Call): boolean {
    const kind = sizeKindOf(call);
    const streaming = this.#speaking(kind, call.operation);
    const mixture = streaming?.mixture;
    if (streaming === undefined || mixture === undefined) return false;
    const row = this.#fill(call, kind);
    if (row === undefined) return false;
    this.#judge = streaming;
    const density = Math.exp(-this.#ask(streaming, row, kind));
    const background = BACKGROUND_SHARE * VALUE_RANGE ** -mixture.dimension;
    const judgement = this.#judgement;
    judgement.bits = -Math.log2((1 - BACKGROUND_SHARE) * density + background);
    judgement.distance = streaming.scale.normalized(this.#surpriseBits);
    judgement.request = NaN;
    judgement.requestSpread = NaN;
    judgement.response = NaN;
    judgement.responseSpread = NaN;
    let size = 0;
    if (call.requestBytes !== undefined) {
      judgement.request = quantileResidual(mixture, size, row[size] ?? NaN);
      judgement.requestSpread = (this.#eccentric[size] ?? NaN) - streaming.usualEccentricity(size);
      size += 1;
    }
    if (call.responseBytes !== undefined) {
      judgement.response = quantileResidual(mixture, size, row[size] ?? NaN);
      judgement.responseSpread = (this.#eccentric[size] ?? NaN) - streaming.usualEccentricity(size);
    }
    return true;
  }

  /** Fills what a mixture says of a row; answers -log density, nats. */
  #ask(streaming: StreamingMixture, row: Float64Array, kind: number): number {
    const { mixture } = streaming;
    if (mixture === undefined) return NaN;
    const surprise = -mixture.respond(row, 0, this.#shares, 0);
    this.#surpriseBits = (surprise + mixture.marginalScore(row)) / Math.LN2;
    eccentricities(mixture, sizesOf(kind), row, 0, this.#eccentric);
    return surprise;
  }

  #teach(streaming: StreamingMixture, row: Float64Array, weight: number): void {
    const { current } = this.#weight;
    streaming.learn(row, this.#shares, this.#surpriseBits, this.#eccentric, weight, current);
  }

  #isTurnOfShared(): boolean {
    return Math.imul(this.#learned, GOLDEN_STEP) >>> 0 < 2 ** 32 / SHARED_STRIDE;
  }

  #open(kind: number, operation: string): StreamingMixture | undefined {
    const byOperation = this.#operations[kind];
    const known = byOperation?.get(operation);
    if (known !== undefined) return known;
    if (!this.#hasRoom()) return undefined;
    const created = this.#create(kind);
    byOperation?.set(operation, created);
    return created;
  }

  #hasRoom(): boolean {
    const { maxOperations } = this.#options;
    const isFull = (): boolean =>
      this.#operations.reduce((sum, { size }) => sum + size, 0) >= maxOperations;
    if (!isFull()) return true;
    // A sweep looks at every mixture, so it may happen only once in as many calls.
    if (this.#learnedSinceSweep < maxOperations) return false;
    this.#learnedSinceSweep = 0;
    for (const byOperation of this.#operations) {
      for (const [operation, mixture] of byOperation) {
        if (mixture.calls(this.#weight.current) < 0.5) byOperation.delete(operation);
      }
    }
    return !isFull();
  }

  #create(kind: number): StreamingMixture {
    const { firstFitCalls, sampleCalls, seed } = this.#options;
    return new StreamingMixture({
      dimension: rowLengthOf(kind),
      sizes: sizesOf(kind),
      seed,
      firstFitCalls,
      sampleCalls,
      deviationFloor: DEVIATION_FLOOR,
    });
  }

  /** In scratch space that the next call overwrites; undefined if not all values are finite. */
  #fill(call: Call, kind: number): Float64Array | undefined {
    const row = this.#rows[kind];
    return row !== undefined && fillSizeRow(call, row) ? row : undefined;
  }

  readonly #rescale = (factor: number): void => {
    for (const { kind, operation, streaming } of [...this.#all()]) {
      streaming.rescale(factor);
      if (streaming.calls(1) > 0) continue;
      if (operation === undefined) this.#shared[kind] = undefined;
      else this.#operations[kind]?.delete(operation);
    }
  };
}
