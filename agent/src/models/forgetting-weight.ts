/** Past 2^200 the weights are brought back to scale: far from the largest double, 2^1023. */
const MAX_EXPONENT = 200;

/**
 * Exponential forgetting at constant cost: instead of shrinking everything learned as time passes, what
 * is learned later weighs more (forward decay; Cormode, Shkapenyuk, Srivastava and Xu, "Forward Decay: A
 * Practical Time Decay Model for Streaming Systems", ICDE 2009). A weight of something learned, divided
 * by {@link current}, is what is left of it by now.
 */
export class ForgettingWeight {
  readonly #halfLifeSeconds: number;
  #referenceSeconds: number | undefined;
  #current = 1;

  /** Throws a RangeError when the half-life is not positive. */
  constructor(halfLifeSeconds: number) {
    if (!(halfLifeSeconds > 0)) {
      throw new RangeError(`halfLifeSeconds must be positive, got ${halfLifeSeconds}`);
    }
    this.#halfLifeSeconds = halfLifeSeconds;
  }

  /** The weight of one call learned at the latest time so far. */
  get current(): number {
    return this.#current;
  }

  /** Where the weight was 1, in event time; undefined before anything was learned. */
  get referenceSeconds(): number | undefined {
    return this.#referenceSeconds;
  }

  /**
   * The weight of a call at this event time; an older call weighs less. When the scale has grown too
   * far, `rescale` is called first with the factor that all stored weights must be multiplied by.
   */
  at(timeSeconds: number, rescale: (factor: number) => void): number {
    this.#referenceSeconds ??= timeSeconds;
    let exponent = (timeSeconds - this.#referenceSeconds) / this.#halfLifeSeconds;
    if (exponent > MAX_EXPONENT) {
      rescale(2 ** -exponent);
      this.#referenceSeconds = timeSeconds;
      this.#current = 1;
      exponent = 0;
    }
    const weight = 2 ** exponent;
    if (weight > this.#current) this.#current = weight;
    return weight;
  }

  restore(referenceSeconds: number | undefined, current: number): void {
    this.#referenceSeconds = referenceSeconds;
    this.#current = current;
  }
}
