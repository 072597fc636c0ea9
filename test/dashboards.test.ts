import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { generatedFiles } from "../dashboards/dist/generated-files.js";
import {
  metricNames,
  variableExpression,
  variablesIn,
  withoutVariables,
} from "../dashboards/dist/promql.js";
import { temporaryDirectory } from "./harness/agent-process.js";
import { PROJECT_ROOT } from "./harness/built-agent.js";
import { exportedMetrics } from "./harness/exported-metrics.js";
import { committedDashboards, DASHBOARDS_ROOT, panelsOf } from "./harness/grafana-dashboards.js";
import type { Dashboard, Panel } from "./harness/grafana-dashboards.js";
import { findProgram, unless } from "./harness/programs.js";

const PLUGIN = join(PROJECT_ROOT, "grafana-plugin", "src");
const GRID_COLUMNS = 24;
/** What Prometheus makes itself. */
const MADE_BY_PROMETHEUS = ["up"];

const files = committedDashboards();
const dashboards = files.map(({ dashboard }) => dashboard);
const panels = dashboards.flatMap((dashboard) =>
  panelsOf(dashboard).map((panel) => [`${dashboard.title}: ${panel.title ?? ""}`, panel] as const),
);
const queries = dashboards.flatMap((dashboard) => [
  ...panelsOf(dashboard).flatMap((panel) =>
    (panel.targets ?? []).map(({ refId, expr }) => ({
      where: `${dashboard.title}: ${panel.title ?? ""}: ${refId}`,
      expr,
    })),
  ),
  ...dashboard.annotations.list.map(({ name, expr }) => ({
    where: `${dashboard.title}: annotation ${name}`,
    expr,
  })),
  ...dashboard.templating.list.flatMap(({ name, type, query }) =>
    type === "query" && typeof query === "object"
      ? [{ where: `${dashboard.title}: variable ${name}`, expr: variableExpression(query.query) }]
      : [],
  ),
]);
const promql = queries.map(({ where, expr }) => [where, withoutVariables(expr)] as const);

it("the committed files are what the sources make", () => {
  const generated = generatedFiles(DASHBOARDS_ROOT);
  for (const [path, text] of generated) {
    expect(readFileSync(join(DASHBOARDS_ROOT, path), "utf8"), path).toBe(text);
  }
  for (const { path } of files) expect(generated.has(path), `${path} has a source`).toBe(true);
  expect(dashboards.map(({ uid }) => uid)).toEqual([
    "presage-agent",
    "presage-fleet",
    "presage-quality",
    "presage-workload",
  ]);
});

describe("a dashboard", () => {
  it.each(dashboards.map((dashboard) => [dashboard.title, dashboard] as const))(
    "%s: its panels have ids of their own and do not overlap",
    (_title, { panels: placed }) => {
      const ids = placed.map(({ id }) => id);
      expect(ids.every((id) => Number.isInteger(id))).toBe(true);
      expect(new Set(ids).size).toBe(ids.length);
      expect(overlaps(placed)).toEqual([]);
      for (const { gridPos, title } of placed) {
        expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(GRID_COLUMNS);
      }
    },
  );

  it("is checked for overlaps that are there", () => {
    const at = (title: string, x: number, y: number): Panel => ({
      type: "stat",
      title,
      gridPos: { x, y, w: 2, h: 2 },
    });
    expect(overlaps([at("a", 0, 0), at("b", 1, 1), at("c", 2, 3)])).toEqual(["a, b"]);
  });

  it.each([
    ["presage-fleet", ["datasource", "job", "namespace", "workload"]],
    ["presage-workload", ["datasource", "job", "namespace", "workload", "horizon"]],
    ["presage-quality", ["datasource", "job", "namespace", "workload"]],
    ["presage-agent", ["datasource", "job", "instance"]],
  ])("%s lets one choose %j", (uid, names) => {
    expect(find(uid).templating.list.map(({ name }) => name)).toEqual(names);
  });

  it.each(files.map(({ path, text, dashboard }) => [path, text, dashboard] as const))(
    "%s uses each of its variables, and no others",
    (_path, text, dashboard) => {
      const defined = dashboard.templating.list.map(({ name }) => name);
      expect(variablesIn(text)).toEqual([...defined].sort());
    },
  );

  it("is found by the tag from every other", () => {
    for (const { tags } of dashboards) expect(tags).toEqual(["presage"]);
  });

  it("links to a workload's own with namespace and workload", () => {
    const { text } = files.find(({ dashboard }) => dashboard.uid === "presage-fleet") ?? {};
    const [link = ""] = /\/d\/presage-workload[^"]*/.exec(text ?? "") ?? [];
    const wanted = find("presage-workload").templating.list.map(({ name }) => name);
    const given = [...link.matchAll(/\$\{(\w+):queryparam\}|var-(\w+)=/g)].map(
      ([, whole, single]) => whole ?? single,
    );
    // The horizon has a value that suits every workload.
    expect([...given, "horizon"]).toEqual(wanted);
  });
});

describe("a panel says what it shows", () => {
  it.each(panels)("%s", (_name, { title, description, fieldConfig, targets, datasource }) => {
    expect(title).not.toBe("");
    expect(description?.length ?? 0).toBeGreaterThan(10);
    expect(datasource?.uid).toBe("${datasource}");
    const units = new Set(
      fieldConfig?.overrides
        .filter(({ properties }) => properties.some(({ id }) => id === "unit"))
        .map(({ matcher }) => matcher.options),
    );
    for (const { refId, datasource: source } of targets ?? []) {
      expect(fieldConfig?.defaults.unit !== undefined || units.has(refId), refId).toBe(true);
      if (source !== undefined) expect(source.uid).toBe("${datasource}");
    }
    expect(targets?.length).toBeGreaterThan(0);
    const refIds = targets?.map(({ refId }) => refId);
    expect(new Set(refIds).size).toBe(refIds?.length);
  });
});

describe("a query", () => {
  let exported: ReadonlySet<string>;

  beforeAll(async () => {
    exported = await exportedMetrics();
  });

  it.each(promql)("%s is PromQL and names only metrics that are there", (_where, expr) => {
    const unknown = metricNames(expr).filter(
      (name) => !exported.has(name) && !MADE_BY_PROMETHEUS.includes(name),
    );
    expect(unknown).toEqual([]);
    expect(metricNames(expr)).not.toEqual([]);
  });

  it.each(queries.map(({ where, expr }) => [where, expr] as const))(
    "%s is limited to the chosen jobs, and takes rates over $__rate_interval",
    (where, expr) => {
      const ranges = [...expr.matchAll(/\brate\([^[]*\[([^\]]*)\]/g)].map(([, range]) => range);
      expect(ranges.filter((range) => range !== "$__rate_interval")).toEqual([]);
      expect(expr).not.toMatch(/\b(?:irate|increase)\(/);
      const selectors = [...expr.matchAll(/\{[^}]*=[^}]*\}/g)].map(([selector]) => selector);
      if (where.endsWith("variable job")) return;
      expect(selectors.length).toBeGreaterThan(0);
      for (const selector of selectors) expect(selector).toContain('job=~"$job"');
    },
  );

  const noPromtool = findProgram("promtool") === undefined ? "no promtool on the PATH" : undefined;

  it.skipIf(noPromtool !== undefined)(unless(noPromtool, "promtool takes every one"), async () => {
    expect((await checkedByPromtool(promql)).status).toBe(0);
  });

  it.skipIf(noPromtool !== undefined)(
    unless(noPromtool, "promtool does not take one that is wrong"),
    async () => {
      const { status, output } = await checkedByPromtool([...promql, ["wrong", "rate(up)"]]);
      expect(status).not.toBe(0);
      expect(output).toContain("expected type range vector");
    },
  );

  it("is read as PromQL, variables replaced", () => {
    const query = 'rate(a_total{job=~"$job"}[$__rate_interval]) > b:c:d offset ${horizon}s';
    expect(withoutVariables(query)).toBe('rate(a_total{job=~"x"}[5m]) > b:c:d offset 300s');
    expect(metricNames(withoutVariables(query))).toEqual(["a_total", "b:c:d"]);
    expect(variablesIn(query)).toEqual(["horizon", "job"]);
    expect(() => metricNames("rate(")).toThrow("not PromQL at 5");
    expect(() => metricNames('{job="x"}')).toThrow("without a metric");
  });
});

describe("our own panel", () => {
  /** Names and metrics as the panel has them. */
  const read = [
    ...readFileSync(join(PLUGIN, "data", "metrics.ts"), "utf8").matchAll(/(\w+): '(presage_\w+)'/g),
  ].map(([, name = "", metric = ""]) => [name, metric] as const);
  const { id } = JSON.parse(readFileSync(join(PLUGIN, "plugin.json"), "utf8")) as { id: string }; // Grafana's form.

  const ours = (uid: string): Panel => {
    const [only, ...others] = panelsOf(find(uid)).filter(({ type }) => type === id);
    if (only === undefined || others.length > 0) throw new Error(`${uid}: not one panel of ours`);
    return only;
  };
  const asked = (panel: Panel): readonly (readonly [string, string | undefined])[] =>
    (panel.targets ?? []).map(({ refId, expr }) => [refId, metricNames(expr)[0]]);

  it("gets on the workload's dashboard every metric that it reads and the agent exports", async () => {
    const exported = await exportedMetrics();
    const available = read.filter(([, metric]) => exported.has(metric));
    expect(available.length).toBeGreaterThan(20);
    expect(Object.fromEntries(asked(ours("presage-workload")))).toEqual(
      Object.fromEntries(available),
    );
  });

  it("gets on the fleet's dashboard metrics under the same names", () => {
    for (const [name, metric] of asked(ours("presage-fleet"))) {
      expect(read).toContainEqual([name, metric]);
    }
  });

  it.each(["presage-fleet", "presage-workload"])("asks on %s for metrics by name", (uid) => {
    for (const { expr } of ours(uid).targets ?? []) {
      // An aggregation would take the name away.
      expect(expr).toMatch(/^presage_\w+\{[^}]*\}$/);
    }
  });

  it("gets options that it has", () => {
    const types = readFileSync(join(PLUGIN, "types.ts"), "utf8");
    const options = [...types.matchAll(/^ {2}(\w+): /gm)].map(([, name]) => name).sort();
    for (const uid of ["presage-fleet", "presage-workload"]) {
      expect(Object.keys(ours(uid).options ?? {}).sort()).toEqual(options);
    }
  });
});

function find(uid: string): Dashboard {
  const found = dashboards.find((dashboard) => dashboard.uid === uid);
  if (found === undefined) throw new Error(`there is no dashboard ${uid}`);
  return found;
}

/** The titles of panels that lie on one another, two by two. */
function overlaps(placed: readonly Panel[]): readonly string[] {
  return placed.flatMap(({ title = "", gridPos: one }, index) =>
    placed
      .slice(index + 1)
      .filter(
        ({ gridPos: other }) =>
          one.x < other.x + other.w &&
          other.x < one.x + one.w &&
          one.y < other.y + other.h &&
          other.y < one.y + one.h,
      )
      .map(({ title: other = "" }) => `${title}, ${other}`),
  );
}

/** What promtool says of a file with one recording rule for each expression. */
async function checkedByPromtool(
  expressions: readonly (readonly [string, string])[],
): Promise<{ status: number | null; output: string }> {
  const directory = await temporaryDirectory();
  try {
    const rules = expressions.map(([, expr], index) => ({ record: `query:${index}`, expr }));
    const file = join(directory.path, "queries.yml");
    // Every JSON document is a YAML document.
    await writeFile(file, JSON.stringify({ groups: [{ name: "queries", rules }] }));
    const { status, stdout, stderr } = spawnSync("promtool", ["check", "rules", file], {
      encoding: "utf8",
    });
    return { status, output: `${stdout}${stderr}` };
  } finally {
    await directory.remove();
  }
}
