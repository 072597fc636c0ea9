import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { featureStates, ManualClock, warmingUp } from "../../core/index.js";
import type { FeatureState, WorkloadState } from "../../core/index.js";
import type { PrometheusExporter } from "./exporter.js";
import { exporterOf, NOW_SECONDS, OPENMETRICS, SHOP, stateOf } from "./fixture.js";

const NOTHING_SEEN: FeatureState = {
  changeProbability: warmingUp("too_few_windows"),
  lastChange: undefined,
  anomalyScore: { status: "failed", reason: "stale_input" },
};

/** The lines of a scrape that are series. */
async function series(exporter: PrometheusExporter, accept?: string): Promise<string[]> {
  const { body } = await exporter.metricsText(accept);
  return body.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

const inShop = (labels: string): string => `{namespace="default",workload="shop"${labels}}`;

describe("what is published", () => {
  it.each([
    ["presage_observed_calls_per_second", ',segment="all"', "20"],
    ["presage_observed_calls_per_second", ',segment="analysts"', "20"],
    ["presage_drift_score", ',segment="analysts"', "0.8"],
    ["presage_drift_confidence", ',segment="all"', "0.95"],
    // Two segments of ten causes share the evidence evenly: 1 / 20.
    ["presage_drift_evidence_ratio", ',segment="analysts",cause="timing"', "0.05"],
    ["presage_segment_actors", ',segment="analysts"', "25"],
    ["presage_payload_outliers_total", ',segment="analysts"', "3"],
    ["presage_forecast_calls_per_second", ',horizon_seconds="300",bound="lower"', "30"],
    ["presage_forecast_calls_per_second", ',horizon_seconds="300",bound="point"', "40"],
    ["presage_forecast_calls_per_second", ',horizon_seconds="300",bound="upper"', "55"],
    [
      "presage_forecast_operation_calls_per_second",
      ',operation="GET /page-0",horizon_seconds="300",bound="point"',
      "4",
    ],
    [
      "presage_forecast_operation_calls_per_second",
      ',operation="{other}",horizon_seconds="900",bound="upper"',
      "7",
    ],
    ["presage_forecast_coverage_ratio", ',horizon_seconds="60"', "0.91"],
    ["presage_forecast_error_ratio", ',horizon_seconds="60",baseline="naive"', "0.8"],
    ["presage_forecast_season_strength_ratio", ',season="day"', "0.75"],
    ["presage_forecast_season_strength_ratio", ',season="hour"', "0"],
    ["presage_scheduled_event_active", ',event="sale"', "1"],
    ["presage_scheduled_event_active", ',event="holiday"', "0"],
    ["presage_predicted_workload_probability", ',class="normal"', "0.7"],
    ["presage_change_point_probability", ',feature="request_bytes"', "0.25"],
    [
      "presage_last_change_point_timestamp_seconds",
      ',feature="error_ratio"',
      String(NOW_SECONDS - 3600),
    ],
    ["presage_anomaly_score", ',feature="calls_per_second"', "0.125"],
    ["presage_current_replicas", "", "2"],
    ["presage_current_cpu_cores", "", "0.5"],
    ["presage_current_memory_bytes", "", "268435456"],
    ["presage_current_network_bytes_per_second", "", "6250000"],
    ["presage_recommended_replicas", ',bound="target"', "4"],
    ["presage_recommended_cpu_cores", ',bound="lower"', "1"],
    ["presage_recommended_memory_bytes", ',bound="upper"', "536870912"],
    ["presage_recommended_network_bytes_per_second", ',bound="target"', "12500000"],
    ["presage_recommendation_contribution_replicas", ',cause="scale_up_rate"', "-1"],
    ["presage_counterfactual_replicas", ',cause="drift"', "1"],
    ["presage_guard_active", ',guard="scale_up_rate"', "1"],
    ["presage_guard_active", ',guard="reactive_floor"', "0"],
    ["presage_decision_branch", ',branch="drift"', "1"],
    ["presage_decision_branch", ',branch="keep"', "0"],
    ["presage_recommendation_expiry_timestamp_seconds", "", String(NOW_SECONDS + 300)],
    ["presage_model_info", ',segment="analysts",model="sequence",served_by="lstm"', "1"],
    ["presage_model_status", ',segment="all",model="volume",status="ready",reason=""', "1"],
    [
      "presage_model_status",
      ',segment="all",model="cost",status="warming_up",reason="no_usage_yet"',
      "1",
    ],
  ])("%s%s", async (name, labels, value) => {
    const lines = await series(exporterOf(() => [stateOf(SHOP, ["analysts", "shoppers"])]));
    expect(lines).toContain(`${name}${inShop(labels)} ${value}`);
  });

  it("says its mode even before the first call", async () => {
    expect(await series(exporterOf(() => []))).toEqual([
      'presage_mode{mode="shadow"} 1',
      'presage_export_omitted{what="workloads"} 0',
      'presage_export_omitted{what="segments"} 0',
      'presage_export_omitted{what="operations"} 0',
    ]);
  });
});

describe("what is unknown", () => {
  it("is absent, and the status says why", async () => {
    const state = stateOf(SHOP, []);
    const unknown: WorkloadState = {
      ...state,
      overall: {
        ...state.overall,
        drift: warmingUp("too_few_windows"),
        payloadOutliers: undefined,
      },
      forecast: { status: "failed", reason: "partial_coverage" },
      operationForecast: { status: "failed", reason: "partial_coverage" },
      forecastQuality: state.forecastQuality.map((quality) => ({ ...quality, scored: 0 })),
      seasons: [],
      scheduledEvents: [],
      features: featureStates(() => NOTHING_SEEN),
      predictedWorkload: warmingUp("no_usage_yet"),
      decision: undefined,
    };
    const lines = await series(exporterOf(() => [unknown]));
    const names = new Set(lines.map((line) => line.slice(0, line.indexOf("{"))));
    expect([...names].sort()).toEqual([
      "presage_export_omitted",
      "presage_mode",
      "presage_model_info",
      "presage_model_status",
      "presage_observed_calls_per_second",
    ]);
    for (const model of ["volume", "mix"]) {
      const status = `model="${model}",status="failed",reason="partial_coverage"`;
      expect(lines).toContain(`presage_model_status${inShop(`,segment="all",${status}`)} 1`);
    }
  });

  it("is never NaN", async () => {
    const state = stateOf(SHOP, []);
    const broken = { ...state, overall: { ...state.overall, callsPerSecond: NaN } };
    const lines = await series(exporterOf(() => [broken]));
    expect(lines.filter((line) => line.startsWith("presage_observed_calls_per_second"))).toEqual(
      [],
    );
  });

  it("regression: is the load in an outage, which is absent and not 0", async () => {
    const state = stateOf(SHOP, []);
    const outage = { ...state, overall: { ...state.overall, callsPerSecond: undefined } };
    const lines = await series(exporterOf(() => [outage]));
    expect(lines.filter((line) => line.startsWith("presage_observed_calls_per_second"))).toEqual(
      [],
    );
  });

  it("is a recommendation that has expired, but for its expiry", async () => {
    const clock = new ManualClock(NOW_SECONDS + 299);
    const exporter = exporterOf(() => [stateOf(SHOP, [])], { clock });
    const decided = async () =>
      (await series(exporter)).filter((line) => /^presage_(recommended|current)_/.test(line));
    // Four resources: the current one, and three bounds of the recommended one.
    expect(await decided()).toHaveLength(16);
    clock.set(NOW_SECONDS + 300);
    expect(await decided()).toEqual([]);
    const expiry = `presage_recommendation_expiry_timestamp_seconds${inShop("")}`;
    expect(await series(exporter)).toContain(`${expiry} ${NOW_SECONDS + 300}`);
  });

  it("is a segment that has vanished", async () => {
    let states = [stateOf(SHOP, ["analysts"])];
    const exporter = exporterOf(() => states);
    const analysts = async () =>
      (await series(exporter)).filter((line) => line.includes('segment="analysts"'));
    expect(await analysts()).not.toEqual([]);
    states = [stateOf(SHOP, [])];
    expect(await analysts()).toEqual([]);
  });
});

describe("one scrape", () => {
  it("regression: looks at the state once, not once for each metric", async () => {
    let looks = 0;
    const exporter = exporterOf(() => {
      looks += 1;
      return [stateOf(SHOP, [])];
    });
    await series(exporter);
    expect(looks).toBe(1);
    await series(exporter);
    expect(looks).toBe(2);
  });

  it("keeps to its own state when another one begins meanwhile", async () => {
    let states = [stateOf(SHOP, [])];
    const exporter = exporterOf(() => states);
    const first = series(exporter);
    states = [];
    const second = series(exporter);
    expect((await first).some((line) => line.startsWith("presage_drift_score"))).toBe(true);
    expect((await second).some((line) => line.startsWith("presage_drift_score"))).toBe(false);
  });
});

describe("limits", () => {
  it("20 segments stay far under 5,000 series", async () => {
    const segments = Array.from({ length: 20 }, (_, index) => `role-${index}`);
    const lines = await series(exporterOf(() => [stateOf(SHOP, segments)]));
    expect(lines.length).toBeLessThan(650);
  });

  it("the most that is exported stays under 5,000 series, and the rest is counted", async () => {
    const segments = Array.from({ length: 20 }, (_, index) => `role-${index}`);
    const states = Array.from({ length: 25 }, (_, index) =>
      stateOf(`default/Deployment/service-${index}`, segments),
    );
    const lines = await series(exporterOf(() => states));
    expect(lines.length).toBeLessThan(5_000);
    // 20 of 25 workloads; of their 400 segments the first 116, of their 220 operations the first 60.
    expect(lines).toContain('presage_export_omitted{what="workloads"} 5');
    expect(lines).toContain('presage_export_omitted{what="segments"} 284');
    expect(lines).toContain('presage_export_omitted{what="operations"} 160');
  });

  it("no series comes twice", async () => {
    const states = [
      stateOf(SHOP, ["all", "analysts", "analysts"]),
      stateOf("default/StatefulSet/shop", ["analysts"]),
    ];
    const lines = await series(exporterOf(() => states));
    const names = lines.map((line) => line.slice(0, line.lastIndexOf(" ")));
    expect(new Set(names).size).toBe(names.length);
    expect(lines).toContain('presage_export_omitted{what="workloads"} 1');
    expect(lines).toContain('presage_export_omitted{what="segments"} 2');
  });
});

describe("label values", () => {
  it("survive the way there and back, whatever is in them", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.string({ unit: "grapheme", minLength: 1 }), { maxLength: 5 }),
        fc.constantFrom(undefined, OPENMETRICS),
        async (names, accept) => {
          const segments = names.filter((name) => name !== "all");
          const lines = await series(
            exporterOf(() => [stateOf(SHOP, segments)]),
            accept,
          );
          const read = lines
            .filter((line) => line.startsWith("presage_drift_score{"))
            .map((line) => readLabel(line, "segment"));
          expect(read).toEqual(["all", ...segments]);
        },
      ),
      { numRuns: 50, seed: 20_260_301 },
    );
  });

  it("regression: names with the separators of prom-client's keys are two series", async () => {
    // prom-client would key both as `namespace:a,segment:b,segment:d,workload:c,`.
    const states = [
      stateOf("a,segment:b/Deployment/c", ["d"]),
      stateOf("a/Deployment/c", ["b,segment:d"]),
    ];
    const lines = await series(exporterOf(() => states));
    expect(lines.filter((line) => line.startsWith("presage_drift_score{"))).toHaveLength(4);
  });
});

/** Reads a quoted label value as the exposition format defines it. */
function readLabel(line: string, name: string): string {
  let value = "";
  for (let index = line.indexOf(`${name}="`) + name.length + 2; line[index] !== '"'; index++) {
    if (line[index] === "\\") {
      index++;
      value += line[index] === "n" ? "\n" : (line[index] ?? "");
    } else {
      value += line[index] ?? "";
    }
  }
  return value;
}
