import type { WorkloadKey, WorkloadState } from "../core/index.js";

const BOUNDS = ["lower", "point", "upper"] as const;

/** The first line of a replay's timeline: one row a window follows. */
export function timelineHeader(horizonsSeconds: readonly number[]): string {
  const forecast = horizonsSeconds.flatMap((horizon) =>
    BOUNDS.map((bound) => `forecast_${horizon}s_${bound}`),
  );
  return `${["time", "workload", "calls_per_second", "drift_score", "drift_confidence", ...forecast, "recommended_replicas", "branch"].join(",")}\n`;
}

/** One window; an unknown value is an empty cell, never a number. */
export function timelineRow(
  workload: WorkloadKey,
  state: WorkloadState,
  horizonsSeconds: readonly number[],
): string {
  const { overall, forecast, decision } = state;
  const drift = overall.drift.status === "ready" ? overall.drift.value : undefined;
  const points = forecast.status === "ready" ? forecast.value.points : [];
  const cells = [
    new Date(state.timeSeconds * 1000).toISOString(),
    workload,
    overall.callsPerSecond,
    drift?.score,
    drift?.confidence,
    ...horizonsSeconds.flatMap((horizon) => {
      const point = points.find(({ horizonSeconds }) => horizonSeconds === horizon);
      return BOUNDS.map((bound) => point?.[bound]);
    }),
    decision?.recommended.target.replicas,
    decision?.branch,
  ];
  return `${cells.map((cell) => cell ?? "").join(",")}\n`;
}
