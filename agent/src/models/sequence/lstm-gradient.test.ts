import { describe, expect, it } from "vitest";
import { seededRandom, type SequenceData } from "../../core/index.js";
import { LstmGradient, type Gradients } from "./lstm-gradient.js";
import { lengthsOf, newWeights, PARTS } from "./lstm-weights.js";

const SHAPE = { inputs: 6, units: 4, outputs: 5 };
/** Two rows a step; one sequence of 7 steps, so that stretches of 7 and of 3 both fit. */
const DATA: SequenceData = {
  slots: 2,
  rows: Uint16Array.from([0, 5, 1, 4, 2, 5, 3, 4, 0, 4, 1, 1, 2, 5]),
  targets: Uint16Array.from([1, 2, 3, 0, 1, 4, 2]),
  steps: Uint32Array.of(7),
  weights: Float32Array.of(1),
};

function emptyGradients(): Gradients {
  const lengths = lengthsOf(SHAPE);
  return {
    kernel: new Float64Array(lengths.kernel),
    recurrent: new Float64Array(lengths.recurrent),
    bias: new Float64Array(lengths.bias),
    outputKernel: new Float64Array(lengths.outputKernel),
    outputBias: new Float64Array(lengths.outputBias),
  };
}

describe("LstmGradient", () => {
  it("equals finite differences of the loss, for every weight", () => {
    const weights = newWeights(SHAPE, seededRandom(3));
    const back = new LstmGradient(weights, 7);
    const gradients = emptyGradients();
    back.add(gradients, DATA, 0, 7, 0.5);
    const loss = (): number => 0.5 * back.add(emptyGradients(), DATA, 0, 7, 0.5);
    // Weights have 24 bits: a step of 2^-8 is exact, and its error is about its square, 1.5e-5.
    const step = 2 ** -8;
    for (const part of PARTS) {
      const values = weights[part];
      values.forEach((value, index) => {
        values[index] = value + step;
        const above = loss();
        const upper = values[index] ?? NaN;
        values[index] = value - step;
        const below = loss();
        const slope = (above - below) / (upper - (values[index] ?? NaN));
        values[index] = value;
        expect(gradients[part][index], `${part} ${index}`).toBeCloseTo(slope, 4);
      });
    }
  });

  it("carries the state, but not the gradient, from stretch to stretch", () => {
    const weights = newWeights(SHAPE, seededRandom(3));
    const whole = emptyGradients();
    const cut = emptyGradients();
    const wholeLoss = new LstmGradient(weights, 7).add(whole, DATA, 0, 7, 1);
    const cutLoss = new LstmGradient(weights, 3).add(cut, DATA, 0, 7, 1);
    expect(cutLoss).toBeCloseTo(wholeLoss, 9);
    // What the output layer is to blame for does not go through time.
    whole.outputKernel.forEach((value, index) => {
      expect(cut.outputKernel[index]).toBeCloseTo(value, 9);
    });
    expect(cut.recurrent).not.toEqual(whole.recurrent);
  });
});
