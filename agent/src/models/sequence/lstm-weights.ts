import type { NetworkWeights, Random } from "../../core/index.js";

/** The gates of a unit, in the order i, f, c, o in which TensorFlow.js lays them out. */
export const GATES = 4;
/** Products take four rows at once (see dense.ts). */
export const UNITS_MULTIPLE = 4;

export interface LstmShape {
  /** Rows of the input kernel: what can be present at a step. */
  readonly inputs: number;
  /** Units of the layer; a multiple of 4. */
  readonly units: number;
  /** What can come next. */
  readonly outputs: number;
}

/** The arrays of a network by name, with their length for a shape. */
export function lengthsOf({ inputs, units, outputs }: LstmShape): Readonly<Record<Part, number>> {
  return {
    kernel: inputs * GATES * units,
    recurrent: units * GATES * units,
    bias: GATES * units,
    outputKernel: units * outputs,
    outputBias: outputs,
  };
}

export const PARTS = ["kernel", "recurrent", "bias", "outputKernel", "outputBias"] as const;
export type Part = (typeof PARTS)[number];

/**
 * Random weights, uniform within +-sqrt(6 / (rows + columns)) (Glorot and Bengio, AISTATS 2010), where a
 * gate is a matrix of its own. The forget gate starts open, with bias 1 (Jozefowicz, Zaremba and
 * Sutskever, ICML 2015). Throws a RangeError when the units are no multiple of 4.
 */
export function newWeights(shape: LstmShape, random: Random): NetworkWeights {
  const { inputs, units, outputs } = shape;
  if (!(units > 0) || units % UNITS_MULTIPLE !== 0) {
    throw new RangeError(`units must be a positive multiple of ${UNITS_MULTIPLE}, got ${units}`);
  }
  const lengths = lengthsOf(shape);
  const drawn = (length: number, limit: number): Float32Array =>
    Float32Array.from({ length }, () => limit * (2 * random() - 1));
  // Of the rows only a few are present at a step, so what comes in is as wide as one row: 1 + units.
  const bias = new Float32Array(lengths.bias);
  bias.fill(1, units, 2 * units);
  return {
    inputs,
    units,
    outputs,
    kernel: drawn(lengths.kernel, glorotLimit(1, units)),
    recurrent: drawn(lengths.recurrent, glorotLimit(units, units)),
    bias,
    outputKernel: drawn(lengths.outputKernel, glorotLimit(units, outputs)),
    outputBias: new Float32Array(lengths.outputBias),
  };
}

/**
 * The same network with more rows and outcomes at the end, for operations that are new: their rows are
 * random, their outcomes as likely as the least likely ones so far.
 */
export function grownWeights(
  weights: NetworkWeights,
  inputs: number,
  outputs: number,
  random: Random,
): NetworkWeights {
  if (inputs === weights.inputs && outputs === weights.outputs) return weights;
  const grown = newWeights({ inputs, units: weights.units, outputs }, random);
  grown.kernel.set(weights.kernel);
  grown.recurrent.set(weights.recurrent);
  grown.bias.set(weights.bias);
  for (let unit = 0; unit < weights.units; unit += 1) {
    const row = weights.outputKernel.subarray(unit * weights.outputs, (unit + 1) * weights.outputs);
    grown.outputKernel.set(row, unit * outputs);
  }
  grown.outputBias.fill(weights.outputBias.reduce((least, bias) => Math.min(least, bias), 0));
  grown.outputBias.set(weights.outputBias);
  return grown;
}

function glorotLimit(rows: number, columns: number): number {
  return Math.sqrt(6 / (rows + columns));
}
