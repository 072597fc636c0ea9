import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Counter, Histogram, Registry } from "prom-client";
import { describe, expect, it } from "vitest";

import { exporterOf, NOW_SECONDS, OPENMETRICS, SHOP, stateOf } from "./fixture.js";

const PROMTOOL = "promtool";

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

  it("a count that is read from the state is a counter in either format", async () => {
    const exporter = exporterOf(() => [stateOf(SHOP, ["analysts"])]);
    const series =
      'presage_payload_outliers_total{namespace="default",workload="shop",segment="analysts"} 3';
    const text = (await exporter.metricsText(undefined)).body;
    expect(text).toContain("# TYPE presage_payload_outliers_total counter\n");
    expect(text).toContain(`${series}\n`);
    const openmetrics = (await exporter.metricsText(OPENMETRICS)).body;
    expect(openmetrics).toContain("# TYPE presage_payload_outliers counter\n");
    expect(openmetrics).toContain(`${series}\n`);
  });

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
