/** The loads of the last steps, by step; one for each step from the first on. */
export class RememberedLoads {
  readonly #values: Float64Array;
  #last = -1;
  #first = 0;

  constructor(capacity: number) {
    this.#values = new Float64Array(capacity);
  }

  push(index: number, calls: number): void {
    if (this.#last < 0) this.#first = index;
    this.#values[index % this.#values.length] = calls;
    this.#last = index;
  }

  /** Steps that are remembered. */
  get length(): number {
    return this.#last < 0 ? 0 : Math.min(this.#values.length, this.#last - this.#first + 1);
  }

  /** Undefined for a step that is forgotten, was before the first, or is still to come. */
  at(index: number): number | undefined {
    if (index > this.#last || index <= this.#last - this.length) return undefined;
    return this.#values[index % this.#values.length];
  }
}
