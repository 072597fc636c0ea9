/**
 * The largest of the last values of a stream, in constant time a value: only values that no later one
 * exceeds are kept. Source: Lemire, "Streaming maximum-minimum filter using no more than three
 * comparisons per element", 2006.
 */
export class SlidingMaximum {
  readonly #width: number;
  readonly #values: Float64Array;
  readonly #places: Float64Array;
  #first = 0;
  #count = 0;
  #seen = 0;

  /** `width` values are looked back at, the last one included. */
  constructor(width: number) {
    this.#width = width;
    this.#values = new Float64Array(width);
    this.#places = new Float64Array(width);
  }

  /** Answers the largest of the last `width` values, this one included. */
  push(value: number): number {
    const width = this.#width;
    if (this.#count > 0 && (this.#places[this.#first] ?? 0) <= this.#seen - width) {
      this.#first = (this.#first + 1) % width;
      this.#count -= 1;
    }
    while (this.#count > 0) {
      const last = (this.#first + this.#count - 1) % width;
      if ((this.#values[last] ?? 0) > value) break;
      this.#count -= 1;
    }
    const slot = (this.#first + this.#count) % width;
    this.#values[slot] = value;
    this.#places[slot] = this.#seen;
    this.#count += 1;
    this.#seen += 1;
    return this.#values[this.#first] ?? value;
  }
}
