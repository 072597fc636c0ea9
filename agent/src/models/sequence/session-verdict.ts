import type { SessionCounts } from "./session-counts.js";
import type { LstmSequenceModel } from "./lstm-sequence-model.js";
import type { Observation } from "../../core/index.js";

/** How unusual a session as a whole was. */
export interface SessionUnusualness {
  /** Mean surprise of its calls and its end, bits. */
  readonly surpriseBits: number;
  /** Distance of its counts to the nearest session learned. */
  readonly countDistance: number;
  /** Whether it has an operation that was never learned. */
  readonly hasUnknown: boolean;
}

/**
 * A network that learned from some hundred distinct sessions is too sure of itself beside them, and one
 * step of a usual session that it never saw would outweigh all others. Twice the temperature halves the
 * log-odds.
 */
const TEMPERATURE = 2;

/** Undefined until the model and the counts have learned enough. */
export function unusualnessOf(
  session: readonly Observation[],
  model: LstmSequenceModel,
  counts: SessionCounts,
): SessionUnusualness | undefined {
  const bits = model.sessionBits(session, TEMPERATURE);
  const operations = session.map(({ call }) => call.operation);
  const countDistance = counts.distance(operations);
  if (bits === undefined || countDistance === undefined) return undefined;
  const surpriseBits = bits.reduce((sum, value) => sum + value, 0) / bits.length;
  return { surpriseBits, countDistance, hasUnknown: !counts.knows(operations) };
}

/** Of usual sessions that were not learned from, one in 200 is more surprising: as for payloads. */
export const SURPRISE_QUANTILE = 0.995;
/** Where the tail of usual sessions lies: order and counts are made comparable there. */
const SCALE_QUANTILE = 0.997;
/** Both together leave unusual sessions far behind, so that one false alarm in a thousand is enough. */
const COMBINED_QUANTILE = 0.999;
/** Counts that all recur exactly give a scale of 0: one call more among two is then a whole unit. */
const LEAST_DISTANCE_SCALE = Math.log(3 / 2);
/** Surprises of under a tenth of a bit a call do not tell sessions apart. */
const LEAST_SURPRISE_SCALE = 0.1;

/**
 * Judges whole sessions. Order and counts see different things (calls that are missing hardly surprise
 * the calls that come), so both are put on the scale of usual sessions, by the 0.997 quantile of those
 * that were not learned from, and added. An operation that never occurred is unusual by itself.
 */
export class SessionVerdict {
  /** Above this a session is unusual by its surprise alone, bits a call. */
  readonly surpriseThreshold: number;
  readonly #surpriseScale: number;
  readonly #distanceScale: number;
  readonly #combinedThreshold: number;

  /** `usual`: sessions that were not learned from. Throws a RangeError when there are none. */
  constructor(usual: readonly SessionUnusualness[]) {
    const surprises = usual.map(({ surpriseBits }) => surpriseBits);
    const distances = usual.map(({ countDistance }) => countDistance);
    this.surpriseThreshold = quantile(surprises, SURPRISE_QUANTILE);
    this.#surpriseScale = Math.max(LEAST_SURPRISE_SCALE, quantile(surprises, SCALE_QUANTILE));
    this.#distanceScale = Math.max(LEAST_DISTANCE_SCALE, quantile(distances, SCALE_QUANTILE));
    this.#combinedThreshold = quantile(
      usual.map((session) => this.#combined(session)),
      COMBINED_QUANTILE,
    );
  }

  /** At or below 1 is usual. */
  score(session: SessionUnusualness): number {
    return this.#combined(session) / this.#combinedThreshold;
  }

  isUnusual(session: SessionUnusualness): boolean {
    return session.hasUnknown || this.#combined(session) > this.#combinedThreshold;
  }

  isUnusualBySurprise({ hasUnknown, surpriseBits }: SessionUnusualness): boolean {
    return hasUnknown || surpriseBits > this.surpriseThreshold;
  }

  #combined({ surpriseBits, countDistance }: SessionUnusualness): number {
    return surpriseBits / this.#surpriseScale + countDistance / this.#distanceScale;
  }
}

/** The smallest value that at least this share of the values do not exceed. */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError("a quantile of no values");
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}
