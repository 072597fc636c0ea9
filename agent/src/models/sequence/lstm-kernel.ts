import type { NetworkWeights } from "../../core/index.js";
import { addProduct, sigmoid, softmax } from "./dense.js";
import { GATES } from "./lstm-weights.js";

/**
 * One LSTM layer and a softmax, stepped call by call: the caller keeps the state of each session, so a
 * call costs one step and not a window of them. Nothing is allocated by a step.
 *
 * i, f, o = sigmoid(.), g = tanh(.) of x K + h R + b; c <- f c + i g; h <- o tanh(c);
 * P(next) = softmax(h W + v). Gates lie in the order i, f, c, o with a sigmoid, as TensorFlow.js has them
 * (`recurrentActivation: "sigmoid"`). The input is a few rows of K that are present, added up: a one-hot
 * vector for each thing known of a call. Hochreiter and Schmidhuber, "Long Short-Term Memory", Neural
 * Computation 9(8), 1997; with a forget gate as in Gers, Schmidhuber and Cummins, 2000.
 */
export class LstmKernel {
  readonly weights: NetworkWeights;
  readonly #gates: Float64Array;
  readonly #hidden: Float64Array;

  constructor(weights: NetworkWeights) {
    this.weights = weights;
    this.#gates = new Float64Array(GATES * weights.units);
    this.#hidden = new Float64Array(weights.units);
  }

  /** Values of one state: h, then c, `units` of each. A new session's are all 0. */
  get stateLength(): number {
    return 2 * this.weights.units;
  }

  /** Takes one step: `state` becomes the one after the rows `rows[from .. from + count - 1]`. */
  step(state: Float32Array, rows: Uint16Array, from: number, count: number): void {
    const { units, bias, kernel, recurrent } = this.weights;
    const width = GATES * units;
    const gates = this.#gates;
    const hidden = this.#hidden;
    for (let j = 0; j < width; j += 1) gates[j] = bias[j] ?? 0;
    for (let slot = 0; slot < count; slot += 1) {
      const row = (rows[from + slot] ?? 0) * width;
      for (let j = 0; j < width; j += 1) gates[j] = (gates[j] ?? 0) + (kernel[row + j] ?? 0);
    }
    for (let unit = 0; unit < units; unit += 1) hidden[unit] = state[unit] ?? 0;
    addProduct(gates, hidden, 0, recurrent, units, width);
    for (let unit = 0; unit < units; unit += 1) {
      const input = sigmoid(gates[unit] ?? 0);
      const forget = sigmoid(gates[units + unit] ?? 0);
      const candidate = Math.tanh(gates[2 * units + unit] ?? 0);
      const output = sigmoid(gates[3 * units + unit] ?? 0);
      const cell = forget * (state[units + unit] ?? 0) + input * candidate;
      state[units + unit] = cell;
      state[unit] = output * Math.tanh(cell);
    }
  }

  /** Writes P(next) into the first `outputs` places of `probabilities`. */
  predict(state: Float32Array, probabilities: Float64Array): void {
    const { units, outputs, outputKernel, outputBias } = this.weights;
    const hidden = this.#hidden;
    for (let unit = 0; unit < units; unit += 1) hidden[unit] = state[unit] ?? 0;
    for (let j = 0; j < outputs; j += 1) probabilities[j] = outputBias[j] ?? 0;
    addProduct(probabilities, hidden, 0, outputKernel, units, outputs);
    softmax(probabilities, outputs);
  }
}
