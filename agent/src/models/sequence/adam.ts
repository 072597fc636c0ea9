const FIRST_MOMENT_DECAY = 0.9;
const SECOND_MOMENT_DECAY = 0.999;
/** What TensorFlow.js takes for 32-bit numbers. */
const EPSILON = 1e-7;

/**
 * Adam for one array of weights: each weight moves by the learning rate times its mean gradient over the
 * root of its mean squared gradient. Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR
 * 2015, with their default decays.
 */
export class Adam {
  readonly gradient: Float64Array;
  readonly #weights: Float32Array;
  readonly #mean: Float64Array;
  readonly #square: Float64Array;
  #steps = 0;

  /** The weights are changed in place. */
  constructor(weights: Float32Array) {
    this.#weights = weights;
    this.gradient = new Float64Array(weights.length);
    this.#mean = new Float64Array(weights.length);
    this.#square = new Float64Array(weights.length);
  }

  squaredNorm(): number {
    let sum = 0;
    for (const value of this.gradient) sum += value * value;
    return sum;
  }

  /** Moves along the gradient times `scale`, and clears it. */
  step(learningRate: number, scale: number): void {
    this.#steps += 1;
    const rate = learningRate / (1 - FIRST_MOMENT_DECAY ** this.#steps);
    const correction = 1 / (1 - SECOND_MOMENT_DECAY ** this.#steps);
    const { gradient } = this;
    for (let i = 0; i < gradient.length; i += 1) {
      const slope = (gradient[i] ?? 0) * scale;
      const mean = FIRST_MOMENT_DECAY * (this.#mean[i] ?? 0) + (1 - FIRST_MOMENT_DECAY) * slope;
      const square =
        SECOND_MOMENT_DECAY * (this.#square[i] ?? 0) + (1 - SECOND_MOMENT_DECAY) * slope * slope;
      this.#mean[i] = mean;
      this.#square[i] = square;
      this.#weights[i] =
        (this.#weights[i] ?? 0) - (rate * mean) / (Math.sqrt(square * correction) + EPSILON);
      gradient[i] = 0;
    }
  }
}
