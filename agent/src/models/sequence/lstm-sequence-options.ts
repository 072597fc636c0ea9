import { UNITS_MULTIPLE } from "./lstm-weights.js";

const DEFAULT_SEED = 1;
const DEFAULT_HALF_LIFE_SECONDS = 6 * 3600;
const DEFAULT_MAX_OPERATIONS = 256;
/** As in the Markov chain. */
const DEFAULT_MAX_TRANSITIONS = 4096;
const DEFAULT_MIN_CALLS = 100;
/** 10 microseconds a call; twice as many units won a hundredth of a bit on a public access log. */
const DEFAULT_UNITS = 32;
/** Calls of 8 bytes and what a list takes: about half a megabyte a segment. */
const DEFAULT_MAX_TRAINING_STEPS = 16_384;
/**
 * With fewer calls a network only learns them by heart, and the Markov chain is better: on a public access
 * log it lost at 1,700 and 2,800 calls, and won from 5,000 on.
 */
const DEFAULT_MIN_TRAINING_CALLS = 4096;
/** A state of 64 numbers and at most 64 calls: under 1 KB each. */
const DEFAULT_MAX_SESSIONS = 2048;
/** As the session tracker has it. */
const DEFAULT_SESSION_GAP_SECONDS = 1800;

export interface LstmSequenceOptions {
  /** Seconds of event time after which a call counts half in the Markov chain; 6 h unless told. */
  readonly halfLifeSeconds?: number;
  /** Past this many operations, rare ones share one number; 256 unless told. */
  readonly maxOperations?: number;
  /** Pairs of operations in the Markov chain. */
  readonly maxTransitions?: number;
  /** Calls to learn from before there is an answer; 100 unless told. */
  readonly minCalls?: number;
  /** Units of the network, a multiple of 4; 32 unless told. */
  readonly units?: number;
  /** Calls kept to train on; 16,384 unless told. */
  readonly maxTrainingSteps?: number;
  /** Calls kept before the first training; 4,096 unless told, less when fewer are kept to train on. */
  readonly minTrainingCalls?: number;
  /** Sessions followed at once; 2,048 unless told. */
  readonly maxSessions?: number;
  /** A silence that ends a session, seconds; 1,800 unless told. */
  readonly sessionGapSeconds?: number;
  /** Decides first weights and what is sampled; 1 unless told. */
  readonly seed?: number;
}

/**
 * All of them, with what was not told. Throws a RangeError when the units are no multiple of 4 or a
 * limit is below 1.
 */
export function filledOptions(options: LstmSequenceOptions): Required<LstmSequenceOptions> {
  const filled: Required<LstmSequenceOptions> = {
    halfLifeSeconds: options.halfLifeSeconds ?? DEFAULT_HALF_LIFE_SECONDS,
    maxOperations: options.maxOperations ?? DEFAULT_MAX_OPERATIONS,
    maxTransitions: options.maxTransitions ?? DEFAULT_MAX_TRANSITIONS,
    minCalls: options.minCalls ?? DEFAULT_MIN_CALLS,
    units: options.units ?? DEFAULT_UNITS,
    maxTrainingSteps: options.maxTrainingSteps ?? DEFAULT_MAX_TRAINING_STEPS,
    minTrainingCalls: options.minTrainingCalls ?? DEFAULT_MIN_TRAINING_CALLS,
    maxSessions: options.maxSessions ?? DEFAULT_MAX_SESSIONS,
    sessionGapSeconds: options.sessionGapSeconds ?? DEFAULT_SESSION_GAP_SECONDS,
    seed: options.seed ?? DEFAULT_SEED,
  };
  if (!(filled.units > 0) || filled.units % UNITS_MULTIPLE !== 0) {
    throw new RangeError(
      `units must be a positive multiple of ${UNITS_MULTIPLE}, got ${filled.units}`,
    );
  }
  if (!(filled.maxSessions >= 1)) throw new RangeError("maxSessions must be at least 1");
  return filled;
}
