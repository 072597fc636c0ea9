/** What the allocator may do and what it assumes. */
export interface AllocationSettings {
  readonly minimumReplicas: number;
  readonly maximumReplicas: number;
  /** Share of a replica's capacity to fill, in (0, 1]. */
  readonly targetUtilizationRatio: number;
  /** Seconds from the start of a replica until it serves. */
  readonly startUpSeconds: number;
  readonly maxScaleUpReplicasPerMinute: number;
  readonly maxScaleDownReplicasPerMinute: number;
  /** Replicas are not taken away sooner than this after they were last recommended, seconds. */
  readonly scaleDownStabilizationSeconds: number;
  readonly expirySeconds: number;
  /** Whether a forecast alone may lower replicas below what the load of the last minutes needed. */
  readonly allowScaleInOnPrediction: boolean;
  /** Calls per second that fill one replica; learned from the cost of a call when undefined. */
  readonly callsPerSecondPerReplica: number | undefined;
  readonly driftThreshold: number;
  readonly driftConfidenceThreshold: number;
}
