import type { GaussianMixture } from "../payload/gaussian-mixture.js";

/**
 * Two components are one cluster when more than this share of one would be taken for the other: the
 * cutoff of Hennig (below) for components with a gap between them.
 */
const MERGED_ABOVE = 0.025;

/**
 * Joins components of a mixture that fit one cluster together, because it is not normally distributed:
 * those that can't be told apart by their estimated misclassification probabilities, the worst pair
 * first (DEMP; Hennig, "Methods for merging Gaussian mixture components", Advances in Data Analysis and
 * Classification 4, 2010, section 4.3). `rows` is `count` points of the mixture's space. Answers a
 * number for each component; joined ones have the same.
 */
export function mergeComponents(
  mixture: GaussianMixture,
  rows: Float64Array,
  count: number,
): Int16Array {
  const { components, dimension } = mixture;
  const shares = new Float64Array(count * components);
  for (let row = 0; row < count; row += 1) {
    mixture.respond(rows, row * dimension, shares, row * components);
  }
  const groupOf = Int16Array.from({ length: components }, (_, component) => component);
  for (let merged = 1; merged < components; merged += 1) {
    const pair = mostConfused(shares, groupOf, count);
    if (pair === undefined) break;
    groupOf.forEach((group, component) => {
      if (group === pair[1]) groupOf[component] = pair[0];
    });
  }
  return groupOf;
}

function mostConfused(
  shares: Float64Array,
  groupOf: Int16Array,
  count: number,
): [number, number] | undefined {
  const components = groupOf.length;
  // From a group, to the one that a point is assigned to: sums of the former's shares.
  const assigned = new Float64Array(components * components);
  const totals = new Float64Array(components);
  const grouped = new Float64Array(components);
  for (let row = 0; row < count; row += 1) {
    grouped.fill(0);
    groupOf.forEach((group, component) => {
      grouped[group] = (grouped[group] ?? 0) + (shares[row * components + component] ?? 0);
    });
    const to = grouped.indexOf(Math.max(...grouped));
    for (const from of new Set(groupOf)) {
      const share = grouped[from] ?? 0;
      totals[from] = (totals[from] ?? 0) + share;
      assigned[from * components + to] = (assigned[from * components + to] ?? 0) + share;
    }
  }
  let worst: [number, number] | undefined;
  let most = MERGED_ABOVE;
  const groups = [...new Set(groupOf)];
  for (const from of groups) {
    for (const to of groups) {
      const confusion = (assigned[from * components + to] ?? 0) / (totals[from] ?? NaN);
      if (from === to || !(confusion > most)) continue;
      worst = [Math.min(from, to), Math.max(from, to)];
      most = confusion;
    }
  }
  return worst;
}
