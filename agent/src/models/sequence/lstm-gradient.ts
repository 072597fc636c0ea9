import type { NetworkWeights, Random, SequenceData } from "../../core/index.js";
import { addOuterProduct, addProduct, addTransposedProduct, sigmoid, softmax } from "./dense.js";
import { GATES, type Part } from "./lstm-weights.js";

/** Where gradients are summed up, one array for each part of the weights. */
export type Gradients = Readonly<Record<Part, Float64Array>>;

/**
 * What is left out at random, so that nothing relies on all the rest; the recurrent way is left alone
 * (Zaremba, Sutskever and Vinyals, "Recurrent Neural Network Regularization", 2014).
 */
export interface Dropout {
  /** Share of the units that are left out on the way to the output, in [0, 1). */
  readonly unitRate: number;
  /**
   * Share of the rows that are left out of the input, in [0, 1): one unusual call must not make all that
   * follow unusual (Gal and Ghahramani, NeurIPS 2016, drop words likewise).
   */
  readonly rowRate: number;
  readonly random: Random;
}

/** In place of a row that is left out. */
const LEFT_OUT = -1;

/**
 * The way through an LSTM over one stretch of a sequence and back (backpropagation through time; Werbos,
 * Proceedings of the IEEE 78(10), 1990). Stretches of a long sequence follow each other: the state is
 * carried from one to the next, the gradient is not (truncated, as in Williams and Peng, Neural
 * Computation 2(4), 1990). All memory is allocated once, for stretches of `maxSteps`.
 */
export class LstmGradient {
  readonly #weights: NetworkWeights;
  readonly #maxSteps: number;
  /** States before each step and after the last: [maxSteps + 1][units]. */
  readonly #hidden: Float64Array;
  readonly #cell: Float64Array;
  /** [maxSteps][4 units], after their sigmoid or tanh. */
  readonly #gates: Float64Array;
  /** [maxSteps][units] */
  readonly #tanhCell: Float64Array;
  /** [maxSteps][units]: what each unit's way to the output is multiplied by, 1 without dropout. */
  readonly #kept: Float64Array;
  readonly #dropped: Float64Array;
  /** [maxSteps][slots]: where each row begins in the kernel, or `LEFT_OUT`. */
  #present = new Int32Array();
  readonly #outputError: Float64Array;
  readonly #dropout: Dropout | undefined;
  readonly #step: Float64Array;
  readonly #error: Float64Array;
  readonly #gateError: Float64Array;
  readonly #hiddenError: Float64Array;
  readonly #cellError: Float64Array;
  /** [maxSteps][outputs] */
  readonly #probabilities: Float64Array;

  constructor(weights: NetworkWeights, maxSteps: number, dropout?: Dropout) {
    const { units, outputs } = weights;
    this.#weights = weights;
    this.#maxSteps = maxSteps;
    this.#hidden = new Float64Array((maxSteps + 1) * units);
    this.#cell = new Float64Array((maxSteps + 1) * units);
    this.#gates = new Float64Array(maxSteps * GATES * units);
    this.#tanhCell = new Float64Array(maxSteps * units);
    this.#kept = new Float64Array(maxSteps * units).fill(1);
    this.#dropped = new Float64Array(maxSteps * units);
    this.#outputError = new Float64Array(units);
    this.#dropout = dropout;
    this.#step = new Float64Array(GATES * units);
    this.#error = new Float64Array(outputs);
    this.#gateError = new Float64Array(GATES * units);
    this.#hiddenError = new Float64Array(units);
    this.#cellError = new Float64Array(units);
    this.#probabilities = new Float64Array(maxSteps * outputs);
  }

  /**
   * Adds to `gradients` those of `weight` times the summed cross entropy of the steps `from .. from +
   * steps - 1` of `data`, which are all of one sequence. Answers that sum, in nats, before the weight.
   */
  add(
    gradients: Gradients,
    data: SequenceData,
    from: number,
    steps: number,
    weight: number,
  ): number {
    this.#hidden.fill(0, 0, this.#weights.units);
    this.#cell.fill(0, 0, this.#weights.units);
    if (this.#present.length < this.#maxSteps * data.slots) {
      this.#present = new Int32Array(this.#maxSteps * data.slots);
    }
    let loss = 0;
    for (let done = 0; done < steps; done += this.#maxSteps) {
      const stretch = Math.min(this.#maxSteps, steps - done);
      if (done > 0) this.#carryState();
      loss += this.#forward(data, from + done, stretch);
      this.#backward(gradients, data, from + done, stretch, weight);
    }
    return loss;
  }

  #carryState(): void {
    const { units } = this.#weights;
    const last = this.#maxSteps * units;
    this.#hidden.copyWithin(0, last, last + units);
    this.#cell.copyWithin(0, last, last + units);
  }

  #isRowLeftOut(): boolean {
    const dropout = this.#dropout;
    return dropout !== undefined && dropout.rowRate > 0 && dropout.random() < dropout.rowRate;
  }

  /** Scales up the units that are kept, so that their sum stays what it is when all are there. */
  #drop(before: number, after: number): void {
    const { units } = this.#weights;
    const dropout = this.#dropout;
    for (let unit = 0; unit < units; unit += 1) {
      if (dropout !== undefined) {
        const isKept = dropout.random() >= dropout.unitRate;
        this.#kept[before + unit] = isKept ? 1 / (1 - dropout.unitRate) : 0;
      }
      this.#dropped[before + unit] =
        (this.#hidden[after + unit] ?? 0) * (this.#kept[before + unit] ?? 0);
    }
  }

  #forward(data: SequenceData, from: number, steps: number): number {
    const { units, outputs, kernel, recurrent, bias, outputKernel, outputBias } = this.#weights;
    const width = GATES * units;
    const { slots, rows, targets } = data;
    const step = this.#step;
    const error = this.#error;
    let loss = 0;
    for (let t = 0; t < steps; t += 1) {
      const before = t * units;
      const after = before + units;
      for (let j = 0; j < width; j += 1) step[j] = bias[j] ?? 0;
      for (let slot = 0; slot < slots; slot += 1) {
        const row = this.#isRowLeftOut()
          ? LEFT_OUT
          : (rows[(from + t) * slots + slot] ?? 0) * width;
        this.#present[t * slots + slot] = row;
        if (row === LEFT_OUT) continue;
        for (let j = 0; j < width; j += 1) step[j] = (step[j] ?? 0) + (kernel[row + j] ?? 0);
      }
      addProduct(step, this.#hidden, before, recurrent, units, width);
      for (let unit = 0; unit < units; unit += 1) {
        const input = sigmoid(step[unit] ?? 0);
        const forget = sigmoid(step[units + unit] ?? 0);
        const candidate = Math.tanh(step[2 * units + unit] ?? 0);
        const output = sigmoid(step[3 * units + unit] ?? 0);
        const cell = forget * (this.#cell[before + unit] ?? 0) + input * candidate;
        const tanhCell = Math.tanh(cell);
        const gate = t * width + unit;
        this.#gates[gate] = input;
        this.#gates[gate + units] = forget;
        this.#gates[gate + 2 * units] = candidate;
        this.#gates[gate + 3 * units] = output;
        this.#cell[after + unit] = cell;
        this.#tanhCell[before + unit] = tanhCell;
        this.#hidden[after + unit] = output * tanhCell;
      }
      for (let j = 0; j < outputs; j += 1) error[j] = outputBias[j] ?? 0;
      this.#drop(before, after);
      addProduct(error, this.#dropped, before, outputKernel, units, outputs);
      softmax(error, outputs);
      this.#probabilities.set(error, t * outputs);
      loss -= Math.log(Math.max(Number.MIN_VALUE, error[targets[from + t] ?? 0] ?? 0));
    }
    return loss;
  }

  #backward(
    gradients: Gradients,
    data: SequenceData,
    from: number,
    steps: number,
    weight: number,
  ): void {
    const { units, outputs, recurrent, outputKernel } = this.#weights;
    const width = GATES * units;
    const { slots, targets } = data;
    const error = this.#error;
    const gateError = this.#gateError;
    const hiddenError = this.#hiddenError;
    const cellError = this.#cellError;
    const outputError = this.#outputError;
    hiddenError.fill(0);
    cellError.fill(0);
    for (let t = steps - 1; t >= 0; t -= 1) {
      const before = t * units;
      const target = targets[from + t] ?? 0;
      for (let j = 0; j < outputs; j += 1) {
        error[j] = weight * (this.#probabilities[t * outputs + j] ?? 0);
      }
      error[target] = (error[target] ?? 0) - weight;
      addOuterProduct(gradients.outputKernel, this.#dropped, before, units, error, outputs);
      addVector(gradients.outputBias, 0, error, outputs);
      outputError.fill(0);
      addTransposedProduct(outputError, error, outputKernel, units, outputs);
      for (let unit = 0; unit < units; unit += 1) {
        const gate = t * width + unit;
        const input = this.#gates[gate] ?? 0;
        const forget = this.#gates[gate + units] ?? 0;
        const candidate = this.#gates[gate + 2 * units] ?? 0;
        const output = this.#gates[gate + 3 * units] ?? 0;
        const tanhCell = this.#tanhCell[before + unit] ?? 0;
        const slope =
          (hiddenError[unit] ?? 0) + (outputError[unit] ?? 0) * (this.#kept[before + unit] ?? 0);
        const cellSlope = (cellError[unit] ?? 0) + slope * output * (1 - tanhCell * tanhCell);
        gateError[unit] = cellSlope * candidate * input * (1 - input);
        gateError[units + unit] =
          cellSlope * (this.#cell[before + unit] ?? 0) * forget * (1 - forget);
        gateError[2 * units + unit] = cellSlope * input * (1 - candidate * candidate);
        gateError[3 * units + unit] = slope * tanhCell * output * (1 - output);
        cellError[unit] = cellSlope * forget;
      }
      addVector(gradients.bias, 0, gateError, width);
      for (let slot = 0; slot < slots; slot += 1) {
        const row = this.#present[t * slots + slot] ?? LEFT_OUT;
        if (row !== LEFT_OUT) addVector(gradients.kernel, row, gateError, width);
      }
      addOuterProduct(gradients.recurrent, this.#hidden, before, units, gateError, width);
      hiddenError.fill(0);
      addTransposedProduct(hiddenError, gateError, recurrent, units, width);
    }
  }
}

function addVector(target: Float64Array, from: number, vector: Float64Array, count: number): void {
  for (let j = 0; j < count; j += 1) target[from + j] = (target[from + j] ?? 0) + (vector[j] ?? 0);
}
