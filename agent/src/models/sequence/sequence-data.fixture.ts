import type { SequenceData } from "../../core/index.js";

/** Sequences with one row a step, each row a token and its target the next token; weights of 1. */
export function chains(sequences: readonly (readonly number[])[]): SequenceData {
  const stepped = sequences.map((tokens) => tokens.slice(0, -1));
  return {
    slots: 1,
    rows: Uint16Array.from(stepped.flat()),
    targets: Uint16Array.from(sequences.flatMap((tokens) => tokens.slice(1))),
    steps: Uint32Array.from(stepped, ({ length }) => length),
    weights: new Float32Array(sequences.length).fill(1),
  };
}
