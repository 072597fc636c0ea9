/**
 * The three products that an LSTM is made of, over row-major matrices. Matrices are always 32-bit and
 * vectors always 64-bit: with one kind of array a place, V8 compiles each to a plain loop. Four rows are
 * taken at once, so that the vector that is added to is loaded and stored a quarter as often; the number
 * of rows must be a multiple of 4.
 */

/** target[j] += sum over u of vector[u] * matrix[u][j]; `vector` has `rows` values from `from` on. */
export function addProduct(
  target: Float64Array,
  vector: Float64Array,
  from: number,
  matrix: Float32Array,
  rows: number,
  columns: number,
): void {
  for (let row = 0; row < rows; row += 4) {
    const a = vector[from + row] ?? 0;
    const b = vector[from + row + 1] ?? 0;
    const c = vector[from + row + 2] ?? 0;
    const d = vector[from + row + 3] ?? 0;
    const atA = row * columns;
    const atB = atA + columns;
    const atC = atB + columns;
    const atD = atC + columns;
    for (let column = 0; column < columns; column += 1) {
      target[column] =
        (target[column] ?? 0) +
        a * (matrix[atA + column] ?? 0) +
        b * (matrix[atB + column] ?? 0) +
        c * (matrix[atC + column] ?? 0) +
        d * (matrix[atD + column] ?? 0);
    }
  }
}

/** target[from + u] += sum over j of matrix[u][j] * vector[j]: the way back through `addProduct`. */
export function addTransposedProduct(
  target: Float64Array,
  vector: Float64Array,
  matrix: Float32Array,
  rows: number,
  columns: number,
): void {
  for (let row = 0; row < rows; row += 4) {
    const atA = row * columns;
    const atB = atA + columns;
    const atC = atB + columns;
    const atD = atC + columns;
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let column = 0; column < columns; column += 1) {
      const value = vector[column] ?? 0;
      a += value * (matrix[atA + column] ?? 0);
      b += value * (matrix[atB + column] ?? 0);
      c += value * (matrix[atC + column] ?? 0);
      d += value * (matrix[atD + column] ?? 0);
    }
    target[row] = (target[row] ?? 0) + a;
    target[row + 1] = (target[row + 1] ?? 0) + b;
    target[row + 2] = (target[row + 2] ?? 0) + c;
    target[row + 3] = (target[row + 3] ?? 0) + d;
  }
}

/** gradient[u][j] += vector[from + u] * error[j]: what a matrix is to blame for. */
export function addOuterProduct(
  gradient: Float64Array,
  vector: Float64Array,
  from: number,
  rows: number,
  error: Float64Array,
  columns: number,
): void {
  for (let row = 0; row < rows; row += 1) {
    const value = vector[from + row] ?? 0;
    const at = row * columns;
    for (let column = 0; column < columns; column += 1) {
      gradient[at + column] = (gradient[at + column] ?? 0) + value * (error[column] ?? 0);
    }
  }
}

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/**
 * Turns the first `count` scores into probabilities, in place; answers nothing. The largest is taken off
 * first, so that no exponential overflows.
 */
export function softmax(values: Float64Array, count: number): void {
  let largest = -Infinity;
  for (let i = 0; i < count; i += 1) {
    const value = values[i] ?? 0;
    if (value > largest) largest = value;
  }
  let total = 0;
  for (let i = 0; i < count; i += 1) {
    const value = Math.exp((values[i] ?? 0) - largest);
    values[i] = value;
    total += value;
  }
  const scale = 1 / total;
  for (let i = 0; i < count; i += 1) values[i] = (values[i] ?? 0) * scale;
}
