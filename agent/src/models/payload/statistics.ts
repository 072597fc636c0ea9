import {
  ready,
  warmingUp,
  type Call,
  type CallModel,
  type DriftCause,
  type Json,
  type ModelStatus,
  type Observation,
} from "../../core/index.js";
import { ConditionalCategorical } from "../conditional-categorical.js";
import { ConditionalGaussian } from "../conditional-gaussian.js";
import { SnapshotReader } from "../../core/snapshot-reader.js";
import { CallKeys } from "./call-keys.js";

const SNAPSHOT_FORMAT = "payload-statistics-1";

const DEFAULT_HALF_LIFE_SECONDS = 6 * 3600;
const DEFAULT_MAX_OPERATIONS = 256;
/** Formats, argument signatures or permission sets in use at a time; a pair takes about 100 bytes. */
const DEFAULT_MAX_CATEGORIES = 512;
const DEFAULT_MAX_PAIRS = 2048;
/** Before this many calls nearly everything is seen for the first time, and a surprise says little. */
const DEFAULT_MIN_CALLS = 100;

/**
 * In the logarithm: sizes that differ by less than 5% are the same to anything that is sized by them,
 * and answers of constant length must not make one more byte infinitely surprising.
 */
const SIZE_DEVIATION_FLOOR = 0.05;
/** log1p of ten terabytes. */
const SIZE_VALUE_RANGE = 30;

export interface PayloadStatisticsOptions {
  /** Seconds of event time after which a call counts half; 6 h unless told. */
  readonly halfLifeSeconds?: number;
  /** Past this many operations, sizes of new ones count only for all together; 256 unless told. */
  readonly maxOperations?: number;
  /** Past this many formats, signatures or permission sets, rare ones are pooled; 512 unless told. */
  readonly maxCategories?: number;
  /** Past this many pairs with an operation, new ones count without it; 2,048 unless told. */
  readonly maxPairs?: number;
  /** Calls to learn from before there is an answer; 100 unless told. */
  readonly minCalls?: number;
}

/**
 * What calls of each operation usually carry: sizes as normal distributions of log(1 + bytes), formats
 * and argument signatures as smoothed frequencies by operation, and permission sets by segment.
 *
 * Deviations: `request_payload` and `response_payload` are standardized residuals (NaN when the size is
 * unknown; an operation of fewer than 30 calls is judged among all calls of the segment); `formats`,
 * `arguments` and `permissions` are surprises in bits.
 */
export class PayloadStatisticsModel implements CallModel {
  readonly name = "payload";
  readonly servedBy = "statistics";
  readonly causes: readonly DriftCause[] = [
    "request_payload",
    "response_payload",
    "formats",
    "arguments",
    "permissions",
  ];
  readonly #options: PayloadStatisticsOptions;
  readonly #minCalls: number;
  readonly #requestBytes: ConditionalGaussian;
  readonly #responseBytes: ConditionalGaussian;
  readonly #formats: ConditionalCategorical;
  readonly #arguments: ConditionalCategorical;
  readonly #permissions: ConditionalCategorical;
  readonly #keys = new CallKeys();
  #calls = 0;

  constructor(options: PayloadStatisticsOptions = {}) {
    this.#options = options;
    const halfLifeSeconds = options.halfLifeSeconds ?? DEFAULT_HALF_LIFE_SECONDS;
    const sizes = {
      halfLifeSeconds,
      maxContexts: options.maxOperations ?? DEFAULT_MAX_OPERATIONS,
      deviationFloor: SIZE_DEVIATION_FLOOR,
      valueRange: SIZE_VALUE_RANGE,
    };
    const categories = {
      halfLifeSeconds,
      maxCategories: options.maxCategories ?? DEFAULT_MAX_CATEGORIES,
      maxPairs: options.maxPairs ?? DEFAULT_MAX_PAIRS,
    };
    this.#minCalls = options.minCalls ?? DEFAULT_MIN_CALLS;
    this.#requestBytes = new ConditionalGaussian(sizes);
    this.#responseBytes = new ConditionalGaussian(sizes);
    this.#formats = new ConditionalCategorical(categories);
    this.#arguments = new ConditionalCategorical(categories);
    this.#permissions = new ConditionalCategorical(categories);
  }

  /** Formats, signatures and permission sets that were pooled because there were too many. */
  get pooledCalls(): number {
    return this.#formats.pooledCalls + this.#arguments.pooledCalls + this.#permissions.pooledCalls;
  }

  score(observation: Observation, deviations: Float64Array, offset: number): void {
    if (this.#calls < this.#minCalls) {
      deviations.fill(NaN, offset, offset + this.causes.length);
      return;
    }
    const { call } = observation;
    const { operation } = call;
    const keys = this.#keys.of(call);
    deviations[offset] = sizeResidual(this.#requestBytes, operation, call.requestBytes);
    deviations[offset + 1] = sizeResidual(this.#responseBytes, operation, call.responseBytes);
    deviations[offset + 2] = this.#formats.bits(operation, keys.formats);
    deviations[offset + 3] = this.#arguments.bits(operation, keys.arguments);
    deviations[offset + 4] = this.#permissions.bits(undefined, keys.permissions);
  }

  learn(observation: Observation): void {
    const { call } = observation;
    const { operation, timeSeconds } = call;
    const keys = this.#keys.of(call);
    this.#calls += 1;
    learnSize(this.#requestBytes, call, call.requestBytes);
    learnSize(this.#responseBytes, call, call.responseBytes);
    this.#formats.learn(operation, keys.formats, timeSeconds);
    this.#arguments.learn(operation, keys.arguments, timeSeconds);
    this.#permissions.learn(undefined, keys.permissions, timeSeconds);
  }

  status(): ModelStatus {
    if (this.#calls === 0) return warmingUp("no_calls_yet");
    return this.#calls < this.#minCalls ? warmingUp("too_few_calls") : ready(undefined);
  }

  /** The code length of formats, arguments, permissions and of the sizes that are known. */
  bits(observation: Observation): number {
    if (this.#calls < this.#minCalls) return NaN;
    const { call } = observation;
    const { operation } = call;
    const keys = this.#keys.of(call);
    return (
      this.#formats.bits(operation, keys.formats) +
      this.#arguments.bits(operation, keys.arguments) +
      this.#permissions.bits(undefined, keys.permissions) +
      sizeBits(this.#requestBytes, operation, call.requestBytes) +
      sizeBits(this.#responseBytes, operation, call.responseBytes)
    );
  }

  dueFit(): undefined {
    return undefined;
  }

  adopt(): readonly DriftCause[] {
    return [];
  }

  fork(): CallModel {
    const forked = new PayloadStatisticsModel(this.#options);
    forked.restore(this.snapshot());
    return forked;
  }

  snapshot(): Json {
    return {
      format: SNAPSHOT_FORMAT,
      calls: this.#calls,
      requestBytes: this.#requestBytes.snapshot(),
      responseBytes: this.#responseBytes.snapshot(),
      formats: this.#formats.snapshot(),
      arguments: this.#arguments.snapshot(),
      permissions: this.#permissions.snapshot(),
    };
  }

  restore(snapshot: Json): void {
    const reader = new SnapshotReader(snapshot, "payload");
    reader.field("format").equals(SNAPSHOT_FORMAT);
    const calls = reader.field("calls").count();
    this.#requestBytes.restore(reader.field("requestBytes"));
    this.#responseBytes.restore(reader.field("responseBytes"));
    this.#formats.restore(reader.field("formats"));
    this.#arguments.restore(reader.field("arguments"));
    this.#permissions.restore(reader.field("permissions"));
    this.#calls = calls;
  }
}

function sizeResidual(
  sizes: ConditionalGaussian,
  operation: string,
  bytes: number | undefined,
): number {
  return bytes === undefined ? NaN : sizes.residual(operation, Math.log1p(bytes));
}

function learnSize(sizes: ConditionalGaussian, call: Call, bytes: number | undefined): void {
  if (bytes !== undefined) sizes.learn(call.operation, Math.log1p(bytes), call.timeSeconds);
}

/** A size that is unknown, or of which nothing was learned, costs nothing: it is left out. */
function sizeBits(
  sizes: ConditionalGaussian,
  operation: string,
  bytes: number | undefined,
): number {
  if (bytes === undefined) return 0;
  const bits = sizes.bits(operation, Math.log1p(bytes));
  return Number.isNaN(bits) ? 0 : bits;
}
