/**
 * Gaussian elimination for the small systems here, whose columns are dominated by their diagonal: no rows
 * need to be swapped (Golub and Van Loan, "Matrix Computations", 3.4.10). Factors `matrix`, row-major
 * `size` x `size`, into its lower and upper parts, in place.
 */
export function factorize(matrix: Float64Array, size: number): void {
  for (let pivot = 0; pivot < size; pivot += 1) {
    const diagonal = matrix[pivot * size + pivot] ?? NaN;
    for (let row = pivot + 1; row < size; row += 1) {
      const factor = (matrix[row * size + pivot] ?? 0) / diagonal;
      matrix[row * size + pivot] = factor;
      if (factor === 0) continue;
      for (let column = pivot + 1; column < size; column += 1) {
        const above = matrix[pivot * size + column] ?? 0;
        matrix[row * size + column] = (matrix[row * size + column] ?? 0) - factor * above;
      }
    }
  }
}

/** Solves for one right-hand side, in place, with what `factorize` left. */
export function solve(factors: Float64Array, size: number, values: Float64Array): void {
  for (let row = 1; row < size; row += 1) {
    let value = values[row] ?? 0;
    for (let column = 0; column < row; column += 1) {
      value -= (factors[row * size + column] ?? 0) * (values[column] ?? 0);
    }
    values[row] = value;
  }
  for (let row = size - 1; row >= 0; row -= 1) {
    let value = values[row] ?? 0;
    for (let column = row + 1; column < size; column += 1) {
      value -= (factors[row * size + column] ?? 0) * (values[column] ?? 0);
    }
    values[row] = value / (factors[row * size + row] ?? NaN);
  }
}
