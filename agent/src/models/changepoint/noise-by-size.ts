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
  #weight = 0;
  #first = 0;
  #second = 0;
  #square = 0;
  #product = 0;

  /** The noise of such a value over that of a usual one; 1 while nothing is known. */
  ratio(size: number): number {
    if (this.#weight === 0) return 1;
    const usual = this.#variance(this.#first / this.#weight);
    return usual > 0 ? Math.sqrt(this.#variance(1 / size) / usual) : 1;
  }

  /** What the first surprises say, where their noise is about this. */
  begin(surprises: Float64Array, sizes: ArrayLike<number>, noise: number): void {
    this.#common = noise ** 2;
    this.#ofCalls = 0;
    this.#weight = this.#first = this.#second = this.#square = this.#product = 0;
    // Twice: the second time each counts by what the first has taught.
    for (let pass = 0; pass < 2; pass += 1) {
      for (let at = 0; at < surprises.length; at += 1) {
        const surprise = surprises[at] ?? NaN;
        if (!Number.isNaN(surprise)) this.learn(surprise, sizes[at] ?? 1);
      }
    }
  }

  learn(surprise: number, size: number): void {
    const inverse = 1 / size;
    const expected = this.#variance(inverse);
    if (!(expected > 0)) return;
    // In units of what is expected, so that quiet and loud times count alike.
    const weight = FORGETTING / expected ** 2;
    const square = Math.min(surprise ** 2, LARGEST_SQUARE * expected);
    const kept = 1 - FORGETTING;
    this.#weight = kept * this.#weight + weight;
    this.#first = kept * this.#first + weight * inverse;
    this.#second = kept * this.#second + weight * inverse ** 2;
    this.#square = kept * this.#square + weight * square;
    this.#product = kept * this.#product + weight * (inverse * square);
    this.#solve();
  }

  snapshot(): Json {
    return encodeFloats(
      Float64Array.of(
        this.#common,
        this.#ofCalls,
        this.#weight,
        this.#first,
        this.#second,
        this.#square,
        this.#product,
      ),
    );
  }

  restore(reader: SnapshotReader): void {
    const [common, ofCalls, weight, first, second, square, product] = reader.float64s(7);
    this.#common = common ?? 1;
    this.#ofCalls = ofCalls ?? 0;
    this.#weight = weight ?? 0;
    this.#first = first ?? 0;
    this.#second = second ?? 0;
    this.#square = square ?? 0;
    this.#product = product ?? 0;
  }

  #variance(inverse: number): number {
    return this.#common + this.#ofCalls * inverse;
  }

  #solve(): void {
    const determinant = this.#weight * this.#second - this.#first * this.#first;
    const ofCalls =
      determinant > LEAST_VARIATION * this.#weight * this.#second
        ? (this.#weight * this.#product - this.#first * this.#square) / determinant
        : 0;
    const common = (this.#square - Math.max(0, ofCalls) * this.#first) / this.#weight;
    this.#common = common > 0 ? common : 0;
    this.#ofCalls = common > 0 ? Math.max(0, ofCalls) : this.#product / this.#second;
  }
}
