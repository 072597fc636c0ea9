/**
 * Factors a symmetric positive definite matrix as L L' (Cholesky; Golub and Van Loan, "Matrix
 * Computations", 4th edition, algorithm 4.2.1). `matrix` is `size` x `size`, row by row, of which only
 * the lower triangle is read; it is overwritten by L, its upper triangle by zeros. Answers whether it
 * was positive definite; if it was not, its content has no meaning afterwards.
 */
export function choleskyInPlace(matrix: Float64Array, size: number): boolean {
  for (let row = 0; row < size; row += 1) {
    const rowStart = row * size;
    for (let column = 0; column <= row; column += 1) {
      const columnStart = column * size;
      let sum = matrix[rowStart + column] ?? NaN;
      for (let i = 0; i < column; i += 1) {
        sum -= (matrix[rowStart + i] ?? NaN) * (matrix[columnStart + i] ?? NaN);
      }
      if (column < row) {
        matrix[rowStart + column] = sum / (matrix[columnStart + column] ?? NaN);
      } else {
        if (!(sum > 0 && sum < Infinity)) return false;
        matrix[rowStart + row] = Math.sqrt(sum);
      }
    }
    matrix.fill(0, rowStart + row + 1, rowStart + size);
  }
  return true;
}

/** The logarithm of the determinant of L L'. */
export function logDeterminant(factor: Float64Array, size: number): number {
  let sum = 0;
  for (let i = 0; i < size; i += 1) sum += Math.log(factor[i * size + i] ?? NaN);
  return 2 * sum;
}

/**
 * x' (L L')^-1 x: the squared Mahalanobis length of x. `offset` is where L begins in `factors`; x
 * (`size` values) is overwritten.
 */
export function squaredMahalanobis(
  factors: Float64Array,
  offset: number,
  size: number,
  x: Float64Array,
): number {
  let squared = 0;
  for (let row = 0; row < size; row += 1) {
    const rowStart = offset + row * size;
    let sum = x[row] ?? NaN;
    for (let i = 0; i < row; i += 1) sum -= (factors[rowStart + i] ?? NaN) * (x[i] ?? NaN);
    const solved = sum / (factors[rowStart + row] ?? NaN);
    x[row] = solved;
    squared += solved * solved;
  }
  return squared;
}
