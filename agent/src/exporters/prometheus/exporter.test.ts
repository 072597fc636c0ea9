import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { Counter, Histogram, Registry } from "prom-client";
import { describe, expect, it } from "vitest";

import { ManualClock, warmingUp } from "../../core/index.js";
import type { WorkloadState } from "../../core/index.js";
import { createPrometheusExporter } from "./exporter.js";
import type { PrometheusExporter, PrometheusExporterOptions } from "./exporter.js";
import { NOW_SECONDS, stateOf, viewOf } from "./fixture.js";

const OPENMETRICS = "application/openmetrics-text;version=1.0.0";
const PROMTOOL = "promtool";
const SHOP = "default/Deployment/shop";

function exporterOf(
  states: () => readonly WorkloadState[],
  options: Partial<PrometheusExporterOptions> = {},
  registry = new Registry(),
): PrometheusExporter {
  return createPrometheusExporter(registry, viewOf(states), {
    mode: "shadow",
    clock: new ManualClock(NOW_SECONDS),
    counterfactuals: () => [{ cause: "drift", replicas: 1 }],
    ...options,
  });
}

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
    // Two segments of eight causes share the evidence evenly: 1 / 16.
    ["presage_drift_evidence_ratio", ',segment="analysts",cause="timing"', "0.0625"],
    ["presage_forecast_calls_per_second", ',horizon_seconds="300",bound="lower"', "30"],
    ["presage_forecast_calls_per_second", ',horizon_seconds="300",bound="point"', "40"],
    ["presage_forecast_calls_per_second", ',horizon_seconds="300",bound="upper"', "55"],
    ["presage_forecast_coverage_ratio", ',horizon_seconds="60"', "0.91"],
    ["presage_forecast_error_ratio", ',horizon_seconds="60",baseline="naive"', "0.8"],
    ["presage_predicted_workload_probability", ',class="normal"', "0.7"],
    ["presage_current_replicas", "", "2"],
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
    ]);
  });
});

describe("what is unknown", () => {
  it("is absent, and the status says why", async () => {
    const state = stateOf(SHOP, []);
    const unknown: WorkloadState = {
      ...state,
      overall: { ...state.overall, drift: warmingUp("too_few_windows") },
      forecast: { status: "failed", reason: "partial_coverage" },
      forecastQuality: state.forecastQuality.map((quality) => ({ ...quality, scored: 0 })),
      predictedWorkload: warmingUp("no_usage_yet"),
      decision: undefined,
    };
    const lines = await series(exporterOf(() => [unknown]));
    const names = new Set(lines.map((line) => line.slice(0, line.indexOf("{"))));
    expect([...names].sort()).toEqual([
      "presage_export_omitted",
      "presage_mode",
      "presage_model_status",
      "presage_observed_calls_per_second",
    ]);
    const status = 'model="volume",status="failed",reason="partial_coverage"';
    expect(lines).toContain(`presage_model_status${inShop(`,segment="all",${status}`)} 1`);
  });

  it("is never NaN", async () => {
    const state = stateOf(SHOP, []);
    const broken = { ...state, overall: { ...state.overall, callsPerSecond: NaN } };
    const lines = await series(exporterOf(() => [broken]));
    expect(lines.filter((line) => line.startsWith("presage_observed_calls_per_second"))).toEqual(
      [],
    );
  });

  it("is a recommendation that has expired, but for its expiry", async () => {
    const clock = new ManualClock(NOW_SECONDS + 299);
    const exporter = exporterOf(() => [stateOf(SHOP, [])], { clock });
    const recommended = async () =>
      (await series(exporter)).filter((line) => line.startsWith("presage_recommended_replicas"));
    expect(await recommended()).toHaveLength(3);
    clock.set(NOW_SECONDS + 300);
    expect(await recommended()).toEqual([]);
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

describe("limits", () => {
  it("20 segments stay far under 5,000 series", async () => {
    const segments = Array.from({ length: 20 }, (_, index) => `role-${index}`);
    const lines = await series(exporterOf(() => [stateOf(SHOP, segments)]));
    expect(lines.length).toBeLessThan(500);
  });

  it("the most that is exported stays under 5,000 series, and the rest is counted", async () => {
    const segments = Array.from({ length: 20 }, (_, index) => `role-${index}`);
    const states = Array.from({ length: 25 }, (_, index) =>
      stateOf(`default/Deployment/service-${index}`, segments),
    );
    const lines = await series(exporterOf(() => states));
    expect(lines.length).toBeLessThan(5_000);
    // 20 of 25 workloads; of their 400 segments the first 180.
    expect(lines).toContain('presage_export_omitted{what="workloads"} 5');
    expect(lines).toContain('presage_export_omitted{what="segments"} 220');
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

describe("formats", () => {
  const agentRegistry = (): Registry => {
    const registry = new Registry();
    const calls = new Counter({
      name: "presage_agent_calls_total",
      help: 'Calls by "outcome".\nBackslash: \\',
      labelNames: ["outcome"],
      registers: [registry],
    });
    calls.inc({ outcome: "accepted" }, 3);
    const stages = new Histogram({
      name: "presage_agent_stage_duration_seconds",
      help: "How long a stage takes.",
      labelNames: ["stage"],
      buckets: [0.1, 1],
      registers: [registry],
    });
    stages.observe({ stage: "score" }, 0.5);
    return registry;
  };

  it("regression: a scrape of OpenMetrics does not rename the counters of the next one", async () => {
    const exporter = exporterOf(() => [], {}, agentRegistry());
    const counter = 'presage_agent_calls_total{outcome="accepted"} 3';
    const [first, openmetrics, last] = await Promise.all([
      exporter.metricsText(undefined),
      exporter.metricsText(OPENMETRICS),
      exporter.metricsText("text/plain"),
    ]);
    expect(first.contentType).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(last.body).toBe(first.body);
    expect(first.body).toContain("# TYPE presage_agent_calls_total counter");
    expect(openmetrics.contentType).toBe(
      "application/openmetrics-text; version=1.0.0; charset=utf-8",
    );
    expect(openmetrics.body).toContain("# TYPE presage_agent_calls counter\n");
    expect(openmetrics.body.endsWith("\n# EOF\n")).toBe(true);
    for (const { body } of [first, openmetrics]) {
      expect(body).toContain(`${counter}\n`);
      expect(body).toContain('presage_agent_stage_duration_seconds_bucket{le="1",stage="score"} 1');
      expect(body).toContain('presage_agent_stage_duration_seconds_count{stage="score"} 1');
    }
  });

  const promtool = spawnSync(PROMTOOL, ["--version"]).error === undefined;
  if (!promtool) process.stderr.write("the exposition was NOT checked: there is no promtool\n");
  const hostile = stateOf("default/Deployment/shop", ['say "hi"\nback\\slash {a="b"} 日本']);

  it.skipIf(!promtool)("promtool has no complaint about the text format", async () => {
    const { body } = await exporterOf(() => [hostile], {}, agentRegistry()).metricsText(undefined);
    const { status, stdout, stderr } = spawnSync(PROMTOOL, ["check", "metrics"], { input: body });
    expect(`${stdout.toString()}${stderr.toString()}`).toBe("");
    expect(status).toBe(0);
  });

  it.skipIf(!promtool)("promtool reads the OpenMetrics format", async () => {
    const { body } = await exporterOf(() => [hostile], {}, agentRegistry()).metricsText(
      OPENMETRICS,
    );
    // `check metrics` reads the text format only; making blocks has the strict OpenMetrics parser,
    // but wants a time on each sample.
    const timed = body.replaceAll(/^(?!#)(.+)$/gm, `$1 ${NOW_SECONDS}`);
    const folder = mkdtempSync(join(tmpdir(), "presage-openmetrics-"));
    try {
      const file = join(folder, "metrics.txt");
      writeFileSync(file, timed);
      const { status, stderr } = spawnSync(PROMTOOL, [
        ...["tsdb", "create-blocks-from", "openmetrics", file, join(folder, "blocks")],
      ]);
      expect(`${status ?? "killed"} ${stderr.toString()}`).toBe("0 ");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
