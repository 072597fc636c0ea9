import {
  ready,
  SnapshotReader,
  warmingUp,
  type Call,
  type CallModel,
  type DriftCause,
  type Json,
  type ModelResult,
  type ModelStatus,
  type Observation,
} from "../../core/index.js";
import { ConditionalCategorical } from "../conditional-categorical.js";
import { ArgumentModels, type ShapeSurprise } from "./argument-models.js";
import { CallKeys } from "./call-keys.js";
import { OutlierScales, type PayloadOutlier, type PayloadPart } from "./outlier-scales.js";
import { SizeMixtures, type SizeJudgement } from "./size-mixtures.js";

const SNAPSHOT_FORMAT = "payload-mixture-1";

const DEFAULT_HALF_LIFE_SECONDS = 6 * 3600;
/** A mixture takes about 8 kB, most of it its sample: 64 operations of a segment about half a megabyte. */
const DEFAULT_MAX_OPERATIONS = 64;
/** An argument takes up to 20 kB when its values are of many kinds, and mostly a quarter of that. */
const DEFAULT_MAX_ARGUMENTS = 256;
/** Formats, argument signatures or permission sets in use at a time; a pair takes about 100 bytes. */
const DEFAULT_MAX_CATEGORIES = 512;
const DEFAULT_MAX_PAIRS = 2048;
/** Before this many calls nearly everything is seen for the first time, and a surprise says little. */
const DEFAULT_MIN_CALLS = 100;
/** Enough for a component or two in four dimensions; the number grows with the sample. */
const DEFAULT_FIRST_FIT_CALLS = 64;
/** A fit of this many rows takes a few milliseconds at most: short enough to be done inline. */
const DEFAULT_SAMPLE_CALLS = 256;
/** More kinds of payload than this in one operation blur into each other. */
const DEFAULT_MAX_COMPONENTS = 5;
const DEFAULT_SEED = 1;

export interface MixturePayloadOptions {
  /** Seconds of event time after which a call counts half; 6 h unless told. */
  readonly halfLifeSeconds?: number;
  /** Past this many operations, sizes of new ones count only for all together; 64 unless told. */
  readonly maxOperations?: number;
  /** Past this many arguments of operations, new ones have no model of their shape; 256 unless told. */
  readonly maxArguments?: number;
  /** Past this many formats, signatures or permission sets, rare ones are pooled; 512 unless told. */
  readonly maxCategories?: number;
  /** Past this many pairs with an operation, new ones count without it; 2,048 unless told. */
  readonly maxPairs?: number;
  /** Calls to learn from before there is an answer; 100 unless told. */
  readonly minCalls?: number;
  /** Calls of an operation before its first mixture; 64 unless told. */
  readonly firstFitCalls?: number;
  /** Calls of an operation that its mixture is fitted from; 256 unless told. */
  readonly sampleCalls?: number;
  /** Components of a mixture at most; 5 unless told. */
  readonly maxComponents?: number;
  /** Of the starts of the fits and of what the samples keep; 1 unless told. */
  readonly seed?: number;
}

/**
 * What calls of each operation usually carry: sizes as a Gaussian mixture, arguments as signatures and as
 * a model of each argument's shape, formats as smoothed frequencies by operation, permission sets by
 * segment. Operations of too few calls are judged among all calls of the segment.
 *
 * Deviations: `request_payload` and `response_payload` are quantile residuals under the mixture (NaN when
 * the size is unknown); `formats`, `arguments` (signature, and the mean of its shapes) and `permissions`
 * are surprises in bits. {@link outlier} says how unusual a call is as a whole.
 */
export class MixturePayloadModel implements CallModel {
  readonly name = "payload";
  readonly servedBy = "mixture";
  readonly causes: readonly DriftCause[] = [
    "request_payload",
    "response_payload",
    "formats",
    "arguments",
    "permissions",
  ];
  readonly #minCalls: number;
  readonly #sizes: SizeMixtures;
  readonly #shapes: ArgumentModels;
  readonly #operations: ConditionalCategorical;
  readonly #formats: ConditionalCategorical;
  readonly #arguments: ConditionalCategorical;
  readonly #permissions: ConditionalCategorical;
  readonly #scales: OutlierScales;
  readonly #keys = new CallKeys();
  #calls = 0;

  constructor(options: MixturePayloadOptions = {}) {
    const halfLifeSeconds = options.halfLifeSeconds ?? DEFAULT_HALF_LIFE_SECONDS;
    const categories = {
      halfLifeSeconds,
      maxCategories: options.maxCategories ?? DEFAULT_MAX_CATEGORIES,
      maxPairs: options.maxPairs ?? DEFAULT_MAX_PAIRS,
    };
    this.#minCalls = options.minCalls ?? DEFAULT_MIN_CALLS;
    this.#sizes = new SizeMixtures({
      halfLifeSeconds,
      maxOperations: options.maxOperations ?? DEFAULT_MAX_OPERATIONS,
      firstFitCalls: options.firstFitCalls ?? DEFAULT_FIRST_FIT_CALLS,
      sampleCalls: options.sampleCalls ?? DEFAULT_SAMPLE_CALLS,
      maxComponents: options.maxComponents ?? DEFAULT_MAX_COMPONENTS,
      seed: options.seed ?? DEFAULT_SEED,
    });
    this.#shapes = new ArgumentModels({
      halfLifeSeconds,
      maxArguments: options.maxArguments ?? DEFAULT_MAX_ARGUMENTS,
    });
    this.#operations = new ConditionalCategorical(categories);
    this.#formats = new ConditionalCategorical(categories);
    this.#arguments = new ConditionalCategorical(categories);
    this.#permissions = new ConditionalCategorical(categories);
    this.#scales = new OutlierScales(halfLifeSeconds);
  }

  /** Operations, formats, signatures and permission sets that were pooled because there were too many. */
  get pooledCalls(): number {
    return [this.#operations, this.#formats, this.#arguments, this.#permissions].reduce(
      (sum, { pooledCalls }) => sum + pooledCalls,
      0,
    );
  }

  score(observation: Observation, deviations: Float64Array, offset: number): void {
    if (this.#calls < this.#minCalls) {
      deviations.fill(NaN, offset, offset + this.causes.length);
      return;
    }
    const { call } = observation;
    const { operation } = call;
    const keys = this.#keys.of(call);
    const sizes = this.#sizes.judge(call);
    const shapeBits = this.#shapes.surprise(call).bits;
    deviations[offset] = sizes?.request ?? NaN;
    deviations[offset + 1] = sizes?.response ?? NaN;
    deviations[offset + 2] = this.#formats.bits(operation, keys.formats);
    deviations[offset + 3] =
      this.#arguments.bits(operation, keys.arguments) + (Number.isNaN(shapeBits) ? 0 : shapeBits);
    deviations[offset + 4] = this.#permissions.bits(undefined, keys.permissions);
  }

  /** How unusual this call is, against calls of the past; changes nothing. */
  outlier(observation: Observation): ModelResult<PayloadOutlier> {
    const status = this.status();
    if (status.status !== "ready") return status;
    const { call } = observation;
    const shapes = this.#shapes.surprise(call);
    return ready(
      this.#scales.judge(this.#parts(call, this.#sizes.judge(call), shapes), shapes.name),
    );
  }

  /**
   * Shares of the clusters of sizes that calls of this operation fall into, as learned and among the last
   * calls: what moves between them is drift. `warming_up` until there is a mixture.
   */
  clusterShares(
    call: Call,
  ): ModelResult<{ readonly learned: readonly number[]; readonly recent: readonly number[] }> {
    if (this.#calls === 0) return warmingUp("no_calls_yet");
    const shares = this.#sizes.shares(call);
    return shares === undefined ? warmingUp("too_few_calls") : ready(shares);
  }

  learn(observation: Observation): void {
    const { call } = observation;
    const { operation, timeSeconds } = call;
    const keys = this.#keys.of(call);
    if (this.#calls >= this.#minCalls) {
      const shapes = this.#shapes.surprise(call);
      this.#scales.learn(this.#parts(call, this.#sizes.judge(call), shapes), timeSeconds);
    }
    this.#calls += 1;
    this.#sizes.learn(call);
    this.#shapes.learn(call);
    this.#operations.learn(undefined, operation, timeSeconds);
    this.#formats.learn(operation, keys.formats, timeSeconds);
    this.#arguments.learn(operation, keys.arguments, timeSeconds);
    this.#permissions.learn(undefined, keys.permissions, timeSeconds);
  }

  status(): ModelStatus {
    if (this.#calls === 0) return warmingUp("no_calls_yet");
    return this.#calls < this.#minCalls ? warmingUp("too_few_calls") : ready(undefined);
  }

  /**
   * The code length of formats, arguments' names and types, permissions, and of sizes that are known. The
   * shapes of arguments are left out: their parts overlap, so that their sum is no likelihood.
   */
  bits(observation: Observation): number {
    if (this.#calls < this.#minCalls) return NaN;
    const { call } = observation;
    const { operation } = call;
    const keys = this.#keys.of(call);
    return (
      this.#formats.bits(operation, keys.formats) +
      this.#arguments.bits(operation, keys.arguments) +
      this.#permissions.bits(undefined, keys.permissions) +
      (this.#sizes.judge(call)?.bits ?? 0)
    );
  }

  dueFit(): undefined {
    return undefined;
  }

  adopt(): readonly DriftCause[] {
    return [];
  }

  snapshot(): Json {
    return {
      format: SNAPSHOT_FORMAT,
      calls: this.#calls,
      sizes: this.#sizes.snapshot(),
      shapes: this.#shapes.snapshot(),
      operations: this.#operations.snapshot(),
      formats: this.#formats.snapshot(),
      arguments: this.#arguments.snapshot(),
      permissions: this.#permissions.snapshot(),
      scales: this.#scales.snapshot(),
    };
  }

  restore(snapshot: Json): void {
    const reader = new SnapshotReader(snapshot, "payload");
    reader.field("format").equals(SNAPSHOT_FORMAT);
    const calls = reader.field("calls").count();
    this.#sizes.restore(reader.field("sizes"));
    this.#shapes.restore(reader.field("shapes"));
    this.#operations.restore(reader.field("operations"));
    this.#formats.restore(reader.field("formats"));
    this.#arguments.restore(reader.field("arguments"));
    this.#permissions.restore(reader.field("permissions"));
    this.#scales.restore(reader.field("scales"));
    this.#calls = calls;
  }

  #parts(
    call: Call,
    sizes: SizeJudgement | undefined,
    shapes: ShapeSurprise,
  ): Readonly<Record<PayloadPart, number>> {
    const { operation } = call;
    const keys = this.#keys.of(call);
    return {
      operation: this.#operations.bits(undefined, operation),
      formats: this.#formats.bits(operation, keys.formats),
      signature: this.#arguments.bits(operation, keys.arguments),
      permissions: this.#permissions.bits(undefined, keys.permissions),
      sizes: sizes?.distance ?? 0,
      shapes: shapes.distance,
    };
  }
}
