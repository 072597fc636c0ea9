import {
  ready,
  warmingUp,
  type CallModel,
  type DriftCause,
  type Json,
  type ModelStatus,
  type Observation,
} from "../../core/index.js";
import { ConditionalCategorical } from "../conditional-categorical.js";
import { ConditionalGaussian } from "../conditional-gaussian.js";
import { SnapshotReader } from "../../core/snapshot-reader.js";

export const MARKOV_FORMAT = "markov-1";

const DEFAULT_HALF_LIFE_SECONDS = 6 * 3600;
const DEFAULT_MAX_OPERATIONS = 256;
/** Of 65,536 possible pairs real services use a few hundred; a pair takes about 100 bytes. */
const DEFAULT_MAX_TRANSITIONS = 4096;
/** Before this many calls most transitions are seen for the first time, and a surprise says little. */
const DEFAULT_MIN_CALLS = 100;

/** Added to a pause before its logarithm is taken: clocks and logs do not resolve less reliably. */
const PAUSE_RESOLUTION_SECONDS = 0.01;
/** A tenth in the logarithm, so that pauses within 10% of a constant beat are not surprising. */
const PAUSE_DEVIATION_FLOOR = 0.1;
/** From the logarithm of 10 ms to that of a day. */
const PAUSE_VALUE_RANGE = 16;

export interface MarkovSequenceOptions {
  /** Seconds of event time after which a call counts half; 6 h unless told. */
  readonly halfLifeSeconds?: number;
  /** Past this many operations, rare ones are pooled; 256 unless told. */
  readonly maxOperations?: number;
  /** Past this many pairs of operations, new ones count only as operations; 4,096 unless told. */
  readonly maxTransitions?: number;
  /** Calls to learn from before there is an answer; 100 unless told. */
  readonly minCalls?: number;
}

/**
 * Which operation follows which, and after what pause: a Markov chain of order 1 over the operations of
 * a segment's sessions, smoothed and slowly forgetting (see {@link ConditionalCategorical}).
 *
 * Deviations: `call_sequence` is the surprise -log2 P(operation | previous operation), in bits; `timing`
 * is the standardized residual of log(seconds since the session's previous call + 0.01) among the pauses
 * after the same operation, NaN for the first call of a session.
 */
export class MarkovSequenceModel implements CallModel {
  readonly name = "sequence";
  readonly servedBy = "markov";
  readonly causes: readonly DriftCause[] = ["call_sequence", "timing"];
  readonly #options: MarkovSequenceOptions;
  readonly #minCalls: number;
  readonly #transitions: ConditionalCategorical;
  readonly #pauses: ConditionalGaussian;
  #calls = 0;

  constructor(options: MarkovSequenceOptions = {}) {
    this.#options = options;
    const halfLifeSeconds = options.halfLifeSeconds ?? DEFAULT_HALF_LIFE_SECONDS;
    const maxOperations = options.maxOperations ?? DEFAULT_MAX_OPERATIONS;
    this.#minCalls = options.minCalls ?? DEFAULT_MIN_CALLS;
    this.#transitions = new ConditionalCategorical({
      halfLifeSeconds,
      maxCategories: maxOperations,
      maxPairs: options.maxTransitions ?? DEFAULT_MAX_TRANSITIONS,
    });
    this.#pauses = new ConditionalGaussian({
      halfLifeSeconds,
      maxContexts: maxOperations,
      deviationFloor: PAUSE_DEVIATION_FLOOR,
      valueRange: PAUSE_VALUE_RANGE,
    });
  }

  /** Calls whose operation was pooled because there were too many operations. */
  get pooledCalls(): number {
    return this.#transitions.pooledCalls;
  }

  score(observation: Observation, deviations: Float64Array, offset: number): void {
    deviations[offset] = this.bits(observation);
    const pause = observation.secondsSincePrevious;
    deviations[offset + 1] =
      this.#calls < this.#minCalls || pause === undefined
        ? NaN
        : this.#pauses.residual(observation.previousOperation, logarithmOf(pause));
  }

  learn(observation: Observation): void {
    const { call, previousOperation, secondsSincePrevious } = observation;
    this.#calls += 1;
    this.#transitions.learn(previousOperation, call.operation, call.timeSeconds);
    if (secondsSincePrevious !== undefined) {
      this.#pauses.learn(previousOperation, logarithmOf(secondsSincePrevious), call.timeSeconds);
    }
  }

  status(): ModelStatus {
    if (this.#calls === 0) return warmingUp("no_calls_yet");
    return this.#calls < this.#minCalls ? warmingUp("too_few_calls") : ready(undefined);
  }

  bits(observation: Observation): number {
    if (this.#calls < this.#minCalls) return NaN;
    return this.#transitions.bits(observation.previousOperation, observation.call.operation);
  }

  /** P(operation | previous operation), whether or not it is ready. */
  probability(previousOperation: string, operation: string): number {
    return this.#transitions.probability(previousOperation, operation);
  }

  /** Mean seconds between a call of this operation and the session's next; NaN before any was seen. */
  meanPauseSeconds(operation: string): number {
    return this.#pauses.meanOfExponential(operation) - PAUSE_RESOLUTION_SECONDS;
  }

  dueFit(): undefined {
    return undefined;
  }

  adopt(): readonly DriftCause[] {
    return [];
  }

  fork(): MarkovSequenceModel {
    const forked = new MarkovSequenceModel(this.#options);
    forked.restore(this.snapshot());
    return forked;
  }

  snapshot(): Json {
    return {
      format: MARKOV_FORMAT,
      calls: this.#calls,
      transitions: this.#transitions.snapshot(),
      pauses: this.#pauses.snapshot(),
    };
  }

  restore(snapshot: Json): void {
    this.restoreFrom(new SnapshotReader(snapshot, "sequence"));
  }

  /** The same for a model that this one is a part of: errors name the field within the whole. */
  restoreFrom(reader: SnapshotReader): void {
    reader.field("format").equals(MARKOV_FORMAT);
    const calls = reader.field("calls").count();
    this.#transitions.restore(reader.field("transitions"));
    this.#pauses.restore(reader.field("pauses"));
    this.#calls = calls;
  }
}

function logarithmOf(pauseSeconds: number): number {
  return Math.log(Math.max(0, pauseSeconds) + PAUSE_RESOLUTION_SECONDS);
}
