/** The last so many finite values, kept sorted, so that ranks and quantiles are read off. */
export class SortedWindow {
  readonly #capacity: number;
  /** In the order of arrival, a ring. */
  readonly #arrived: Float64Array;
  readonly #sorted: Float64Array;
  #next = 0;
  #size = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#arrived = new Float64Array(capacity);
    this.#sorted = new Float64Array(capacity);
  }

  get size(): number {
    return this.#size;
  }

  /** Moves at most `capacity` numbers in memory. */
  add(value: number): void {
    if (this.#size === this.#capacity) {
      const gone = this.countBelow(this.#arrived[this.#next] ?? 0);
      this.#sorted.copyWithin(gone, gone + 1, this.#size);
      this.#size -= 1;
    }
    const at = this.countBelow(value);
    this.#sorted.copyWithin(at + 1, at, this.#size);
    this.#sorted[at] = value;
    this.#arrived[this.#next] = value;
    this.#next = (this.#next + 1) % this.#capacity;
    this.#size += 1;
  }

  /** How many values are smaller: a binary search. */
  countBelow(value: number): number {
    let low = 0;
    let high = this.#size;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sorted[middle] ?? Infinity) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** How many values are not larger: a binary search. */
  countUpTo(value: number): number {
    let low = 0;
    let high = this.#size;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sorted[middle] ?? Infinity) <= value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Multiplies all values by a factor over 0, which keeps their order. */
  multiply(factor: number): void {
    for (let at = 0; at < this.#size; at += 1) {
      this.#sorted[at] = (this.#sorted[at] ?? NaN) * factor;
      this.#arrived[at] = (this.#arrived[at] ?? NaN) * factor;
    }
  }

  /** The value of this rank, 0 for the smallest; NaN past the end. */
  at(rank: number): number {
    return rank < this.#size ? (this.#sorted[rank] ?? NaN) : NaN;
  }

  /** NaN of none; the mean of the two in the middle of an even number. */
  median(): number {
    const middle = this.#size >> 1;
    if (this.#size % 2 === 1) return this.at(middle);
    return this.#size === 0 ? NaN : (this.at(middle - 1) + this.at(middle)) / 2;
  }

  /** Oldest first: what `add`ed in this order makes the same window. */
  values(): Float64Array {
    const start = (this.#next - this.#size + this.#capacity) % this.#capacity;
    return Float64Array.from(
      { length: this.#size },
      (_, at) => this.#arrived[(start + at) % this.#capacity] ?? NaN,
    );
  }

  clear(): void {
    this.#size = 0;
    this.#next = 0;
  }
}
