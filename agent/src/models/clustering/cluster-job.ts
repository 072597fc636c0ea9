import type { ClusterJob, ClusterResult, Partition } from "../../core/index.js";
import { fitMixture } from "../payload/mixture-fit.js";
import { ClusterClassifier } from "./cluster-classifier.js";
import { mergeComponents } from "./merge-components.js";
import { principalAxes } from "./principal-axes.js";

/**
 * Axes that clusters are looked for on. Covariances of more need many points; what sets clusters apart
 * is among the directions in which actors differ most.
 */
const MAX_AXES = 4;
/** Components that a cluster may be made of, when it is not normally distributed. */
const COMPONENTS_PER_CLUSTER = 2;

/**
 * Finds clusters of points, or that there are none: principal axes whose variance is above what few calls
 * explain, a Gaussian mixture on them with as many components as BIC says, and components joined that
 * can't be told apart. A cluster of too few points is none; with less than two left, nothing is set apart.
 */
export function runClusterJob(job: ClusterJob): ClusterResult {
  const count = job.rows.length / job.dimension;
  const partition = partitionOf(job, count);
  const labels = new Int16Array(count).fill(-1);
  if (partition !== undefined) {
    const classifier = new ClusterClassifier(partition);
    for (let row = 0; row < count; row += 1) {
      labels[row] = classifier.clusterOf(job.rows, row * job.dimension);
    }
  }
  return { kind: "clusters", id: job.id, labels, partition };
}

function partitionOf(job: ClusterJob, count: number): Partition | undefined {
  if (count < 2 * job.minimumPoints) return undefined;
  const { mean, axes } = tellingAxes(job, count);
  const dimension = axes.length;
  if (dimension === 0) return undefined;
  const rows = projected(job, count, mean, axes);
  const fitted = fitMixture(rows, dimension, {
    seed: job.seed,
    maxComponents: COMPONENTS_PER_CLUSTER * job.maxClusters,
    deviationFloor: Math.sqrt(job.noiseVariance),
  });
  if (fitted.status !== "ready") {
    const { status, reason } = fitted;
    throw new Error(`no mixture of ${count} points: ${status}, ${reason}`);
  }
  const { mixture } = fitted.value;
  const groups = mergeComponents(mixture, rows, count);
  const { weights, means, covariances } = mixture;
  const points = new Map<number, number>();
  const responsibilities = new Float64Array(mixture.components);
  let leastLogDensity = Infinity;
  for (let row = 0; row < count; row += 1) {
    const density = mixture.respond(rows, row * dimension, responsibilities, 0);
    leastLogDensity = Math.min(leastLogDensity, density);
    const group = groups[responsibilities.indexOf(Math.max(...responsibilities))] ?? -1;
    points.set(group, (points.get(group) ?? 0) + 1);
  }
  // The largest first, so that the bound takes the smallest away.
  const kept = [...points]
    .filter(([, size]) => size >= job.minimumPoints)
    .sort(([, a], [, b]) => b - a)
    .slice(0, job.maxClusters)
    .map(([group]) => group);
  if (kept.length < 2) return undefined;
  return {
    mean,
    axes: Float64Array.from(axes.flatMap((axis) => [...axis])),
    weights,
    means,
    covariances,
    clusterOfComponent: groups.map((group) => kept.indexOf(group)),
    clusters: kept.length,
    leastLogDensity,
  };
}

/**
 * The axes on which points differ by more than chance: the largest variance that noise alone shows is
 * noise * (1 + sqrt(d/n))^2 (Marchenko and Pastur, 1967).
 */
function tellingAxes(
  { rows, dimension, noiseVariance }: ClusterJob,
  count: number,
): { mean: Float64Array; axes: Float64Array[] } {
  const { mean, axes, variances } = principalAxes(rows, count, dimension);
  const chance = noiseVariance * (1 + Math.sqrt(dimension / count)) ** 2;
  return {
    mean,
    axes: axes.slice(0, MAX_AXES).filter((_, index) => (variances[index] ?? 0) > chance),
  };
}

function projected(
  { rows, dimension }: ClusterJob,
  count: number,
  mean: Float64Array,
  axes: readonly Float64Array[],
): Float64Array {
  const points = new Float64Array(count * axes.length);
  for (let row = 0; row < count; row += 1) {
    axes.forEach((axis, index) => {
      let sum = 0;
      for (let i = 0; i < dimension; i += 1) {
        sum += ((rows[row * dimension + i] ?? NaN) - (mean[i] ?? NaN)) * (axis[i] ?? NaN);
      }
      points[row * axes.length + index] = sum;
    });
  }
  return points;
}
