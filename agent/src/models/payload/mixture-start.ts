import type { Random } from "../../core/index.js";

/** Lloyd's rounds after the seeding: EM goes on from there, so that only a rough start is needed. */
const MAX_LLOYD_ROUNDS = 20;

/**
 * Assigns each of `count` rows to one of `clusters`, by k-means++ seeding (Arthur and Vassilvitskii,
 * "k-means++: The Advantages of Careful Seeding", SODA 2007) and some of Lloyd's rounds. `rows` is
 * `count` x `dimension`, row by row, on comparable scales. Some clusters may stay empty when there are
 * fewer distinct rows.
 */
export function startingClusters(
  rows: Float64Array,
  count: number,
  dimension: number,
  clusters: number,
  random: Random,
): Uint8Array {
  const centers = seedCenters(rows, count, dimension, clusters, random);
  const assigned = new Uint8Array(count);
  const sizes = new Float64Array(clusters);
  for (let round = 0; round < MAX_LLOYD_ROUNDS; round += 1) {
    let changed = round === 0;
    for (let row = 0; row < count; row += 1) {
      const nearest = nearestCenter(rows, row, dimension, centers, clusters);
      if (nearest !== assigned[row]) changed = true;
      assigned[row] = nearest;
    }
    if (!changed) break;
    sizes.fill(0);
    const sums = new Float64Array(clusters * dimension);
    for (let row = 0; row < count; row += 1) {
      const cluster = assigned[row] ?? 0;
      sizes[cluster] = (sizes[cluster] ?? 0) + 1;
      for (let i = 0; i < dimension; i += 1) {
        const at = cluster * dimension + i;
        sums[at] = (sums[at] ?? 0) + (rows[row * dimension + i] ?? NaN);
      }
    }
    for (let at = 0; at < sums.length; at += 1) {
      const size = sizes[Math.floor(at / dimension)] ?? 0;
      // An empty cluster keeps its center.
      if (size > 0) centers[at] = (sums[at] ?? NaN) / size;
    }
  }
  return assigned;
}

/** Each center is a row, drawn in proportion to its squared distance from the centers before it. */
function seedCenters(
  rows: Float64Array,
  count: number,
  dimension: number,
  clusters: number,
  random: Random,
): Float64Array {
  const centers = new Float64Array(clusters * dimension);
  const squared = new Float64Array(count).fill(1);
  for (let cluster = 0; cluster < clusters; cluster += 1) {
    const row = draw(squared, random);
    const center = rows.subarray(row * dimension, (row + 1) * dimension);
    centers.set(center, cluster * dimension);
    for (let other = 0; other < count; other += 1) {
      const distance = squaredDistance(rows, other, dimension, centers, cluster);
      squared[other] = cluster === 0 ? distance : Math.min(squared[other] ?? 0, distance);
    }
  }
  return centers;
}

/** An index in proportion to its weight; any when all weights are 0. */
function draw(weights: Float64Array, random: Random): number {
  let total = 0;
  for (const weight of weights) total += weight;
  let left = random() * total;
  for (let index = 0; index < weights.length; index += 1) {
    left -= weights[index] ?? 0;
    if (left < 0) return index;
  }
  return Math.floor(random() * weights.length);
}

function nearestCenter(
  rows: Float64Array,
  row: number,
  dimension: number,
  centers: Float64Array,
  clusters: number,
): number {
  let nearest = 0;
  let smallest = Infinity;
  for (let cluster = 0; cluster < clusters; cluster += 1) {
    const distance = squaredDistance(rows, row, dimension, centers, cluster);
    if (distance < smallest) {
      smallest = distance;
      nearest = cluster;
    }
  }
  return nearest;
}

function squaredDistance(
  rows: Float64Array,
  row: number,
  dimension: number,
  centers: Float64Array,
  cluster: number,
): number {
  let sum = 0;
  for (let i = 0; i < dimension; i += 1) {
    const difference =
      (rows[row * dimension + i] ?? NaN) - (centers[cluster * dimension + i] ?? NaN);
    sum += difference * difference;
  }
  return sum;
}
