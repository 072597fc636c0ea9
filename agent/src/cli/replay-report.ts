import type { ModelStatus, WorkloadState } from "../core/index.js";
import { count } from "../explanation/number-words.js";
import { contributionLine } from "../explanation/sentences.js";
import type { Flow } from "../runtime/flow.js";

const BYTES_PER_KIBIBYTE = 1024;

/** What was counted on the way. */
export interface ReplayCounts {
  read: number;
  accepted: number;
  duplicate: number;
  late: number;
  rejected: number;
  windows: number;
  firstSeconds: number | undefined;
  lastSeconds: number | undefined;
}

/** What a replay prints with `--json`; the keys are part of the command's contract. */
export type ReplayReport = ReturnType<typeof reportOf>;

/** Sums up a replay. Of several workloads, the one with the most calls is told in full. */
export function reportOf(flow: Flow, counts: ReplayCounts, elapsedSeconds: number) {
  const { read, accepted, duplicate, late, rejected, windows } = counts;
  const pipelines = [...flow.workloads.pipelines].sort((a, b) => b.learnedCalls - a.learnedCalls);
  const [busiest] = pipelines;
  const state = busiest?.state;
  const drift = state?.overall.drift;
  return {
    calls: { read, accepted, duplicate, late, rejected },
    windows,
    span_seconds: (counts.lastSeconds ?? 0) - (counts.firstSeconds ?? 0),
    workloads: pipelines.map(({ workload, learnedCalls }) => ({ workload, calls: learnedCalls })),
    segments: state?.segments.length ?? 0,
    operations: busiest === undefined ? 0 : flow.operations.named(busiest.workload).length,
    seconds: elapsedSeconds,
    calls_per_second: accepted / elapsedSeconds,
    // getrusage reports kibibytes.
    peak_rss_bytes: process.resourceUsage().maxRSS * BYTES_PER_KIBIBYTE,
    models: state === undefined ? {} : modelStatuses(state),
    drift:
      drift?.status === "ready"
        ? {
            status: drift.status,
            score: drift.value.score,
            confidence: drift.value.confidence,
            contributions: drift.value.contributions,
          }
        : (drift ?? null),
    forecast:
      state?.forecast.status === "ready"
        ? { status: state.forecast.status, ...state.forecast.value, quality: state.forecastQuality }
        : (state?.forecast ?? null),
    operation_forecast:
      state?.operationForecast.status === "ready"
        ? { status: state.operationForecast.status, ...state.operationForecast.value }
        : (state?.operationForecast ?? null),
    recommendation: state?.decision ?? null,
  };
}

/** For people. */
export function reportText(report: ReplayReport): string {
  const { calls, recommendation, drift, forecast } = report;
  const lines = [
    `${calls.accepted} of ${count(calls.read, "call")} accepted (${calls.duplicate} duplicate, ${calls.late} late, ${calls.rejected} rejected)`,
    `${count(report.windows, "window")} over ${(report.span_seconds / 3600).toFixed(1)} h, ${count(report.operations, "operation")}, ${count(report.segments, "segment")}`,
    `${Math.round(report.calls_per_second)} calls/s through the pipeline, ${Math.round(report.peak_rss_bytes / 1e6)} MB at most`,
    drift?.status === "ready" && "score" in drift
      ? `drift: score ${drift.score.toFixed(2)}, confidence ${drift.confidence.toFixed(2)}`
      : `drift: ${drift === null ? "no calls" : drift.status}`,
  ];
  if (forecast?.status === "ready" && "points" in forecast) {
    for (const { horizonSeconds, point, lower, upper, chosen } of forecast.points) {
      lines.push(
        `forecast in ${horizonSeconds} s: ${point.toFixed(2)} calls/s [${lower.toFixed(2)}, ${upper.toFixed(2)}] by ${chosen}`,
      );
    }
  } else {
    lines.push(`forecast: ${forecast === null ? "no calls" : forecast.status}`);
  }
  if (recommendation !== null) {
    const moved = contributionLine(recommendation.contributions);
    lines.push(
      `recommendation: ${count(recommendation.recommended.target.replicas, "replica")} (branch ${recommendation.branch}${moved === "" ? "" : `; ${moved}`})`,
      ...recommendation.reasons.map((reason) => `  ${reason}`),
    );
  }
  return `${lines.join("\n")}\n`;
}

function modelStatuses(state: WorkloadState): Record<string, { status: string; reason?: string }> {
  const statuses: Record<string, { status: string; reason?: string }> = {};
  const add = (name: string, status: ModelStatus): void => {
    statuses[name] =
      status.status === "ready"
        ? { status: status.status }
        : { status: status.status, reason: status.reason };
  };
  for (const { models } of [...state.segments, state.overall]) {
    for (const [name, status] of Object.entries(models)) add(name, status);
  }
  return statuses;
}
