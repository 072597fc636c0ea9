import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { forwardTo, jsonAnswer, PAGE_SETS, PROMETHEUS_UID, type Scene } from "presage-panel-host";
import { metricNames } from "../../dashboards/dist/promql.js";
import { temporaryDirectory } from "../harness/agent-process.js";
import {
  findAlertmanager,
  startAlertmanager,
  type AlertmanagerServer,
} from "../harness/alertmanager-server.js";
import { exportedMetrics } from "../harness/exported-metrics.js";
import { knownWorkload, RANGE } from "../harness/panel-frames.js";
import { missingForPanel, PanelStage, type PanelPage } from "../harness/panel-page.js";
import { findProgram, unless } from "../harness/programs.js";

const ALERTMANAGER_UID = "alertmanager";
const FORBIDDEN_UID = "not-for-you";
const DEAD_UID = "dead";
/** The discard service, which nothing on a test's machine offers: nobody answers there. */
const DEAD_URL = "http://127.0.0.1:9";
const MAY_RAISE = "alert.instances.external:write";
const MAY_CREATE_RULES = ["alert.rules:create", "alert.rules:read"];
const HOUR_MS = 3_600_000;
const DRIFT_THRESHOLD = 0.65;
const CONFIDENCE_THRESHOLD = 0.85;

const alertmanagerBinary = findAlertmanager();
const missingProgram =
  alertmanagerBinary === undefined
    ? "no alertmanager on the PATH"
    : findProgram("amtool") === undefined
      ? "no amtool on the PATH"
      : undefined;

const scene = (change: Partial<Scene> = {}): Partial<Scene> => ({
  frames: knownWorkload(),
  range: RANGE,
  options: { alertmanagerUid: ALERTMANAGER_UID },
  permissions: [MAY_RAISE],
  role: "Editor",
  ...change,
});

const raiseButton = ({ page }: PanelPage) => page.getByRole("button", { name: "Raise alert now" });
const confirmButton = ({ page }: PanelPage) =>
  page.getByRole("dialog").getByRole("button", { name: "Raise alert", exact: true });

describe.each(PAGE_SETS)("an alert raised by a person, in the packages of %s", (set) => {
  const missing = missingForPanel(set) ?? missingProgram;
  const check = it.skipIf(missing !== undefined);
  const runs = (name: string): string => unless(missing, name);
  const cleanUps: (() => Promise<unknown>)[] = [];
  let alertmanager: AlertmanagerServer;
  let stage: PanelStage;

  beforeAll(async () => {
    if (missing !== undefined || alertmanagerBinary === undefined) return;
    const directory = await temporaryDirectory();
    cleanUps.push(() => directory.remove());
    alertmanager = await startAlertmanager(alertmanagerBinary, directory.path);
    cleanUps.push(() => alertmanager.program.stop());
    stage = await PanelStage.start(
      set,
      new Map([
        [ALERTMANAGER_UID, forwardTo(alertmanager.url)],
        [DEAD_UID, forwardTo(DEAD_URL)],
        [
          FORBIDDEN_UID,
          () => Promise.resolve(jsonAnswer(403, { message: "Permissions needed: external:write" })),
        ],
      ]),
    );
    cleanUps.push(() => stage.stop());
  });

  afterAll(async () => {
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
  });

  check(runs("is sent nowhere when the person cancels"), async () => {
    const panel = await stage.open(scene());
    await raiseButton(panel).click();
    await panel.page.getByRole("dialog").waitFor();
    await panel.page.getByRole("button", { name: "Cancel" }).click();
    await panel.page.getByRole("dialog").waitFor({ state: "hidden" });
    expect(await panel.requests()).toEqual([]);
    expect(await alertmanager.amtoolAlerts()).toEqual([]);
    expect(await panel.problems()).toEqual([]);
    await panel.close();
  });

  check(runs("is shown first, confirmed, sent to a real Alertmanager, and told"), async () => {
    const panel = await stage.open(scene());
    await raiseButton(panel).click();
    const shown = await panel.page.getByRole("dialog").innerText();
    for (const words of ["PresageRaisedByPerson", "shop", "warning", "2 now, 5 recommended"]) {
      expect(shown).toContain(words);
    }
    await panel.screenshot(`alert-confirm-${set}`);
    expect(await panel.accessibilityViolations()).toEqual([]);
    // Nothing before the person has confirmed it.
    expect(await panel.requests()).toEqual([]);
    const before = Date.now();
    await confirmButton(panel).click();
    await panel.page.getByText("Alert raised. It ends by itself in one hour.").waitFor();
    await panel.screenshot(`alert-raised-${set}`);

    const [alert, ...others] = await alertmanager.amtoolAlerts();
    expect(others).toEqual([]);
    expect(alert?.labels).toEqual({
      alertname: "PresageRaisedByPerson",
      namespace: "default",
      workload: "shop",
      severity: "warning",
      source: "presage-behavior-panel",
    });
    expect(alert?.annotations["summary"]).toBe("Someone asks to look at shop");
    expect(alert?.annotations["description"]).toContain("Replicas: 2 now, 5 recommended.");
    expect(alert?.status.state).toBe("active");
    const [startsAt, endsAt] = [Date.parse(alert?.startsAt ?? ""), Date.parse(alert?.endsAt ?? "")];
    expect(endsAt - startsAt).toBe(HOUR_MS);
    expect(Math.abs(startsAt - before)).toBeLessThan(HOUR_MS / 60);
    expect(await panel.requests()).toMatchObject([
      {
        method: "POST",
        url: `/api/datasources/proxy/uid/${ALERTMANAGER_UID}/api/v2/alerts`,
        status: 200,
      },
    ]);
    expect(await panel.problems()).toEqual([]);
    expect(await panel.accessibilityViolations()).toEqual([]);
    await panel.close();
  });

  check.each([
    [
      "may not",
      FORBIDDEN_UID,
      /not raised[^]*403[^]*Permissions needed: external:write[^]*You may not raise alerts/,
    ],
    ["finds nobody there", DEAD_UID, /not raised[^]*502[^]*127\.0\.0\.1:9 does not answer/],
    ["has no such data source", "unknown", /not raised[^]*404[^]*no such Alertmanager data source/],
  ])(runs("says why, to someone who %s"), async (_, alertmanagerUid, words) => {
    const panel = await stage.open(scene({ options: { alertmanagerUid } }));
    await raiseButton(panel).click();
    await confirmButton(panel).click();
    const notice = panel.page.getByRole("alert");
    await notice.waitFor();
    await panel.screenshot(`alert-${alertmanagerUid}-${set}`);
    expect(await notice.innerText()).toMatch(words);
    expect(await notice.innerText()).toMatch(/Alertmanager|data source/);
    expect(await panel.accessibilityViolations()).toEqual([]);
    await panel.close();
  });

  check.each<[string, Partial<Scene>]>([
    ["without the permission", { permissions: [] }],
    ["without an Alertmanager in the options", { options: {} }],
    ["where alerts are switched off", { options: { alertmanagerUid: "a", showAlerts: false } }],
  ])(runs("is not offered %s"), async (_, change) => {
    const panel = await stage.open(scene(change));
    expect(await raiseButton(panel).count()).toBe(0);
    await panel.close();
  });
});

interface RuleForm {
  readonly name: string;
  readonly condition: string;
  readonly evaluateFor: string;
  readonly queries: readonly {
    readonly refId: string;
    readonly datasourceUid: string;
    readonly model: {
      readonly expr?: string;
      readonly type?: string;
      readonly expression?: string;
      readonly conditions?: readonly {
        readonly evaluator: { readonly params: readonly number[] };
      }[];
    };
  }[];
  readonly labels: readonly { readonly key: string; readonly value: string }[];
  readonly annotations: readonly { readonly key: string; readonly value: string }[];
}

const ruleSet = PAGE_SETS[0];
const missingForRules =
  missingForPanel(ruleSet) ?? (findProgram("promtool") === undefined ? "no promtool" : undefined);

describe.skipIf(missingForRules !== undefined)(
  unless(missingForRules, "the alert rules that the panel prepares"),
  () => {
    let stage: PanelStage;
    let panel: PanelPage;
    let links: readonly URL[];
    let forms: readonly RuleForm[];

    beforeAll(async () => {
      stage = await PanelStage.start(ruleSet);
      panel = await stage.open(
        scene({
          permissions: MAY_CREATE_RULES,
          queries: [{ refId: "A", expr: "presage_drift_score" }],
          options: { driftThreshold: DRIFT_THRESHOLD, confidenceThreshold: CONFIDENCE_THRESHOLD },
        }),
      );
      await panel.page.getByRole("button", { name: "Create alert rule" }).click();
      const items = panel.page.getByRole("menuitem");
      await items.first().waitFor();
      await panel.screenshot(`alert-rules-${ruleSet}`);
      const addresses = await items.evaluateAll((elements) =>
        elements.map((element) => element.getAttribute("href") ?? ""),
      );
      links = addresses.map((address) => new URL(address, stage.url));
      // The form that is checked below, field by field.
      forms = links.map((link) => JSON.parse(link.searchParams.get("defaults") ?? "") as RuleForm);
    });

    afterAll(async () => {
      await stage.stop();
    });

    it("are three, open Grafana's own form, and lead back", () => {
      expect(links.map(({ pathname }) => pathname)).toEqual(Array(3).fill("/alerting/new"));
      for (const link of links) expect(link.searchParams.get("returnTo")).toMatch(/^\//);
      expect(forms.map(({ name }) => name)).toEqual([
        "Callers of shop behave differently",
        "shop will need more than its maximum of replicas",
        "shop runs with fewer replicas than recommended",
      ]);
    });

    it("have their thresholds in an expression, which is the condition", () => {
      for (const { condition, queries } of forms) {
        const asked = queries.filter(({ datasourceUid }) => datasourceUid === PROMETHEUS_UID);
        const expressions = queries.filter(({ datasourceUid }) => datasourceUid === "__expr__");
        expect(asked.length + expressions.length).toBe(queries.length);
        expect(expressions.map(({ refId }) => refId)).toEqual([condition]);
        // A comparison in a query makes a healthy state look like no data.
        for (const { model } of asked) expect(model.expr).not.toMatch(/[<>]|==/);
      }
      const [drift, ...others] = forms.map(
        ({ condition, queries }) => queries.find(({ refId }) => refId === condition)?.model,
      );
      expect(drift?.expression).toBe(`$A > ${DRIFT_THRESHOLD} && $C > ${CONFIDENCE_THRESHOLD}`);
      for (const model of others) {
        expect(model?.conditions).toMatchObject([{ evaluator: { type: "gt", params: [0] } }]);
      }
    });

    it("are about the workload that is shown, and link back to the panel", () => {
      for (const { labels, annotations, evaluateFor } of forms) {
        const found = new Map([...labels, ...annotations].map(({ key, value }) => [key, value]));
        expect(found.get("namespace")).toBe("default");
        expect(found.get("workload")).toBe("shop");
        expect(found.get("severity")).toMatch(/^(critical|warning|info)$/);
        expect(found.get("summary")).toContain("shop");
        expect(found.get("description")).toContain("default/shop");
        expect(found.get("__dashboardUid__")).toBe("presage-host");
        expect(found.get("__panelId__")).toBe("1");
        expect(evaluateFor).toMatch(/^\d+m$/);
      }
    });

    it("ask in PromQL, and only for what an agent exports", async () => {
      const queries = forms.flatMap(({ queries: all }) =>
        all.flatMap(({ model }) => (model.expr === undefined ? [] : [model.expr])),
      );
      expect(queries.length).toBeGreaterThanOrEqual(forms.length);
      const directory = await temporaryDirectory();
      try {
        const file = join(directory.path, "rules.yml");
        const rules = queries.map((expr, index) => ({ record: `panel:query:${index}`, expr }));
        // Every JSON document is a YAML document.
        await writeFile(file, JSON.stringify({ groups: [{ name: "panel", rules }] }));
        const { stdout } = await promisify(execFile)("promtool", ["check", "rules", file]);
        expect(stdout).toContain(`${queries.length} rules found`);
      } finally {
        await directory.remove();
      }
      const exported = await exportedMetrics();
      for (const query of queries) {
        const names = metricNames(query);
        expect(names.length, query).toBeGreaterThan(0);
        for (const name of names) expect(exported, query).toContain(name);
      }
    });

    it("are not offered to someone who may not create rules", async () => {
      await panel.update({ permissions: [] });
      expect(await panel.page.getByRole("button", { name: "Create alert rule" }).count()).toBe(0);
      expect(await panel.page.locator("main").innerText()).toContain(
        "You may not create alerts here",
      );
      expect(await panel.problems()).toEqual([]);
    });
  },
);
