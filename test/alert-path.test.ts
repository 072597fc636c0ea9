import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { EXPORTS_BEGIN_SECONDS } from "presage-example-shop/scenario";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { RecordedAlert } from "../agent/dist/api/alert-schema.js";
import { startAgentProcess, temporaryDirectory } from "./harness/agent-process.js";
import type { AgentProcess } from "./harness/agent-process.js";
import { findAlertmanager, startAlertmanager } from "./harness/alertmanager-server.js";
import type { AlertmanagerServer } from "./harness/alertmanager-server.js";
import { PROJECT_ROOT } from "./harness/built-agent.js";
import { Exposition } from "./harness/exposition.js";
import { findProgram, unless } from "./harness/programs.js";
import { startConfiguredPrometheus } from "./harness/prometheus-server.js";
import type { PrometheusServer } from "./harness/prometheus-server.js";
import { shopStory } from "./harness/shop-story.js";
import type { StoryCall } from "./harness/shop-story.js";

const MILLISECONDS_PER_SECOND = 1000;
const BATCH_CALLS = 500;
/** One scrape, one evaluation, the wait for the alert and for its group: some five seconds. */
const ARRIVAL = { timeout: 20_000, interval: 200 };

/**
 * The story is told in three parts within seconds, and its beginning is an hour old. A window is judged
 * once calls are in that are LATENESS_SECONDS younger; the agent's look at the clock (three times that)
 * closes none before its calls are in.
 */
const LATENESS_SECONDS = 1200;
const STORY_SECONDS = 3500;
/** Longer than three times the lateness, as the agent insists on. */
const EXPIRY_SECONDS = 3700;
/** Exports that last are no drift any more after that long: ended 600 s after they were found, at about 1560 s. */
const NEW_NORMAL_SECONDS = 600;
const JUDGED_BEFORE_EXPORTS = EXPORTS_BEGIN_SECONDS - 60;
const JUDGED_WITH_EXPORTS = EXPORTS_BEGIN_SECONDS + 300;

const DRIFT = "PresageDriftDetected";
const DASHBOARDS = join(PROJECT_ROOT, "dashboards");

const prometheusBinary = findProgram("prometheus");
const alertmanagerBinary = findAlertmanager();
const missing =
  prometheusBinary === undefined
    ? "no prometheus on the PATH"
    : alertmanagerBinary === undefined
      ? "no alertmanager on the PATH"
      : findProgram("amtool") === undefined
        ? "no amtool on the PATH"
        : undefined;

describe.skipIf(missing !== undefined)(
  unless(missing, "the alert on the demo's drift, with the shipped rules and configurations"),
  () => {
    const token = randomBytes(32).toString("hex");
    const authorization = { authorization: `Bearer ${token}` };
    const cleanUps: (() => Promise<unknown>)[] = [];
    let agent: AgentProcess;
    let alertmanager: AlertmanagerServer;
    let prometheus: PrometheusServer;
    let story: readonly StoryCall[];
    let storyStart: number;

    /** Sends the calls of the story until the windows that end by `judgedSeconds` of it are judged. */
    async function tellUntilJudged(judgedSeconds: number): Promise<void> {
      const end = storyStart + judgedSeconds + LATENESS_SECONDS;
      const due = story.filter(({ timestamp }) => timestamp < end);
      story = story.slice(due.length);
      for (let from = 0; from < due.length; from += BATCH_CALLS) {
        await ingest(due.slice(from, from + BATCH_CALLS));
      }
    }

    async function ingest(calls: readonly StoryCall[]): Promise<void> {
      for (;;) {
        const response = await fetch(`${agent.apiUrl}/behavioralData/ingest`, {
          method: "POST",
          headers: { ...authorization, "content-type": "application/json" },
          body: JSON.stringify({ calls }),
        });
        const text = await response.text();
        // The queue is full: the agent says when to come again.
        if (response.status === 429) {
          await wait(Number(response.headers.get("retry-after")) * MILLISECONDS_PER_SECOND);
          continue;
        }
        expect(response.status, text).toBe(202);
        expect(JSON.parse(text)).toMatchObject({ accepted: calls.length });
        return;
      }
    }

    /** What the agent has recorded of the alert on drift. */
    async function recorded(): Promise<readonly RecordedAlert[]> {
      const response = await fetch(`${agent.apiUrl}/hooks/alertmanager`, {
        headers: authorization,
      });
      // The form that the OpenAPI document states; the tests below fail on another.
      const { alerts } = (await response.json()) as { readonly alerts: readonly RecordedAlert[] };
      return alerts.filter(({ labels }) => labels["alertname"] === DRIFT);
    }

    async function firing(): Promise<number> {
      const query = `ALERTS{alertname="${DRIFT}",alertstate="firing"}`;
      return (await prometheus.query(query)).length;
    }

    beforeAll(async () => {
      if (prometheusBinary === undefined || alertmanagerBinary === undefined) return;
      const directory = await temporaryDirectory();
      cleanUps.push(() => directory.remove());
      const tokenFile = join(directory.path, "api-token");
      await writeFile(tokenFile, token);
      agent = await startAgentProcess(directory.path, {
        api: { tokenFile },
        ingestion: { latenessSeconds: LATENESS_SECONDS },
        allocation: { expirySeconds: EXPIRY_SECONDS },
        drift: { newNormalSeconds: NEW_NORMAL_SECONDS },
      });
      cleanUps.push(() => agent.program.stop());
      alertmanager = await startAlertmanager(
        alertmanagerBinary,
        directory.path,
        alertmanagerConfig(agent.apiUrl, tokenFile),
      );
      cleanUps.push(() => alertmanager.program.stop());
      const rulesFile = join(directory.path, "presage-rules.yml");
      const rules = readFileSync(join(DASHBOARDS, "prometheus", "rules", "presage.yml"), "utf8");
      await writeFile(rulesFile, withShorterWaits(rules));
      prometheus = await startConfiguredPrometheus(
        prometheusBinary,
        directory.path,
        prometheusConfig(rulesFile, {
          "agent:9472": new URL(agent.metricsUrl).host,
          "alertmanager:9093": new URL(alertmanager.url).host,
        }),
      );
      cleanUps.push(() => prometheus.program.stop());
      storyStart = Date.now() / MILLISECONDS_PER_SECOND - STORY_SECONDS;
      story = shopStory({
        seed: 1,
        startSeconds: storyStart,
        durationSeconds: STORY_SECONDS,
        exports: true,
        campaign: true,
      });
    });

    afterAll(async () => {
      for (const cleanUp of cleanUps.reverse()) await cleanUp();
    });

    it("before the exports: drift is judged, and there is no alert", async () => {
      await tellUntilJudged(JUDGED_BEFORE_EXPORTS);
      const score = 'presage_drift_score{workload="shop",segment="all"} <= 0.5';
      await prometheus.queryUntilAnswered(score, ARRIVAL.timeout / MILLISECONDS_PER_SECOND);
      expect(await firing()).toBe(0);
      expect(await recorded()).toEqual([]);
    });

    it("exports have begun: the rule fires in Prometheus", async () => {
      await tellUntilJudged(JUDGED_WITH_EXPORTS);
      await expect.poll(firing, ARRIVAL).toBe(1);
    });

    it("the alert reaches Alertmanager, where amtool shows it", async () => {
      const shown = () => alertmanager.amtoolAlerts(`alertname=${DRIFT}`);
      await expect.poll(shown, ARRIVAL).toMatchObject([
        {
          labels: { namespace: "default", workload: "shop", severity: "warning" },
          annotations: { summary: "Callers of shop behave differently" },
          status: { state: "active" },
        },
      ]);
    });

    it("its webhook arrives at the agent, with the token, and is recorded", async () => {
      await expect
        .poll(recorded, ARRIVAL)
        .toMatchObject([{ status: "firing", labels: { namespace: "default", workload: "shop" } }]);
    });

    it("it comes again and again, and stays one record", async () => {
      const received = async () => (await recorded())[0]?.timesReceived;
      await expect.poll(received, ARRIVAL).toBeGreaterThanOrEqual(3);
      expect(await recorded()).toHaveLength(1);
    });

    it("the exports are the new normal: the alert is resolved, and that is recorded beside it", async () => {
      await tellUntilJudged(STORY_SECONDS - LATENESS_SECONDS);
      const statuses = async () => (await recorded()).map(({ status }) => status);
      await expect.poll(statuses, ARRIVAL).toEqual(["resolved", "firing"]);
      expect(await firing()).toBe(0);
      expect(await alertmanager.amtoolAlerts(`alertname=${DRIFT}`)).toEqual([]);
      const [resolved, fired] = await recorded();
      expect(resolved).toMatchObject({
        groupKey: fired?.groupKey,
        fingerprint: fired?.fingerprint,
        startsAt: fired?.startsAt,
      });
    });

    it("no webhook failed on the way", async () => {
      const response = await fetch(`${alertmanager.url}/metrics`);
      const metrics = new Exposition(await response.text());
      const webhook = { integration: "webhook" };
      expect(metrics.sum("alertmanager_notifications_total", webhook)).toBeGreaterThan(1);
      expect(metrics.sum("alertmanager_notifications_failed_total", webhook)).toBe(0);
    });
  },
);

describe.skipIf(missing !== undefined)(unless(missing, "an alert that a person raises"), () => {
  it("is shown by amtool from its start to its end", async () => {
    const directory = await temporaryDirectory();
    const alertmanager = await startAlertmanager(alertmanagerBinary ?? "", directory.path);
    try {
      const nowMilliseconds = Date.now();
      const startsAt = new Date(nowMilliseconds).toISOString();
      const endsAt = new Date(nowMilliseconds + 60 * MILLISECONDS_PER_SECOND).toISOString();
      const labels = { alertname: "Raised", workload: "shop" };
      const annotations = { summary: "<b>Look</b> at this" };
      await alertmanager.send([{ labels, annotations, startsAt, endsAt }]);
      expect(await alertmanager.amtoolAlerts()).toEqual([
        expect.objectContaining({ labels, annotations, startsAt, endsAt }),
      ]);
      const over = new Date().toISOString();
      await alertmanager.send([{ labels, annotations, startsAt, endsAt: over }]);
      expect(await alertmanager.amtoolAlerts("alertname=Raised")).toEqual([]);
      await expect(alertmanager.send([{ labels: {}, startsAt }])).rejects.toThrow("answered 400");
    } finally {
      await alertmanager.program.stop();
      await directory.remove();
    }
  });
});

/**
 * The rules with each alert firing after one second and kept for three, so that a test need not wait
 * minutes. Nothing else changes: expressions, their ranges among them, labels and annotations stay.
 */
function withShorterWaits(rules: string): string {
  return rules
    .replaceAll(/^( +for:).*$/gm, "$1 1s")
    .replaceAll(/^( +keep_firing_for:).*$/gm, "$1 3s");
}

/** The shipped configuration on this machine: its addresses replaced, and everything once a second. */
function prometheusConfig(rulesFile: string, addresses: Readonly<Record<string, string>>): object {
  let text = readFileSync(join(DASHBOARDS, "prometheus", "prometheus.yml"), "utf8");
  for (const [shipped, here] of Object.entries(addresses)) {
    expect(text).toContain(shipped);
    text = text.replaceAll(shipped, here);
  }
  // What `promtool check config` insists on.
  const config = parse(text) as { readonly scrape_configs: readonly { job_name: string }[] };
  return {
    ...config,
    global: { scrape_interval: "1s", evaluation_interval: "1s" },
    rule_files: [rulesFile],
    // The others do not run here.
    scrape_configs: config.scrape_configs.filter(({ job_name }) => job_name === "presage"),
  };
}

/** The shipped configuration on this machine: agent and token replaced, and no long waits. */
function alertmanagerConfig(agentUrl: string, tokenFile: string): object {
  const shipped = readFileSync(join(DASHBOARDS, "alertmanager", "alertmanager.yml"), "utf8");
  expect(shipped).toContain("http://agent:9470/");
  expect(shipped).toContain("/run/secrets/api-token");
  // What `amtool check-config` insists on.
  const config = parse(
    shipped
      .replace("http://agent:9470/", `${agentUrl}/`)
      .replace("/run/secrets/api-token", tokenFile),
  ) as { readonly route: object };
  return {
    ...config,
    route: { ...config.route, group_wait: "1s", group_interval: "1s", repeat_interval: "2s" },
  };
}
