import type { Json } from "../core/index.js";
import type { SnapshotReader } from "../core/snapshot-reader.js";

/** A category that weighs less than this by now is dropped when weights are brought back to scale. */
const FORGOTTEN_CALLS = 1e-9;

/** What one category weighs, in calls that are scaled as `ForgettingWeight` says. */
export interface Cell {
  weight: number;
}

/** Weights by category, and their sum. */
export interface Distribution {
  total: number;
  readonly cells: Map<string, Cell>;
}

export function newDistribution(): Distribution {
  return { total: 0, cells: new Map() };
}

export function add(distribution: Distribution, category: string, weight: number): void {
  distribution.total += weight;
  const cell = distribution.cells.get(category);
  if (cell === undefined) distribution.cells.set(category, { weight });
  else cell.weight += weight;
}

/** The weight of a new call becomes 1, so what is left can be compared with calls. */
export function scale(distribution: Distribution, factor: number): void {
  let total = 0;
  for (const [category, cell] of distribution.cells) {
    cell.weight *= factor;
    if (cell.weight < FORGOTTEN_CALLS) distribution.cells.delete(category);
    else total += cell.weight;
  }
  distribution.total = total;
}

export function replace(target: Distribution, source: Distribution): void {
  target.total = source.total;
  target.cells.clear();
  for (const [category, cell] of source.cells) target.cells.set(category, cell);
}

export function snapshotOf(distribution: Distribution): Json {
  return {
    total: distribution.total,
    cells: [...distribution.cells].map(([category, cell]) => [category, cell.weight]),
  };
}

export function distributionFrom(reader: SnapshotReader, maxCells: number): Distribution {
  const distribution = newDistribution();
  distribution.total = reader.field("total").nonNegative();
  for (const item of reader.field("cells").items(Math.max(0, maxCells))) {
    const [category, weight] = item.tuple(2);
    const name = (category ?? item).string();
    distribution.cells.set(name, { weight: (weight ?? item).nonNegative() });
  }
  return distribution;
}
