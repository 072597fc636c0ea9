import type { Json, NetworkWeights } from "../../core/index.js";
import { encodeFloats, type SnapshotReader } from "../../core/snapshot-reader.js";
import { lengthsOf, PARTS, type LstmShape } from "./lstm-weights.js";

export function snapshotOfWeights(weights: NetworkWeights): Json {
  const { inputs, units, outputs } = weights;
  const parts = PARTS.map((part) => [part, encodeFloats(weights[part])]);
  return { inputs, units, outputs, ...(Object.fromEntries(parts) as Record<string, Json>) };
}

/** Throws a TypeError that names the field when shape or numbers are not those of such a network. */
export function weightsFrom(
  reader: SnapshotReader,
  units: number,
  largest: { readonly inputs: number; readonly outputs: number },
): NetworkWeights {
  const shape: LstmShape = {
    inputs: atMost(reader.field("inputs"), largest.inputs),
    units,
    outputs: atMost(reader.field("outputs"), largest.outputs),
  };
  reader.field("units").equals(units);
  const lengths = lengthsOf(shape);
  const part = (name: (typeof PARTS)[number]): Float32Array => {
    const values = reader.field(name).float32s(lengths[name]);
    if (!values.every(Number.isFinite)) reader.field(name).refuse("finite numbers");
    return values;
  };
  return {
    ...shape,
    kernel: part("kernel"),
    recurrent: part("recurrent"),
    bias: part("bias"),
    outputKernel: part("outputKernel"),
    outputBias: part("outputBias"),
  };
}

function atMost(reader: SnapshotReader, limit: number): number {
  const value = reader.count();
  return value <= limit ? value : reader.refuse(`at most ${limit}, got ${value}`);
}
