import { encodeFloats, type Json, type Partition, type SnapshotReader } from "../../core/index.js";
import { GaussianMixture } from "../payload/gaussian-mixture.js";

/** A point belongs to a cluster when this is the probability of it; else to none for certain. */
const CERTAIN = 0.9;
/** No partition has as many: a snapshot with more is refused. */
const MAX_CLUSTERS = 1000;

/** Says which cluster of a partition a point belongs to. */
export class ClusterClassifier {
  readonly partition: Partition;
  readonly #mixture: GaussianMixture;
  readonly #point: Float64Array;
  readonly #shares: Float64Array;
  readonly #clusterShares: Float64Array;

  /** Throws a RangeError when a covariance is not positive definite or the sizes do not fit. */
  constructor(partition: Partition) {
    const { mean, axes, weights, means, covariances } = partition;
    const dimension = axes.length / mean.length;
    this.partition = partition;
    this.#mixture = new GaussianMixture({ dimension, weights, means, covariances });
    this.#point = new Float64Array(dimension);
    this.#shares = new Float64Array(weights.length);
    this.#clusterShares = new Float64Array(partition.clusters);
  }

  /** Of the point at `offset`; -1 when it belongs to none for certain, or is like none. */
  clusterOf(rows: Float64Array, offset: number): number {
    const { clusterOfComponent, leastLogDensity } = this.partition;
    this.#project(rows, offset);
    const logDensity = this.#mixture.respond(this.#point, 0, this.#shares, 0);
    if (!(logDensity >= leastLogDensity)) return -1;
    this.#clusterShares.fill(0);
    for (let k = 0; k < clusterOfComponent.length; k += 1) {
      const cluster = clusterOfComponent[k] ?? -1;
      if (cluster < 0) continue;
      this.#clusterShares[cluster] = (this.#clusterShares[cluster] ?? 0) + (this.#shares[k] ?? 0);
    }
    return this.#clusterShares.findIndex((share) => share >= CERTAIN);
  }

  snapshot(): Json {
    const { mean, axes, weights, means, covariances } = this.partition;
    return {
      mean: encodeFloats(mean),
      axes: encodeFloats(axes),
      weights: encodeFloats(weights),
      means: encodeFloats(means),
      covariances: encodeFloats(covariances),
      clusterOfComponent: [...this.partition.clusterOfComponent],
      clusters: this.partition.clusters,
      leastLogDensity: this.partition.leastLogDensity,
    };
  }

  /** Throws a TypeError that names the field. */
  static restore(reader: SnapshotReader, dimension: number): ClusterClassifier {
    const mean = reader.field("mean").float64s(dimension);
    const axes = reader.field("axes").float64s();
    const weights = reader.field("weights").float64s();
    const clusters = reader.field("clusters").count();
    if (clusters > MAX_CLUSTERS) reader.field("clusters").refuse(`at most ${MAX_CLUSTERS}`);
    if (axes.length === 0 || axes.length % dimension !== 0) {
      reader.field("axes").refuse(`axes of ${dimension} values`);
    }
    const components = reader.field("clusterOfComponent").items(weights.length);
    try {
      return new ClusterClassifier({
        mean,
        axes,
        weights,
        means: reader.field("means").float64s(),
        covariances: reader.field("covariances").float64s(),
        clusterOfComponent: Int16Array.from(components, (cluster) => {
          const value = cluster.integer();
          return value < clusters ? value : cluster.refuse(`less than ${clusters}`);
        }),
        clusters,
        leastLogDensity: reader.field("leastLogDensity").number(),
      });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return reader.field("covariances").refuse("positive definite matrices that fit");
    }
  }

  #project(rows: Float64Array, offset: number): void {
    const { mean, axes } = this.partition;
    for (let axis = 0; axis < this.#point.length; axis += 1) {
      let sum = 0;
      for (let i = 0; i < mean.length; i += 1) {
        sum += ((rows[offset + i] ?? NaN) - (mean[i] ?? NaN)) * (axes[axis * mean.length + i] ?? 0);
      }
      this.#point[axis] = sum;
    }
  }
}
