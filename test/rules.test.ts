import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { startAgentProcess, temporaryDirectory } from "./harness/agent-process.js";
import { PROJECT_ROOT } from "./harness/built-agent.js";
import { findProgram, unless } from "./harness/programs.js";

const PROMETHEUS = join(PROJECT_ROOT, "dashboards", "prometheus");
const RULES_FILE = join(PROMETHEUS, "rules", "presage.yml");
const RULES_TEST_FILE = join(PROMETHEUS, "rules", "presage.test.yml");
const ALERTMANAGER_CONFIG = join(PROJECT_ROOT, "dashboards", "alertmanager", "alertmanager.yml");

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
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
    const directory = await temporaryDirectory();
    const agent = await startAgentProcess(directory.path);
    try {
      const { text } = await agent.metrics();
      // A family is declared before it has its first series.
      exported = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name ?? ""));
    } finally {
      await agent.program.stop();
      await directory.remove();
    }
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

  it("are found in an expression, whatever stands around them", () => {
    const expr =
      'sum by (job, le) (rate(a_total{b="c_total"}[5m])) > 1e3 unless on (x) d:e:f offset 5m';
    expect(metricNames(expr)).toEqual(["a_total", "d:e:f"]);
  });
});

describe("the form of the rules", () => {
  it("is the same for every alert: prefix, severity, summary, description", () => {
    expect(alerts.length).toBeGreaterThan(0);
    for (const { alert, labels, annotations } of alerts) {
      expect(alert).toMatch(/^Presage[A-Z][A-Za-z]+$/);
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

  it("is tested: each alert where it is silent and where it fires, each recording by its value", () => {
    const cases = ruleTests.flatMap(({ alert_rule_test }) => alert_rule_test ?? []);
    const named = (wanted: boolean): ReadonlySet<string> =>
      new Set(
        cases
          .filter(({ exp_alerts }) => exp_alerts.length > 0 === wanted)
          .map(({ alertname }) => alertname),
      );
    const names = new Set(alerts.map(({ alert }) => alert));
    expect(named(true)).toEqual(names);
    expect(named(false)).toEqual(names);
    const queried = ruleTests.flatMap(({ promql_expr_test }) => promql_expr_test ?? []);
    expect(new Set(queried.map(({ expr }) => expr))).toEqual(new Set(recorded));
  });
});

function run(
  program: string,
  parameters: readonly string[],
): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(program, parameters, { encoding: "utf8" });
  return { status, output: `${stdout}${stderr}` };
}

const WORDS = new Set(["and", "or", "unless", "offset", "bool"]);

/** What is left of an expression without strings, matchers, ranges, lists of labels and functions. */
function metricNames(expr: string): readonly string[] {
  const bare = expr
    .replaceAll(/"[^"]*"/g, "")
    .replaceAll(/\{[^}]*\}/g, "")
    .replaceAll(/\[[^\]]*\]/g, "")
    .replaceAll(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, "")
    .replaceAll(/\b[a-z_0-9]+\s*\(/g, "(")
    // An aggregation with its labels in front has lost its parenthesis to them.
    .replaceAll(/\b(?:sum|max|min|avg|count)\b/g, "");
  return [...bare.matchAll(/(?<![\w:])[a-zA-Z_:][\w:]*/g)]
    .map(([name]) => name)
    .filter((name) => !WORDS.has(name));
}
