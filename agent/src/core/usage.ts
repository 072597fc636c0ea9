import type { WorkloadKey } from "./workload.js";

/** A reading of a service's own counters at one moment: totals since its start. */
export interface UsageReading {
  readonly workload: WorkloadKey;
  readonly instance: string;
  /** When it was read, seconds since the Unix epoch. */
  readonly timeSeconds: number;
  /** Each is undefined when the service does not expose it. */
  readonly calls: number | undefined;
  readonly callDurationSeconds: number | undefined;
  readonly cpuSeconds: number | undefined;
  readonly memoryBytes: number | undefined;
  readonly networkBytes: number | undefined;
}

export interface UsageSink {
  record(reading: UsageReading): void;
}
