import { ALL_SEGMENTS, parseWorkloadKey } from "../../core/index.js";
import type { Decision, OperationRate, SegmentState, WorkloadState } from "../../core/index.js";

export interface ExportLimits {
  /** Workloads in one scrape; each is about 84 series besides its segments and operations. */
  readonly maxWorkloads: number;
  /** Segments in one scrape, over all workloads; each is at most 21 series. */
  readonly maxSegments: number;
  /** Operations with a forecast in one scrape, over all workloads; each is three series a horizon. */
  readonly maxOperations: number;
}

/** A workload as it is exported: within the limits, each series once. */
interface ShownWorkload {
  readonly labels: { readonly namespace: string; readonly workload: string };
  readonly state: WorkloadState;
  /** The whole workload first, then its segments. */
  readonly segments: readonly SegmentState[];
  /** The forecast by operation: the same operations at each horizon. */
  readonly operations: readonly {
    readonly horizonSeconds: number;
    readonly rates: readonly OperationRate[];
  }[];
  /** Undefined when there is none, or when it must not be followed any more. */
  readonly decision: Decision | undefined;
}

export interface Shown {
  readonly workloads: readonly ShownWorkload[];
  /** Left out because of the limits. */
  readonly omittedWorkloads: number;
  readonly omittedSegments: number;
  readonly omittedOperations: number;
}

/**
 * What of the state goes into a scrape. Workloads come in the order of the view, segments in the order
 * of the state; past the limits they are left out and counted, as is a workload whose namespace and
 * name another one (of another kind) has already: Prometheus can't take a series twice.
 */
export function show(
  states: readonly WorkloadState[],
  limits: ExportLimits,
  nowSeconds: number,
): Shown {
  const workloads: ShownWorkload[] = [];
  const taken = new Set<string>();
  let segmentsLeft = limits.maxSegments;
  let omittedSegments = 0;
  let operationsLeft = limits.maxOperations;
  let omittedOperations = 0;
  for (const state of states) {
    const { namespace, name } = parseWorkloadKey(state.workload);
    const identity = `${namespace}/${name}`;
    if (workloads.length === limits.maxWorkloads || taken.has(identity)) continue;
    taken.add(identity);
    const segments = uniqueSegments(state, segmentsLeft);
    segmentsLeft -= segments.length - 1;
    omittedSegments += state.segments.length - (segments.length - 1);
    const { decision, operationForecast } = state;
    const points = operationForecast.status === "ready" ? operationForecast.value.points : [];
    const all = points[0]?.operations.length ?? 0;
    const shown = Math.min(all, operationsLeft);
    operationsLeft -= shown;
    omittedOperations += all - shown;
    workloads.push({
      labels: { namespace, workload: name },
      state,
      segments,
      operations: points.map(({ horizonSeconds, operations }) => ({
        horizonSeconds,
        rates: operations.slice(0, shown),
      })),
      decision:
        decision !== undefined && decision.expiresAtSeconds > nowSeconds ? decision : undefined,
    });
  }
  return {
    workloads,
    omittedWorkloads: states.length - workloads.length,
    omittedSegments,
    omittedOperations,
  };
}

function uniqueSegments(state: WorkloadState, maxSegments: number): SegmentState[] {
  const segments = [state.overall];
  const taken = new Set([ALL_SEGMENTS]);
  for (const segment of state.segments) {
    if (segments.length - 1 === maxSegments) break;
    if (taken.has(segment.segment)) continue;
    taken.add(segment.segment);
    segments.push(segment);
  }
  return segments;
}
