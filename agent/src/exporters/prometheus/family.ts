import type { Shown } from "./shown.js";

/** Adds a series; one whose value is undefined or not finite is unknown, and therefore absent. */
export type Emit = (
  labels: Readonly<Record<string, string | number>>,
  value: number | undefined,
) => void;

/** A metric that is derived from the state at each scrape. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  /** Its values never fall while a series is there; otherwise it is a gauge. */
  readonly isCounter?: boolean;
  collect(shown: Shown, emit: Emit): void;
}

export const WORKLOAD_LABELS = ["namespace", "workload"] as const;
export const SEGMENT_LABELS = [...WORKLOAD_LABELS, "segment"] as const;
