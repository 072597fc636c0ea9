/** The straight line through the last values of a stream of equal steps, by least squares. */
export class LeastSquaresLine {
  readonly #values: Float64Array;
  #seen = 0;

  /** `width` values are looked at, the last one included. */
  constructor(width: number) {
    this.#values = new Float64Array(Math.max(2, width));
  }

  push(value: number): void {
    this.#values[this.#seen % this.#values.length] = value;
    this.#seen += 1;
  }

  /** The line `steps` after the last value; that value while there is no other. */
  ahead(steps: number): number {
    const { length } = this.#values;
    const count = Math.min(this.#seen, length);
    const middle = (count - 1) / 2;
    let sum = 0;
    let slope = 0;
    for (let age = 0; age < count; age += 1) {
      const value = this.#values[(this.#seen - 1 - age) % length] ?? 0;
      sum += value;
      slope += (middle - age) * value;
    }
    if (count < 2) return sum;
    // The sum of squared distances from the middle of n equal steps is n (n^2 - 1) / 12.
    const spread = (count * (count * count - 1)) / 12;
    return sum / count + (slope / spread) * (middle + steps);
  }
}
