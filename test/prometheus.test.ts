import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAgentProcess, temporaryDirectory } from "./harness/agent-process.js";
import type { AgentProcess } from "./harness/agent-process.js";
import { SHOP_COMMAND } from "./harness/built-agent.js";
import { findProgram, unless } from "./harness/programs.js";
import { startPrometheus } from "./harness/prometheus-server.js";
import type { PrometheusServer } from "./harness/prometheus-server.js";
import { RunningProgram } from "./harness/running-program.js";
import { sendCalls } from "./harness/send-calls.js";
import { shopStory } from "./harness/shop-story.js";

const MILLISECONDS_PER_SECOND = 1000;
/**
 * The story is told at once and ends now, so that its beginning is an hour old: a window stays open for
 * 20 minutes, and the agent's look at the clock (three times that) closes none before its calls are in.
 */
const LATENESS_SECONDS = 1200;
const STORY_SECONDS = 3500;
const ANSWER_SECONDS = 20;

const prometheusBinary = findProgram("prometheus");
const promtool = findProgram("promtool");
const noPrometheus = prometheusBinary === undefined ? "no prometheus on the PATH" : undefined;
const noPromtool = promtool === undefined ? "no promtool on the PATH" : undefined;

/** Every metric of the interface, and a query that must have a value. */
const QUERIES: readonly (readonly [string, string])[] = [
  ["presage_observed_calls_per_second", '{workload="shop",segment="all"} > 0'],
  ["presage_observed_calls_per_second", '{workload="shop",segment="analysts"}'],
  ["presage_drift_score", '{namespace="default",workload="shop",segment="all"} > 0.5'],
  ["presage_drift_confidence", '{workload="shop",segment="all"} > 0.8'],
  ["presage_drift_score", '{workload="shop",segment="analysts"}'],
  ["presage_forecast_calls_per_second", '{horizon_seconds="300",bound="lower"} >= 0'],
  ["presage_forecast_calls_per_second", '{horizon_seconds="300",bound="point"} > 0'],
  ["presage_forecast_calls_per_second", '{horizon_seconds="300",bound="upper"} > 0'],
  ["presage_forecast_operation_calls_per_second", '{horizon_seconds="60",bound="point"} >= 0'],
  ["presage_forecast_coverage_ratio", '{horizon_seconds="60"} <= 1'],
  ["presage_forecast_error_ratio", '{baseline="naive"} > 0'],
  ["presage_predicted_workload_probability", '{class="normal"} <= 1'],
  ["presage_current_replicas", '{workload="shop"} == 1'],
  ["presage_recommended_replicas", '{bound="lower"} >= 1'],
  ["presage_recommended_replicas", '{bound="target"} > 1'],
  ["presage_recommended_replicas", '{bound="upper"} > 1'],
  ["presage_recommended_cpu_cores", '{bound="target"} > 0'],
  ["presage_recommended_memory_bytes", '{bound="target"} > 0'],
  ["presage_recommended_network_bytes_per_second", '{bound="target"} > 0'],
  ["presage_recommendation_contribution_replicas", '{cause="load"}'],
  ["presage_guard_active", '{guard="reactive_floor"} <= 1'],
  ["presage_decision_branch", '{branch="drift"} <= 1'],
  ["presage_recommendation_expiry_timestamp_seconds", '{workload="shop"} > 1e9'],
  ["presage_mode", '{mode="shadow"} == 1'],
  ["presage_model_status", '{model="volume",status="ready"} == 1'],
  ["presage_model_status", '{model="sequence",segment="shoppers",status="ready"} == 1'],
  ["presage_model_status", '{model="payload",segment="shoppers",status="ready"} == 1'],
  ["presage_agent_learned_calls_total", '{workload="shop"} > 10000'],
  ["presage_agent_calls_total", '{outcome="accepted"} > 10000'],
  ["presage_agent_queue_calls", " >= 0"],
  ["presage_agent_scrape_failures_total", '{workload="shop"} == 0'],
];

/** Their models come later: until then they are absent, not zero. */
const ABSENT = ["presage_counterfactual_replicas", "presage_scheduled_event_active"];

describe("a real Prometheus that scrapes the agent", () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let shop: RunningProgram;
  let agent: AgentProcess;
  let prometheus: PrometheusServer | undefined;

  beforeAll(async () => {
    directory = await temporaryDirectory();
    shop = new RunningProgram("shop", process.execPath, [SHOP_COMMAND, "--port", "0"]);
    const shopUrl = `http://127.0.0.1:${await shop.waitForLine(listeningPort, ANSWER_SECONDS)}`;
    agent = await startAgentProcess(directory.path, {
      scrape: [
        { service: "shop", url: `${shopUrl}/metrics`, intervalSeconds: 1, timeoutSeconds: 1 },
      ],
      ingestion: { latenessSeconds: LATENESS_SECONDS },
      allocation: { callsPerSecondPerReplica: 2, expirySeconds: 3700 },
    });
    const nowSeconds = Date.now() / MILLISECONDS_PER_SECOND;
    const calls = shopStory({
      seed: 1,
      startSeconds: nowSeconds - STORY_SECONDS,
      durationSeconds: STORY_SECONDS,
      exports: true,
      campaign: true,
    });
    const sent = await sendCalls(agent.apiUrl, calls);
    expect(sent).toMatchObject({ accepted: calls.length, late: 0, rejected: 0 });
    for (let call = 0; call < 100; call += 1) await fetch(`${shopUrl}/products`);
    if (prometheusBinary !== undefined) {
      const target = new URL(agent.metricsUrl).host;
      prometheus = await startPrometheus(prometheusBinary, directory.path, target);
    }
  });

  afterAll(async () => {
    await prometheus?.program.stop();
    await agent.program.stop();
    await shop.stop();
    await directory.remove();
  });

  it.skipIf(noPrometheus !== undefined).each(QUERIES)(
    unless(noPrometheus, "%s%s has a value"),
    async (name, rest) => {
      const values = await prometheus?.queryUntilAnswered(`${name}${rest}`, ANSWER_SECONDS);
      for (const value of values ?? []) expect(value).toSatisfy(Number.isFinite);
    },
  );

  it.skipIf(noPrometheus !== undefined).each(ABSENT)(
    unless(noPrometheus, "%s is absent until its model is there"),
    async (name) => {
      await prometheus?.queryUntilAnswered("presage_mode", ANSWER_SECONDS);
      expect(await prometheus?.query(name)).toEqual([]);
    },
  );

  it.skipIf(noPrometheus !== undefined)(
    unless(noPrometheus, "is up, and scrapes without an error"),
    async () => {
      expect(await prometheus?.queryUntilAnswered("up", ANSWER_SECONDS)).toEqual([1]);
    },
  );

  it.skipIf(noPromtool !== undefined)(
    unless(noPromtool, "promtool has no complaint about the metrics"),
    async () => {
      const { text } = await agent.metrics();
      expect(checkMetrics(text)).toEqual({ status: 0, complaints: "" });
    },
  );
});

describe("200 operations by 20 segments", () => {
  it("stay under 5,000 series", async () => {
    const operations = 200;
    const segments = 20;
    const directory = await temporaryDirectory();
    const agent = await startAgentProcess(directory.path, {
      ingestion: { latenessSeconds: LATENESS_SECONDS, maxOperations: operations },
      // Places are kept for the segment of all others and for callers without a role.
      behavior: { maxSegments: segments + 2 },
      allocation: { expirySeconds: 3700 },
    });
    try {
      const nowSeconds = Date.now() / MILLISECONDS_PER_SECOND;
      // Each combination ten times in 3,500 s: all models of all segments are ready at the end.
      const rounds = 10;
      const total = operations * segments * rounds;
      const calls = Array.from({ length: total }, (_, index) => ({
        timestamp: nowSeconds - STORY_SECONDS + (index * STORY_SECONDS) / total,
        service: "large",
        method: "GET",
        // Coprime steps, so that every segment calls every operation.
        route: `/operation-${Math.floor(index / segments) % operations}`,
        status: 200,
        durationSeconds: 0.01,
        responseBytes: 1000 + (index % 100),
        userId: `user-${index % 1000}`,
        roles: [`role-${index % segments}`],
      }));
      const sent = await sendCalls(agent.apiUrl, calls);
      expect(sent).toMatchObject({ accepted: total, late: 0, rejected: 0 });
      const metrics = await agent.metrics();
      // One for each role, and one for the whole workload.
      expect(metrics.find("presage_observed_calls_per_second")).toHaveLength(segments + 1);
      expect(metrics.sum("presage_agent_dropped_total", { what: "segments" })).toBe(0);
      process.stdout.write(`200 operations x 20 segments: ${metrics.samples.length} series\n`);
      expect(metrics.samples.length).toBeLessThan(5000);
      expect(metrics.samples.length).toBeGreaterThan(segments * 5);
      if (promtool !== undefined) {
        expect(checkMetrics(metrics.text)).toEqual({ status: 0, complaints: "" });
      }
    } finally {
      await agent.program.stop();
      await directory.remove();
    }
  });
});

function checkMetrics(text: string): { status: number | null; complaints: string } {
  const outcome = spawnSync(promtool ?? "promtool", ["check", "metrics"], {
    input: text,
    encoding: "utf8",
  });
  return { status: outcome.status, complaints: `${outcome.stdout}${outcome.stderr}`.trim() };
}

function listeningPort(line: string): number | undefined {
  if (!line.includes('"listening"')) return undefined;
  const event: unknown = JSON.parse(line);
  return typeof event === "object" && event !== null && "port" in event
    ? Number(event.port)
    : undefined;
}
