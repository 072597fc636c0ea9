import type { Json, SnapshotReader } from "../core/index.js";

/**
 * Sizes of change, in standard deviations of a window, that the detector bets on. A shift below half the
 * smaller one gives no evidence, so small errors of the learned reference do not add up to an alarm.
 */
const BETS = [0.5, 1] as const;
/** A single window counts for at most this many standard deviations: one outlier is not a change. */
const CLIP = 4;
/**
 * Evidence stops growing this far (natural log) above the alarm level, so that it can also fall again. It
 * is averaged before it is compared: over 4 statistics here, up to 19 aspects of a segment and the
 * segments of a workload. One statistic alone must be able to lift that mean to the alarm level, else a
 * change in a single respect is never reported: e^8 = 2,981 is enough for 4 x 19 x 39 segments. Once
 * behavior is back, the slower bet falls by 1/8 a window: from the top to the alarm level in 64 windows.
 */
const HEADROOM = 8;

/**
 * Evidence that a stream of standardized deviations has changed: a mixture of Shiryaev-Roberts
 * statistics, R <- (1 + R) * e, where e = exp(bet * z) / E[exp(bet * z)] is a likelihood ratio that has
 * mean 1 while nothing changes. The mean of several such statistics, compared with a level A, gives a
 * false alarm on average at most once in A windows, whatever their dependence on each other:
 * Pollak, "Average run lengths of an optimal method of detecting a change in distribution", Annals of
 * Statistics 15 (1987); Shin, Ramdas and Rinaldo, "E-detectors", New England Journal of Statistics in
 * Data Science 2 (2024).
 *
 * E[exp(bet * z)] is learned from the stream itself while it is stable (never taken below the normal
 * distribution's exp(bet^2 / 2)), so that skewed and heavy-tailed deviations keep the promise.
 */
export class ChangeEvidence {
  readonly #ceiling: number;
  /** One a statistic: the bet, negative for a fall. */
  readonly #slopes: readonly number[];
  readonly #statistics: Float64Array;
  readonly #expectations: Float64Array;

  /** `alarmLevel`: A above. `twoSided`: whether a fall counts as well as a rise. */
  constructor(alarmLevel: number, twoSided: boolean) {
    this.#ceiling = alarmLevel * Math.exp(HEADROOM);
    this.#slopes = twoSided ? [...BETS, ...BETS.map((bet) => -bet)] : BETS;
    this.#statistics = new Float64Array(this.#slopes.length);
    this.#expectations = Float64Array.from(this.#slopes, normalExpectation);
  }

  /** The mixture's value: 0 at rest, compared with the alarm level. */
  get value(): number {
    let sum = 0;
    for (const statistic of this.#statistics) sum += statistic;
    return sum / this.#statistics.length;
  }

  observe(deviation: number): void {
    const clipped = clip(deviation);
    for (const [index, slope] of this.#slopes.entries()) {
      const expectation = Math.max(this.#expectations[index] ?? 0, normalExpectation(slope));
      const ratio = Math.exp(slope * clipped) / expectation;
      const next = (1 + (this.#statistics[index] ?? 0)) * ratio;
      this.#statistics[index] = Math.min(next, this.#ceiling);
    }
  }

  /** Learns what is normal. `weight`: share of this deviation in the expectation, in (0, 1]. */
  learn(deviation: number, weight: number): void {
    const clipped = clip(deviation);
    for (const [index, slope] of this.#slopes.entries()) {
      const expectation = this.#expectations[index] ?? 0;
      this.#expectations[index] = expectation + weight * (Math.exp(slope * clipped) - expectation);
    }
  }

  snapshot(): Json {
    return { statistics: [...this.#statistics], expectations: [...this.#expectations] };
  }

  restore(snapshot: SnapshotReader): void {
    const { length } = this.#statistics;
    const numbers = (name: string): number[] =>
      snapshot
        .field(name)
        .tuple(length)
        .map((item) => item.nonNegative());
    this.#statistics.set(numbers("statistics"));
    this.#expectations.set(numbers("expectations"));
  }
}

function clip(deviation: number): number {
  return Math.max(-CLIP, Math.min(CLIP, deviation));
}

/** E[exp(slope * z)] of a standard normal z. */
function normalExpectation(slope: number): number {
  return Math.exp((slope * slope) / 2);
}
