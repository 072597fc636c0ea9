import {
  ready,
  SnapshotReader,
  warmingUp,
  type Call,
  type CallModel,
  type DriftCause,
  type FitJob,
  type FitResult,
  type Json,
  type ModelResult,
  type ModelStatus,
  type Observation,
  type ServedBy,
} from "../../core/index.js";
import { ConditionalCategorical } from "../conditional-categorical.js";
import { ArgumentModels } from "./argument-models.js";
import { CallKeys } from "./call-keys.js";
import { OutlierScales, PAYLOAD_PARTS, type PayloadOutlier } from "./outlier-scales.js";
import { DEVIATION_FLOOR, SizeMixtures } from "./size-mixtures.js";

const SNAPSHOT_FORMAT = "payload-mixture-2";

const DEFAULT_HALF_LIFE_SECONDS = 6 * 3600;
/** A mixture takes about 8 kB, most of it its sample: 64 operations of a segment about half a megabyte. */
const DEFAULT_MAX_OPERATIONS = 64;
/** An argument takes some 10 kB, 30 kB when its values are of many kinds. */
const DEFAULT_MAX_ARGUMENTS = 128;
/** Formats, argument signatures or permission sets in use at a time; a pair takes about 100 bytes. */
const DEFAULT_MAX_CATEGORIES = 512;
const DEFAULT_MAX_PAIRS = 2048;
/** Before this many calls nearly everything is seen for the first time, and a surprise says little. */
const DEFAULT_MIN_CALLS = 100;
/** Enough for a component or two in four dimensions; the number grows with the sample. */
const DEFAULT_FIRST_FIT_CALLS = 64;
/** A fit of this many rows takes some ten milliseconds of the fitting thread. */
const DEFAULT_SAMPLE_CALLS = 256;
/** More kinds of payload than this in one operation blur into each other. */
const DEFAULT_MAX_COMPONENTS = 5;
const DEFAULT_SEED = 1;
/**
 * Operations in one job: taking over a mixture passes its sample once, some tenths of a millisecond each
 * on the main thread. The others' turn comes with the next window.
 */
const OPERATIONS_A_JOB = 8;

export interface MixturePayloadOptions {
  /** Seconds of event time after which a call counts half; 6 h unless told. */
  readonly halfLifeSeconds?: number;
  /** Past this many operations, sizes of new ones count only for all together; 64 unless told. */
  readonly maxOperations?: number;
  /** Past this many arguments of operations, new ones have no model of their shape; 128 unless told. */
  readonly maxArguments?: number;
  /** Past this many formats, signatures or permission sets, rare ones are pooled; 512 unless told. */
  readonly maxCategories?: number;
  /** Past this many pairs with an operation, new ones count without it; 2,048 unless told. */
  readonly maxPairs?: number;
  /** Calls to learn from before there is an answer; 100 unless told. */
  readonly minCalls?: number;
  /** Calls of an operation before it is judged on its own; 64 unless told. */
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
 * Deviations: `request_payload` and `response_payload` are quantile residuals under the mixture,
 * `request_spread` and `response_spread` how far a size lies from the middle of its distribution (see
 * `eccentricities`), NaN when the size is unknown; `formats`, `arguments` (signature, and the mean of its
 * shapes) and `permissions` are surprises in bits. {@link outlier} says how unusual a call is as a whole.
 *
 * Mixtures are fitted elsewhere: `dueFit` gives the work as plain data, `adopt` takes what came of it.
 * Until then an operation's sizes are described by their mean and covariance.
 */
export class MixturePayloadModel implements CallModel {
  readonly name = "payload";
  readonly causes: readonly DriftCause[] = [
    "request_payload",
    "response_payload",
    "request_spread",
    "response_spread",
    "formats",
    "arguments",
    "permissions",
  ];
  readonly #options: MixturePayloadOptions;
  readonly #minCalls: number;
  readonly #maxComponents: number;
  readonly #seed: number;
  readonly #sizes: SizeMixtures;
  readonly #shapes: ArgumentModels;
  readonly #operations: ConditionalCategorical;
  readonly #formats: ConditionalCategorical;
  readonly #arguments: ConditionalCategorical;
  readonly #permissions: ConditionalCategorical;
  readonly #scales: OutlierScales;
  readonly #keys = new CallKeys();
  #calls = 0;
  /** Since the start of the process: like any counter it is not kept. */
  #outlierCalls = 0;
  /** Of the call that was looked at last, since a call is scored and then learned from. */
  #judged: Call | undefined;
  readonly #parts = new Float64Array(PAYLOAD_PARTS.length);

  constructor(options: MixturePayloadOptions = {}) {
    this.#options = options;
    const halfLifeSeconds = options.halfLifeSeconds ?? DEFAULT_HALF_LIFE_SECONDS;
    const categories = {
      halfLifeSeconds,
      maxCategories: options.maxCategories ?? DEFAULT_MAX_CATEGORIES,
      maxPairs: options.maxPairs ?? DEFAULT_MAX_PAIRS,
    };
    this.#minCalls = options.minCalls ?? DEFAULT_MIN_CALLS;
    this.#maxComponents = options.maxComponents ?? DEFAULT_MAX_COMPONENTS;
    this.#seed = options.seed ?? DEFAULT_SEED;
    this.#sizes = new SizeMixtures({
      halfLifeSeconds,
      maxOperations: options.maxOperations ?? DEFAULT_MAX_OPERATIONS,
      firstFitCalls: options.firstFitCalls ?? DEFAULT_FIRST_FIT_CALLS,
      sampleCalls: options.sampleCalls ?? DEFAULT_SAMPLE_CALLS,
      seed: this.#seed,
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

  /** The statistics are a mixture's too, of one component. */
  get servedBy(): ServedBy {
    return this.#sizes.fitted ? "mixture" : "statistics";
  }

  /** Operations, formats, signatures and permission sets that were pooled because there were too many. */
  get pooledCalls(): number {
    return [this.#operations, this.#formats, this.#arguments, this.#permissions].reduce(
      (sum, { pooledCalls }) => sum + pooledCalls,
      0,
    );
  }

  get outlierCalls(): number | undefined {
    return this.#calls < this.#minCalls ? undefined : this.#outlierCalls;
  }

  score(observation: Observation, deviations: Float64Array, offset: number): void {
    if (this.#calls < this.#minCalls) {
      deviations.fill(NaN, offset, offset + this.causes.length);
      return;
    }
    const { call } = observation;
    const parts = this.#partsOf(call);
    const sizes = this.#sizes.judge(call);
    const shapeBits = this.#shapes.surprise(call).bits;
    deviations[offset] = sizes?.request ?? NaN;
    deviations[offset + 1] = sizes?.response ?? NaN;
    deviations[offset + 2] = sizes?.requestSpread ?? NaN;
    deviations[offset + 3] = sizes?.responseSpread ?? NaN;
    deviations[offset + 4] = parts[1] ?? NaN;
    deviations[offset + 5] = (parts[2] ?? NaN) + (Number.isNaN(shapeBits) ? 0 : shapeBits);
    deviations[offset + 6] = parts[3] ?? NaN;
  }

  /** How unusual this call is, against calls of the past; changes nothing. */
  outlier(observation: Observation): ModelResult<PayloadOutlier> {
    const status = this.status();
    if (status.status !== "ready") return status;
    const { call } = observation;
    const parts = this.#partsOf(call);
    return ready(this.#scales.judge(parts, this.#shapes.surprise(call).name));
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
    if (this.#calls >= this.#minCalls && this.#scales.learn(this.#partsOf(call), timeSeconds)) {
      this.#outlierCalls += 1;
    }
    this.#judged = undefined;
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
    const [, formats = NaN, signature = NaN, permissions = NaN] = this.#partsOf(call);
    return formats + signature + permissions + (this.#sizes.judge(call)?.bits ?? 0);
  }

  dueFit(): Extract<FitJob, { kind: "mixture" }> | undefined {
    const samples = this.#sizes.dueSamples(OPERATIONS_A_JOB);
    if (samples.length === 0) return undefined;
    return {
      kind: "mixture",
      samples,
      maxComponents: this.#maxComponents,
      deviationFloor: DEVIATION_FLOOR,
      seed: this.#seed,
    };
  }

  /** Residuals are standard normal and spreads centered under any mixture: no cause begins anew. */
  adopt(result: FitResult): readonly DriftCause[] {
    if (result.kind !== "mixture") return [];
    this.#judged = undefined;
    for (const { source, parameters } of result.mixtures) this.#sizes.adopt(source, parameters);
    return [];
  }

  fork(): CallModel {
    const forked = new MixturePayloadModel(this.#options);
    forked.restore(this.snapshot());
    return forked;
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
    this.#judged = undefined;
  }

  /** Surprise of each part, in the order of {@link PAYLOAD_PARTS}. */
  #partsOf(call: Call): Float64Array {
    const parts = this.#parts;
    if (this.#judged === call) return parts;
    const { operation } = call;
    const keys = this.#keys.of(call);
    parts[0] = this.#operations.bits(undefined, operation);
    parts[1] = this.#formats.bits(operation, keys.formats);
    parts[2] = this.#arguments.bits(operation, keys.arguments);
    parts[3] = this.#permissions.bits(undefined, keys.permissions);
    parts[4] = this.#sizes.judge(call)?.distance ?? 0;
    parts[5] = this.#shapes.surprise(call).distance;
    this.#judged = call;
    return parts;
  }
}
