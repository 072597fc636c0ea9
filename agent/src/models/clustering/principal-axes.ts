/** Sweeps of rotations; five to ten are enough for double precision at any size. */
const MAX_SWEEPS = 30;
const NEGLIGIBLE = 1e-22;

/** Orthogonal directions of a cloud of points, by falling variance. */
export interface PrincipalAxes {
  readonly mean: Float64Array;
  /** One direction of length 1 after the other. */
  readonly axes: readonly Float64Array[];
  readonly variances: readonly number[];
}

/** Principal components of `count` x `dimension` values, row by row (Pearson, 1901). */
export function principalAxes(rows: Float64Array, count: number, dimension: number): PrincipalAxes {
  const mean = new Float64Array(dimension);
  for (let row = 0; row < count; row += 1) {
    for (let i = 0; i < dimension; i += 1) {
      mean[i] = (mean[i] ?? 0) + (rows[row * dimension + i] ?? NaN) / count;
    }
  }
  const covariance = new Float64Array(dimension * dimension);
  const centered = new Float64Array(dimension);
  for (let row = 0; row < count; row += 1) {
    for (let i = 0; i < dimension; i += 1) {
      centered[i] = (rows[row * dimension + i] ?? NaN) - (mean[i] ?? NaN);
    }
    for (let i = 0; i < dimension; i += 1) {
      for (let j = 0; j < dimension; j += 1) {
        const at = i * dimension + j;
        covariance[at] =
          (covariance[at] ?? 0) + ((centered[i] ?? NaN) * (centered[j] ?? NaN)) / count;
      }
    }
  }
  const vectors = diagonalize(covariance, dimension);
  const order = [...mean.keys()].sort(
    (a, b) => (covariance[b * dimension + b] ?? NaN) - (covariance[a * dimension + a] ?? NaN),
  );
  return {
    mean,
    axes: order.map((column) =>
      Float64Array.from({ length: dimension }, (_, i) => vectors[i * dimension + column] ?? NaN),
    ),
    variances: order.map((at) => covariance[at * dimension + at] ?? NaN),
  };
}

/**
 * Jacobi's rotations (Golub and Van Loan, "Matrix Computations", 4th edition, section 8.5): makes the
 * symmetric matrix diagonal in place and answers its eigenvectors, in columns.
 */
function diagonalize(matrix: Float64Array, size: number): Float64Array {
  const vectors = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) vectors[i * size + i] = 1;
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep += 1) {
    let off = 0;
    for (let p = 0; p < size; p += 1) {
      for (let q = p + 1; q < size; q += 1) off += (matrix[p * size + q] ?? NaN) ** 2;
    }
    if (!(off > NEGLIGIBLE)) break;
    for (let p = 0; p < size; p += 1) {
      for (let q = p + 1; q < size; q += 1) rotate(matrix, vectors, size, p, q);
    }
  }
  return vectors;
}

/** Turns in the plane of two coordinates so that their covariance becomes 0. */
function rotate(
  matrix: Float64Array,
  vectors: Float64Array,
  size: number,
  p: number,
  q: number,
): void {
  const apq = matrix[p * size + q] ?? NaN;
  if (apq === 0) return;
  const tau = ((matrix[q * size + q] ?? NaN) - (matrix[p * size + p] ?? NaN)) / (2 * apq);
  const tangent = (tau >= 0 ? 1 : -1) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
  const cosine = 1 / Math.sqrt(1 + tangent * tangent);
  const sine = tangent * cosine;
  const turn = (values: Float64Array, a: number, b: number): void => {
    const [x, y] = [values[a] ?? NaN, values[b] ?? NaN];
    values[a] = cosine * x - sine * y;
    values[b] = sine * x + cosine * y;
  };
  for (let i = 0; i < size; i += 1) turn(matrix, i * size + p, i * size + q);
  for (let i = 0; i < size; i += 1) turn(matrix, p * size + i, q * size + i);
  for (let i = 0; i < size; i += 1) turn(vectors, i * size + p, i * size + q);
}
