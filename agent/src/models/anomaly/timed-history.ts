/** Values by their time, ascending; the oldest go when there is no room, or when they are too old. */
export class TimedHistory {
  readonly #capacity: number;
  readonly #maximumAgeSeconds: number;
  // Twice the room, so that the live part moves only once every `capacity` values.
  readonly #times: Float64Array;
  readonly #values: Float64Array;
  #from = 0;
  #to = 0;

  constructor(capacity: number, maximumAgeSeconds: number) {
    this.#capacity = capacity;
    this.#maximumAgeSeconds = maximumAgeSeconds;
    this.#times = new Float64Array(2 * capacity);
    this.#values = new Float64Array(2 * capacity);
  }

  get size(): number {
    return this.#to - this.#from;
  }

  /** `timeSeconds` must not be before the last one. */
  append(timeSeconds: number, value: number): void {
    if (this.#to === this.#times.length) {
      for (const array of [this.#times, this.#values]) array.copyWithin(0, this.#from, this.#to);
      this.#to -= this.#from;
      this.#from = 0;
    }
    this.#times[this.#to] = timeSeconds;
    this.#values[this.#to] = value;
    this.#to += 1;
    const oldest = timeSeconds - this.#maximumAgeSeconds;
    while (this.size > this.#capacity || this.timeAt(0) < oldest) this.#from += 1;
  }

  /** 0 for the oldest. */
  timeAt(index: number): number {
    return this.#times[this.#from + index] ?? NaN;
  }

  valueAt(index: number): number {
    return this.#values[this.#from + index] ?? NaN;
  }

  /** The first index whose time is at least this; `size` when there is none. */
  firstFrom(timeSeconds: number): number {
    let low = this.#from;
    let high = this.#to;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#times[middle] ?? Infinity) < timeSeconds) low = middle + 1;
      else high = middle;
    }
    return low - this.#from;
  }

  /** Times and values alternate, oldest first. */
  pairs(): Float64Array {
    return Float64Array.from({ length: 2 * this.size }, (_, at) =>
      at % 2 === 0 ? this.timeAt(at >> 1) : this.valueAt(at >> 1),
    );
  }

  clear(): void {
    this.#from = 0;
    this.#to = 0;
  }
}
