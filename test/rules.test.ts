import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadConfig } from "presage";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import {
  CONFIDENCE_THRESHOLD,
  DRIFT_THRESHOLD,
  INTERVAL_LEVEL,
} from "../dashboards/dist/defaults.js";
import { metricNames } from "../dashboards/dist/promql.js";
import { temporaryDirectory } from "./harness/agent-process.js";
import { PROJECT_ROOT } from "./harness/built-agent.js";
import { exportedMetrics } from "./harness/exported-metrics.js";
import { findProgram, unless } from "./harness/programs.js";

const PROMETHEUS = join(PROJECT_ROOT, "dashboards", "prometheus");
const RULES_FILE = join(PROMETHEUS, "rules", "presage.yml");
const RULES_TEST_FILE = join(PROMETHEUS, "rules", "presage.test.yml");
const ALERTMANAGER_CONFIG = join(PROJECT_ROOT, "dashboards", "alertmanager", "alertmanager.yml");

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly keep_firing_for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

// The form that `promtool check rules` insists on.
const { groups } = parse(readFileSync(RULES_FILE, "utf8")) as {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
};
// And that `promtool test rules` does.
const { tests: ruleTests } = parse(readFileSync(RULES_TEST_FILE, "utf8")) as {
  readonly tests: readonly {
    readonly alert_rule_test?: readonly {
      readonly alertname: string;
      readonly exp_alerts: readonly unknown[];
    }[];
    readonly promql_expr_test?: readonly { readonly expr: string }[];
  }[];
};
const rules = groups.flatMap((group) => group.rules);
const alerts = rules.filter(({ alert }) => alert !== undefined);
const recorded = rules.flatMap(({ record }) => record ?? []);

const promtool = findProgram("promtool");
const amtool = findProgram("amtool");
const noPromtool = promtool === undefined ? "no promtool on the PATH" : undefined;
const noAmtool = amtool === undefined ? "no amtool on the PATH" : undefined;

describe("the programs that the files are for", () => {
  it.skipIf(noPromtool !== undefined).each([
    ["check", "config", join(PROMETHEUS, "prometheus.yml")],
    ["check", "rules", "--lint-fatal", RULES_FILE],
    ["test", "rules", RULES_TEST_FILE],
  ])(unless(noPromtool, "promtool %s %s"), (...parameters) => {
    expect(run("promtool", parameters)).toMatchObject({ status: 0 });
  });

  it.skipIf(noPromtool !== undefined)(
    unless(noPromtool, "promtool finds fault with a rule that tells too late"),
    async () => {
      const directory = await temporaryDirectory();
      try {
        const slower = readFileSync(RULES_FILE, "utf8").replace("for: 30s", "for: 40s");
        await writeFile(join(directory.path, "presage.yml"), slower);
        await copyFile(RULES_TEST_FILE, join(directory.path, "presage.test.yml"));
        const outcome = run("promtool", [
          "test",
          "rules",
          join(directory.path, "presage.test.yml"),
        ]);
        expect(outcome.status).not.toBe(0);
        expect(outcome.output).toContain("PresageDriftDetected");
      } finally {
        await directory.remove();
      }
    },
  );

  it.skipIf(noAmtool !== undefined)(unless(noAmtool, "amtool check-config"), () => {
    expect(run("amtool", ["check-config", ALERTMANAGER_CONFIG])).toMatchObject({ status: 0 });
  });
});

describe("the metrics that the rules name", () => {
  let exported: ReadonlySet<string>;

  beforeAll(async () => {
    exported = await exportedMetrics();
  });

  it.each(rules.map((rule) => [rule.alert ?? rule.record ?? "", rule.expr] as const))(
    "%s has only such that the agent exports, or a rule records",
    (_name, expr) => {
      const names = metricNames(expr);
      expect(names).not.toEqual([]);
      const known = new Set([...exported, ...recorded, "up"]);
      expect(names.filter((name) => !known.has(name))).toEqual([]);
    },
  );
});

describe("the form of the rules", () => {
  it("is the same for every alert: prefix, severity, summary, description", () => {
    expect(alerts.length).toBeGreaterThan(0);
    for (const { alert, labels, annotations, ...rule } of alerts) {
      expect(alert).toMatch(/^Presage[A-Z][A-Za-z]+$/);
      expect(rule.for, alert).toMatch(/^\d+[sm]$/);
      expect(rule.keep_firing_for, alert).toMatch(/^\d+[sm]$/);
      expect(["critical", "warning", "info"]).toContain(labels?.["severity"]);
      expect(Object.keys(annotations ?? {})).toEqual(["summary", "description"]);
    }
  });

  it("is level:metric:operation for every recording rule", () => {
    expect(recorded.length).toBeGreaterThan(0);
    for (const record of recorded) {
      expect(record).toMatch(/^[a-z]+:presage_[a-z_]+:[a-z0-9_]+$/);
    }
  });

  it.each(alerts.map(({ alert = "" }) => alert))(
    "%s is tested before, while and after it fires",
    (alert) => {
      const timelines = ruleTests.map(({ alert_rule_test }) =>
        (alert_rule_test ?? [])
          .filter(({ alertname }) => alertname === alert)
          .map(({ exp_alerts }) => (exp_alerts.length > 0 ? "fires" : "silent"))
          .filter((state, index, states) => state !== states[index - 1])
          .join(", "),
      );
      expect(timelines).toContain("silent, fires, silent");
      // The last test is about an agent that knows nothing yet.
      expect(timelines.at(-1)).toBe("silent");
    },
  );

  it("is tested by the value of every recording", () => {
    const queried = ruleTests.flatMap(({ promql_expr_test }) => promql_expr_test ?? []);
    expect(new Set(queried.map(({ expr }) => expr))).toEqual(new Set(recorded));
  });

  it("takes the agent's default thresholds for drift", () => {
    const { drift } = loadConfig({ environment: {} });
    const { expr = "" } = alerts.find(({ alert }) => alert === "PresageDriftDetected") ?? {};
    expect([...expr.matchAll(/> ([\d.]+)/g)].map(([, limit]) => Number(limit))).toEqual([
      drift.threshold,
      drift.confidenceThreshold,
    ]);
    expect(drift.threshold).toBe(DRIFT_THRESHOLD);
    expect(drift.confidenceThreshold).toBe(CONFIDENCE_THRESHOLD);
  });

  it("holds the interval of forecasts to the agent's default level", () => {
    expect(loadConfig({ environment: {} }).forecast.level).toBe(INTERVAL_LEVEL);
  });
});

function run(
  program: string,
  parameters: readonly string[],
): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(program, parameters, { encoding: "utf8" });
  return { status, output: `${stdout}${stderr}` };
}
