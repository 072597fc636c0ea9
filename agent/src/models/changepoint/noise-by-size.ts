import { encodeFloats, type Json, type SnapshotReader } from "../../core/index.js";

/** Half of what was learned is forgotten in so many values: two days of minutes, so that each has a night. */
const FORGETTING = 1 - 0.5 ** (1 / 2880);
/** Squares beyond this multiple of what is expected (three deviations) are pulled in: changes are no noise. */
const LARGEST_SQUARE = 9;
/** Sizes that vary less than this part of their square can't tell the two parts of the noise apart. */
const LEAST_VARIATION = 1e-6;

/**
 * How large the noise of a value is that was made from `size` calls: its variance is a + b / size, where b is
 * what single calls scatter (the whole of it, for Poisson counts on a log scale) and a what all calls of a
 * step have in common. By it a quiet night with few calls is no change of the noise. Least squares of
 * squared surprises on (1, 1 / size), weighted by the square of what was expected, not negative, with
 * exponential forgetting.
 */
export class NoiseBySize {
  #common = 1;
  #ofCalls = 0;
  // Weighted sums of 1, u, u^2, y, u y, where u = 1 / size and y the square.
  readonly #sums = new Float64Array(5);

  /** The noise of such a value over that of a usual one; 1 while nothing is known. */
  ratio(size: number): number {
    const [weight = 0, first = 0] = this.#sums;
    if (weight === 0) return 1;
    const usual = this.#variance(first / weight);
    return usual > 0 ? Math.sqrt(this.#variance(1 / size) / usual) : 1;
  }

  /** What the first surprises say, where their noise is about this. */
  begin(surprises: Float64Array, sizes: ArrayLike<number>, noise: number): void {
    this.#sums.fill(0);
    this.#common = noise ** 2;
    this.#ofCalls = 0;
    // Twice: the second time each counts by what the first has taught.
    for (let pass = 0; pass < 2; pass += 1) {
      surprises.forEach((surprise, at) => {
        if (!Number.isNaN(surprise)) this.learn(surprise, sizes[at] ?? 1);
      });
    }
  }

  learn(surprise: number, size: number): void {
    const inverse = 1 / size;
    const expected = this.#variance(inverse);
    if (!(expected > 0)) return;
    // In units of what is expected, so that quiet and loud times count alike.
    const weight = FORGETTING / expected ** 2;
    const square = Math.min(surprise ** 2, LARGEST_SQUARE * expected);
    const terms = [1, inverse, inverse ** 2, square, inverse * square];
    this.#sums.forEach((sum, at) => {
      this.#sums[at] = (1 - FORGETTING) * sum + weight * (terms[at] ?? 0);
    });
    this.#solve();
  }

  snapshot(): Json {
    return encodeFloats(Float64Array.of(this.#common, this.#ofCalls, ...this.#sums));
  }

  restore(reader: SnapshotReader): void {
    const [common = 1, ofCalls = 0, ...sums] = reader.float64s(2 + this.#sums.length);
    this.#common = common;
    this.#ofCalls = ofCalls;
    this.#sums.set(sums);
  }

  #variance(inverse: number): number {
    return this.#common + this.#ofCalls * inverse;
  }

  #solve(): void {
    const [weight = 0, first = 0, second = 0, square = 0, product = 0] = this.#sums;
    const determinant = weight * second - first * first;
    const ofCalls =
      determinant > LEAST_VARIATION * weight * second
        ? (weight * product - first * square) / determinant
        : 0;
    const common = (square - Math.max(0, ofCalls) * first) / weight;
    if (common > 0) [this.#common, this.#ofCalls] = [common, Math.max(0, ofCalls)];
    else [this.#common, this.#ofCalls] = [0, product / second];
  }
}
