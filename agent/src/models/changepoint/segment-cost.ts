/**
 * Mean squared residuals below this, of a series of variance 1, are as good as none: noise of less than
 * 3% of the spread does not matter, and a constant stretch must not be worth infinitely much.
 */
const VARIANCE_FLOOR = 1e-3;
/** Of the variance of a regressor: keeps a constant or collinear one from blowing up. */
const RIDGE = 1e-6;

/** What is summed up for each prefix: products of the regressors t and y(t-1) and the value y(t). */
const SUMS = ["t", "p", "y", "tt", "tp", "ty", "pp", "py", "yy"] as const;
const STRIDE = SUMS.length;

/**
 * The cost of describing a stretch of a series as one regime: m ln(RSS / m + floor), where RSS is left by
 * the least-squares line of y(t) on (1, t, y(t-1)), so that level, slope and inertia may each differ
 * between regimes. It is -2 log likelihood of normal residuals, up to a constant.
 *
 * For any start < middle < end: of(start, middle) + of(middle, end) <= of(start, end), because the sum of
 * squares can only fall when a line is fitted to each part, and the logarithm is concave. Each question is
 * answered in constant time from prefix sums.
 */
export class SegmentCost {
  readonly length: number;
  readonly #prefixes: Float64Array;

  /** `values`: finite, of mean about 0 and variance about 1. */
  constructor(values: Float64Array) {
    this.length = values.length;
    this.#prefixes = new Float64Array((values.length + 1) * STRIDE);
    let previous = values[0] ?? 0;
    for (let at = 0; at < values.length; at += 1) {
      const t = at / values.length;
      const y = values[at] ?? 0;
      const terms = [
        t,
        previous,
        y,
        t * t,
        t * previous,
        t * y,
        previous ** 2,
        previous * y,
        y * y,
      ];
      const from = at * STRIDE;
      for (let term = 0; term < STRIDE; term += 1) {
        this.#prefixes[from + STRIDE + term] =
          (this.#prefixes[from + term] ?? 0) + (terms[term] ?? 0);
      }
      previous = y;
    }
  }

  /** Of the values from `start` up to, but without, `end`; 0 <= start < end <= length. */
  of(start: number, end: number): number {
    const count = end - start;
    const t = this.#sum(start, end, 0);
    const p = this.#sum(start, end, 1);
    const y = this.#sum(start, end, 2);
    const tt = this.#sum(start, end, 3) - (t * t) / count;
    const tp = this.#sum(start, end, 4) - (t * p) / count;
    const ty = this.#sum(start, end, 5) - (t * y) / count;
    const pp = this.#sum(start, end, 6) - (p * p) / count;
    const py = this.#sum(start, end, 7) - (p * y) / count;
    const yy = this.#sum(start, end, 8) - (y * y) / count;
    const residual = yy - explained(tt, tp, pp, ty, py);
    return count * Math.log(Math.max(0, residual) / count + VARIANCE_FLOOR);
  }

  #sum(start: number, end: number, term: number): number {
    return (
      (this.#prefixes[end * STRIDE + term] ?? 0) - (this.#prefixes[start * STRIDE + term] ?? 0)
    );
  }
}

/** The sum of squares that two regressors explain, from their centered sums of products. */
function explained(tt: number, tp: number, pp: number, ty: number, py: number): number {
  const a = tt * (1 + RIDGE) + Number.EPSILON;
  const b = pp * (1 + RIDGE) + Number.EPSILON;
  const determinant = a * b - tp * tp;
  if (!(determinant > 0)) return 0;
  const slope = (ty * b - py * tp) / determinant;
  const inertia = (py * a - ty * tp) / determinant;
  // With a ridge, 2 b'c - b'Ab is what is explained, and b'c alone would be too much.
  return (
    2 * (slope * ty + inertia * py) -
    (slope ** 2 * tt + 2 * slope * inertia * tp + inertia ** 2 * pp)
  );
}
