import type { PlainFrame } from "presage-panel-host";

export const STEP_SECONDS = 15;
export const NOW_MS = Date.UTC(2026, 0, 1, 12);
const MILLISECONDS_PER_SECOND = 1000;
const STEP_MS = STEP_SECONDS * MILLISECONDS_PER_SECOND;
const RANGE_STEPS = 40;
const EXPIRES_IN_SECONDS = 300;

/** The range of all these frames: ten minutes until now. */
export const RANGE = { fromMs: NOW_MS - RANGE_STEPS * STEP_MS, toMs: NOW_MS } as const;

/** One series as Grafana's Prometheus data source gives it: a value a step, the last one now. */
export function series(
  metric: string,
  labels: Readonly<Record<string, string>>,
  values: readonly unknown[],
): PlainFrame {
  return {
    refId: metric,
    fields: [
      {
        name: "Time",
        type: "time",
        values: values.map((_, index) => NOW_MS - (values.length - 1 - index) * STEP_MS),
        config: { interval: STEP_MS },
      },
      {
        name: "Value",
        type: "number",
        values,
        labels: { __name__: metric, namespace: "default", ...labels },
      },
    ],
  };
}

/** A course of the load of `steps` values around 12 calls a second. */
export function course(steps: number, phase = 0): number[] {
  return Array.from({ length: steps }, (_, step) => 12 + 3 * Math.sin((step + phase) / 7));
}

/**
 * A workload of which everything is known: its behavior differs, it has 2 replicas and should have 5;
 * +4 for changed behavior and -1 for how fast it may grow.
 */
export function knownWorkload(workload = "shop"): PlainFrame[] {
  const of = (metric: string, labels: Record<string, string>, ...values: number[]): PlainFrame =>
    series(`presage_${metric}`, { workload, ...labels }, values);
  const load = course(RANGE_STEPS);
  const bounded = (metric: string, lower: number, target: number, upper: number): PlainFrame[] => [
    of(metric, { bound: "lower" }, lower),
    of(metric, { bound: "target" }, target),
    of(metric, { bound: "upper" }, upper),
  ];
  return [
    of("observed_calls_per_second", { segment: "all" }, ...load),
    of("drift_score", { segment: "all" }, ...load.map((_, step) => step / RANGE_STEPS)),
    of("drift_confidence", { segment: "all" }, 0.95),
    of("drift_score", { segment: "analysts" }, 0.9),
    of("drift_confidence", { segment: "analysts" }, 0.97),
    of("drift_evidence_ratio", { segment: "analysts", cause: "operation_mix" }, 0.6),
    of("drift_evidence_ratio", { segment: "analysts", cause: "timing" }, 0.3),
    ...(["lower", "point", "upper"] as const).map((bound, index) =>
      of(
        "forecast_calls_per_second",
        { horizon_seconds: "60", bound },
        ...load.map((value) => value + 4 * index),
      ),
    ),
    of("forecast_coverage_ratio", { horizon_seconds: "60" }, 0.91),
    of("forecast_error_ratio", { horizon_seconds: "60", baseline: "naive" }, 0.88),
    of("predicted_workload_probability", { class: "normal" }, 0.2),
    of("predicted_workload_probability", { class: "compute_intensive" }, 0.8),
    of("current_replicas", {}, 2),
    ...bounded("recommended_replicas", 4, 5, 6),
    of("current_cpu_cores", {}, 0.5),
    ...bounded("recommended_cpu_cores", 0.5, 0.75, 1),
    of("current_memory_bytes", {}, 268_435_456),
    ...bounded("recommended_memory_bytes", 268_435_456, 268_435_456, 536_870_912),
    of("current_network_bytes_per_second", {}, 500_000),
    ...bounded("recommended_network_bytes_per_second", 250_000, 400_000, 500_000),
    of("recommendation_contribution_replicas", { cause: "drift" }, 4),
    of("recommendation_contribution_replicas", { cause: "scale_up_rate" }, -1),
    of("guard_active", { guard: "scale_up_rate" }, 1),
    of("guard_active", { guard: "stabilization" }, 0),
    of("decision_branch", { branch: "drift" }, 1),
    of("decision_branch", { branch: "keep" }, 0),
    of(
      "recommendation_expiry_timestamp_seconds",
      {},
      NOW_MS / MILLISECONDS_PER_SECOND + EXPIRES_IN_SECONDS,
    ),
    of("model_status", { segment: "all", model: "volume", status: "ready", reason: "" }, 1),
    series("presage_mode", { mode: "shadow" }, [1]),
    series("presage_mode", { mode: "act" }, [0]),
  ];
}

/** The name of a frame's metric. */
export function metricOf(frame: PlainFrame): string | undefined {
  return frame.fields.find(({ type }) => type === "number")?.labels?.["__name__"];
}
