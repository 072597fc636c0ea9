import type { SequenceData } from "../../core/index.js";

/**
 * The same sequences with equal ones joined, which count the square root of their number: what happens all
 * the time is learned soon, and would drown the rest. Takes some ten milliseconds for a full store, so it
 * is done where the training is.
 */
export function joined(data: SequenceData): SequenceData {
  const { slots } = data;
  const distinct = new Map<string, { from: number; steps: number; weight: number }>();
  let from = 0;
  let kept = 0;
  for (const [index, steps] of data.steps.entries()) {
    const rows = data.rows.subarray(from * slots, (from + steps) * slots);
    const key = `${rows.join()};${data.targets.subarray(from, from + steps).join()}`;
    const weight = data.weights[index] ?? 0;
    const known = distinct.get(key);
    if (known === undefined) {
      distinct.set(key, { from, steps, weight });
      kept += steps;
    } else known.weight += weight;
    from += steps;
  }
  const rows = new Uint16Array(kept * slots);
  const targets = new Uint16Array(kept);
  let at = 0;
  for (const sequence of distinct.values()) {
    const end = sequence.from + sequence.steps;
    rows.set(data.rows.subarray(sequence.from * slots, end * slots), at * slots);
    targets.set(data.targets.subarray(sequence.from, end), at);
    at += sequence.steps;
  }
  const all = [...distinct.values()];
  return {
    slots,
    rows,
    targets,
    steps: Uint32Array.from(all, ({ steps }) => steps),
    weights: Float32Array.from(all, ({ weight }) => Math.sqrt(weight)),
  };
}
