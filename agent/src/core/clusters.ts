/** Points of which clusters are sought: plain data, for the fitting thread. */
export interface ClusterJob {
  readonly kind: "clusters";
  /** The result says it again, as what tells it from others. */
  readonly id: number;
  /** One point after the other, `dimension` values each, all finite. */
  readonly rows: Float64Array;
  readonly dimension: number;
  /** Mean variance that a coordinate has by chance, because a point rests on few calls. */
  readonly noiseVariance: number;
  readonly maxClusters: number;
  /** Points without which a cluster is none. */
  readonly minimumPoints: number;
  readonly seed: number;
}

export interface ClusterResult {
  readonly kind: "clusters";
  /** That of the job. */
  readonly id: number;
  /** The cluster of each point; -1 for one that belongs to none for certain. */
  readonly labels: Int16Array;
  /** What a point is classified by; undefined when there are no clusters to be told apart. */
  readonly partition: Partition | undefined;
}

/** Clusters of points: a mixture of normal distributions on some axes of their space. */
export interface Partition {
  readonly mean: Float64Array;
  /** Directions of length 1, one after the other: as many as the mixture has dimensions. */
  readonly axes: Float64Array;
  readonly weights: Float64Array;
  readonly means: Float64Array;
  readonly covariances: Float64Array;
  /** Of each component of the mixture; -1 for one that belongs to no cluster. */
  readonly clusterOfComponent: Int16Array;
  readonly clusters: number;
  /** Log density of the most unusual point that was fitted: what is less likely is of no cluster. */
  readonly leastLogDensity: number;
}
