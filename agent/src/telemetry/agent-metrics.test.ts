import { spawnSync } from "node:child_process";
import { register } from "prom-client";
import { describe, expect, test } from "vitest";
import { ManualClock } from "../core/index.js";
import {
  registerAgentMetrics,
  type AgentMetricSources,
  type CheckpointReading,
} from "./agent-metrics.js";
import { createRegistry } from "./registry.js";
import { StageDurations } from "./stage-durations.js";

const NO_CHECKPOINT: CheckpointReading = {
  lastSavedSeconds: undefined,
  lastBytes: undefined,
  lastDurationSeconds: undefined,
  failures: 0,
  setAside: 0,
};

function exposed(sources: Partial<AgentMetricSources> = {}) {
  const registry = createRegistry();
  const metrics = registerAgentMetrics(registry, {
    clock: new ManualClock(1000),
    version: "0.1.0",
    queue: () => ({ calls: 3, capacityCalls: 50_000 }),
    calls: () => ({ accepted: 10, duplicate: 2, late: 1, rejected: { future: 4 }, refused: 7 }),
    learnedCalls: () => [{ workload: "default/Deployment/shop", calls: 7 }],
    drops: () => [{ what: "sessions", reason: "past_limit", count: 5 }],
    scrapeFailures: () => [{ workload: "default/Deployment/shop", failures: 6 }],
    checkpoint: () => NO_CHECKPOINT,
    ...sources,
  });
  new StageDurations(["score"]).register(registry);
  const lines = async () => (await registry.metrics()).split("\n");
  return { registry, metrics, lines };
}

describe("the agent's own metrics", () => {
  test("are read from their sources at each scrape", async () => {
    let accepted = 10;
    const { lines } = exposed({
      calls: () => ({ accepted, duplicate: 2, late: 1, rejected: { future: 4 }, refused: 7 }),
    });
    expect(await lines()).toEqual(
      expect.arrayContaining([
        "presage_agent_queue_calls 3",
        "presage_agent_queue_capacity_calls 50000",
        'presage_agent_calls_total{outcome="accepted",reason=""} 10',
        'presage_agent_calls_total{outcome="duplicate",reason=""} 2',
        'presage_agent_calls_total{outcome="late",reason=""} 1',
        'presage_agent_calls_total{outcome="refused",reason="queue_full"} 7',
        'presage_agent_calls_total{outcome="rejected",reason="future"} 4',
        'presage_agent_dropped_total{what="sessions",reason="past_limit"} 5',
        'presage_agent_learned_calls_total{namespace="default",workload="shop"} 7',
        'presage_agent_scrape_failures_total{namespace="default",workload="shop"} 6',
        `presage_agent_build_info{version="0.1.0",node_version="${process.version}"} 1`,
      ]),
    );
    accepted = 25;
    // Set to the source's number, not added to it.
    expect(await lines()).toContain('presage_agent_calls_total{outcome="accepted",reason=""} 25');
  });

  test("say nothing of a checkpoint before the first", async () => {
    let reading = NO_CHECKPOINT;
    const { lines } = exposed({ checkpoint: () => reading });
    const samples = async () =>
      (await lines()).filter((line) => /^presage_agent_checkpoint_(age|size|duration)/.test(line));
    expect(await samples()).toEqual([]);
    reading = {
      lastSavedSeconds: 990,
      lastBytes: 519,
      lastDurationSeconds: 0.25,
      failures: 1,
      setAside: 2,
    };
    // Age: the clock says 1000, saved at 990.
    expect(await samples()).toEqual([
      "presage_agent_checkpoint_age_seconds 10",
      "presage_agent_checkpoint_size_bytes 519",
      "presage_agent_checkpoint_duration_seconds 0.25",
    ]);
    expect(await lines()).toContain("presage_agent_checkpoint_failures_total 1");
    expect(await lines()).toContain("presage_agent_checkpoint_set_aside_total 2");
  });

  test("count fits and their failures", async () => {
    const { metrics, lines } = exposed();
    for (let fit = 0; fit < 3; fit += 1) metrics.fitStarted("volume");
    metrics.fitEnded("volume", 0.2, "fitted");
    metrics.fitEnded("volume", 0.3, "failed");
    metrics.trainingEnded("adopted");
    metrics.trainingBackend("own");
    metrics.trainingBackend("wasm");
    expect(await lines()).toEqual(
      expect.arrayContaining([
        'presage_agent_fits_running{kind="sequence"} 0',
        'presage_agent_fits_running{kind="volume"} 1',
        'presage_agent_fit_duration_seconds_count{kind="volume"} 2',
        'presage_agent_fit_duration_seconds_sum{kind="volume"} 0.5',
        'presage_agent_fit_failures_total{kind="volume"} 1',
        'presage_agent_trainings_total{outcome="adopted"} 1',
        'presage_agent_trainings_total{outcome="failed"} 0',
        'presage_agent_trainings_total{outcome="outdated"} 0',
        'presage_training_backend_info{backend="wasm"} 1',
      ]),
    );
  });

  test("stay bounded when a label's values do not, and keep the sum", async () => {
    const { lines } = exposed({
      learnedCalls: () => [],
      drops: () =>
        Array.from({ length: 10_000 }, (_, index) => ({
          what: `thing ${index}`,
          reason: "limit",
          count: 1,
        })),
    });
    const samples = (await lines()).filter((line) =>
      line.startsWith("presage_agent_dropped_total{"),
    );
    expect(samples).toHaveLength(200);
    // 199 keep their names, the rest share one.
    expect(samples.at(-1)).toBe('presage_agent_dropped_total{what="other",reason="other"} 9801');
  });

  test("include CPU, memory and the event loop of the process", async () => {
    const text = (await exposed().lines()).join("\n");
    expect(text).toMatch(/^process_cpu_seconds_total [\d.]+$/m);
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
    expect(text).toMatch(/^nodejs_eventloop_lag_seconds [\d.e-]+$/m);
  });

  test("leave the global registry alone", () => {
    exposed();
    expect(register.getMetricsAsArray()).toEqual([]);
  });
});

const promtool = spawnSync("promtool", ["--version"]).status === 0;

test.skipIf(!promtool)("promtool has no complaint", async () => {
  const { registry, metrics } = exposed({
    checkpoint: () => ({
      ...NO_CHECKPOINT,
      lastSavedSeconds: 1,
      lastBytes: 1,
      lastDurationSeconds: 1,
    }),
  });
  metrics.fitEnded("volume", 1, "fitted");
  const check = spawnSync("promtool", ["check", "metrics"], {
    input: await registry.metrics(),
    encoding: "utf8",
  });
  expect(`${check.stdout}${check.stderr}`).toBe("");
  expect(check.status).toBe(0);
});
