import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  exporterOf,
  NOW_SECONDS,
  SHOP,
  stateOf,
} from "../agent/dist/exporters/prometheus/fixture.js";
import { registerAgentMetrics } from "../agent/dist/telemetry/agent-metrics.js";
import { createRegistry } from "../agent/dist/telemetry/registry.js";
import { StageDurations } from "../agent/dist/telemetry/stage-durations.js";
import { metricNames } from "../dashboards/dist/promql.js";
import { temporaryDirectory } from "./harness/agent-process.js";
import { committedDashboards, panelsOf } from "./harness/grafana-dashboards.js";
import { findProgram, unless } from "./harness/programs.js";
import { startPrometheus } from "./harness/prometheus-server.js";
import type { PrometheusServer } from "./harness/prometheus-server.js";

const prometheusBinary = findProgram("prometheus");
const missing = prometheusBinary === undefined ? "no prometheus on the PATH" : undefined;

const SCRAPED_SECONDS = 30;
/** What the variables stand for: the workloads of the exporter below, and All where one can choose it. */
const VARIABLES: Readonly<Record<string, string>> = {
  job: "presage",
  instance: ".+",
  namespace: "default",
  workload: "shop",
  horizon: "300",
  __rate_interval: "1m",
  __range: "5m",
};

const queries = committedDashboards().flatMap(({ dashboard }) =>
  panelsOf(dashboard).flatMap(({ title = "", targets = [] }) =>
    targets.map(
      ({ refId, expr }) => [`${dashboard.title}: ${title}: ${refId}`, chosen(expr)] as const,
    ),
  ),
);

describe.skipIf(missing !== undefined)(
  unless(missing, "in a real Prometheus, with all that an agent can export"),
  () => {
    let prometheus: PrometheusServer;
    const ends: (() => Promise<unknown>)[] = [];

    beforeAll(async () => {
      const directory = await temporaryDirectory();
      ends.push(() => directory.remove());
      const exposition = everything();
      const server = createServer((_request, response) => {
        void exposition.metricsText(undefined).then(({ contentType, body }) => {
          response.setHeader("Content-Type", contentType).end(body);
        });
      });
      await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
      ends.push(
        () =>
          new Promise((closed) => {
            server.close(closed);
            server.closeAllConnections();
          }),
      );
      // A server that listens on a port has such an address.
      const { port } = server.address() as AddressInfo;
      prometheus = await startPrometheus(
        prometheusBinary ?? "",
        directory.path,
        `127.0.0.1:${port}`,
      );
      ends.push(() => prometheus.program.stop());
      // A rate needs two scrapes.
      await prometheus.queryUntilAnswered(
        "count_over_time(presage_drift_score[1m]) >= 2",
        SCRAPED_SECONDS,
      );
    });

    afterAll(async () => {
      for (const end of ends.reverse()) await end();
    });

    it.each(queries)("%s has an answer", async (_where, expr) => {
      const values = await prometheus.query(expr);
      // What was 300 seconds ago, Prometheus does not know yet.
      if (!expr.includes(" offset ")) expect(values).not.toEqual([]);
    });

    it("drift is counted where both thresholds are passed, and 0 is not unknown", async () => {
      const [, expr = ""] = queries.find(([where]) => where.endsWith(": drifting")) ?? [];
      expect(metricNames(expr)).toEqual(["presage_drift_score", "presage_drift_confidence"]);
      expect(await prometheus.query(expr)).toEqual([1]);
      // 0.95 is the confidence of the exporter above: past it, no workload drifts.
      expect(await prometheus.query(expr.replace("> bool 0.8", "> bool 0.95"))).toEqual([0]);
      expect(await prometheus.query(expr.replaceAll('"shop"', '"nobody"'))).toEqual([]);
    });
  },
);

/** As Grafana asks, but that a subquery steps by seconds: there may not have been a whole minute yet. */
function chosen(expr: string): string {
  return expr.replaceAll(":1m]", ":1s]").replaceAll(/\$\{?(\w+)\}?/g, (_text, name: string) => {
    const value = VARIABLES[name];
    if (value === undefined) throw new Error(`no value for the variable ${name}`);
    return value;
  });
}

/** An exporter with a value for each metric. */
function everything(): ReturnType<typeof exporterOf> {
  const registry = createRegistry();
  const checkpoint = {
    lastSavedSeconds: NOW_SECONDS - 10,
    lastBytes: 4_096,
    lastDurationSeconds: 0.1,
    failures: 0,
    setAside: 0,
  };
  const metrics = registerAgentMetrics(registry, {
    clock: { now: () => NOW_SECONDS },
    version: "0.1.0",
    queue: () => ({ calls: 3, capacityCalls: 20_000 }),
    calls: () => ({ accepted: 10, duplicate: 2, late: 1, rejected: { invalid: 4 }, refused: 7 }),
    learnedCalls: () => [{ workload: SHOP, calls: 7 }],
    drops: () => [{ what: "sessions", reason: "past_limit", count: 5 }],
    scrapeFailures: () => [{ workload: SHOP, failures: 6 }],
    checkpoint: () => checkpoint,
  });
  metrics.fitEnded("volume", 0.2, "fitted");
  const stages = new StageDurations(["models"]);
  stages.observe("models", 0.001);
  stages.register(registry);
  return exporterOf(() => [stateOf(SHOP, ["analysts"])], {}, registry);
}
