import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { metricNames } from "../dashboards/dist/promql.js";
import { PROJECT_ROOT } from "./harness/built-agent.js";
import { exportedMetrics } from "./harness/exported-metrics.js";
import { committedDashboards, DASHBOARDS_ROOT } from "./harness/grafana-dashboards.js";

const FOLDER = join(DASHBOARDS_ROOT, "grafana", "provisioning");
const EXPRESSION = "__expr__";

interface Rule {
  readonly uid: string;
  readonly title: string;
  readonly condition: string;
  readonly for: string;
  readonly keepFiringFor: string;
  readonly noDataState: string;
  readonly execErrState: string;
  readonly dashboardUid: string;
  readonly panelId: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly data: readonly {
    readonly refId: string;
    readonly datasourceUid: string;
    readonly model: {
      readonly refId: string;
      readonly expr?: string;
      readonly type?: string;
      readonly expression?: string;
    };
  }[];
}

interface Policy {
  readonly receiver: string;
  readonly routes?: readonly Policy[];
}

/** One file of any kind: what of these is in it. Grafana's form; the tests fail where a field lacks it. */
interface Provisioning {
  readonly apiVersion: number;
  readonly datasources?: readonly {
    readonly uid: string;
    readonly type: string;
    readonly isDefault?: boolean;
    readonly jsonData: Readonly<Record<string, unknown>>;
  }[];
  readonly providers?: readonly {
    readonly name: string;
    readonly allowUiUpdates: boolean;
    readonly options: { readonly path: string };
  }[];
  readonly groups?: readonly { readonly folder: string; readonly rules: readonly Rule[] }[];
  readonly contactPoints?: readonly {
    readonly name: string;
    readonly receivers: readonly {
      readonly uid: string;
      readonly type: string;
      readonly settings: Readonly<Record<string, string>>;
    }[];
  }[];
  readonly policies?: readonly Policy[];
}

const files = readdirSync(FOLDER, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => {
    const path = join(entry.parentPath, entry.name);
    const text = readFileSync(path, "utf8");
    return {
      kind: basename(dirname(path)),
      name: entry.name,
      text,
      content: parse(text) as Provisioning,
    };
  });
const dataSources = files.flatMap(({ content }) => content.datasources ?? []);
const rules = files.flatMap(({ content }) =>
  (content.groups ?? []).flatMap((group) => group.rules),
);
const contactPoints = files.flatMap(({ content }) => content.contactPoints ?? []);
const policies = files.flatMap(({ content }) => content.policies ?? []);

it("every file is one that Grafana looks for, of the version that it knows", () => {
  expect(files.map(({ kind, name }) => `${kind}/${name}`).sort()).toEqual([
    "alerting/contact-points.yaml",
    "alerting/policies.yaml",
    "alerting/rules.yaml",
    "dashboards/presage.yaml",
    "datasources/alertmanager.yml",
    "datasources/prometheus.yml",
  ]);
  for (const { name, content } of files) expect(content.apiVersion, name).toBe(1);
});

it("no file holds a secret, or needs a variable that may not be set", () => {
  for (const { name, text } of files) {
    // Annotations alone are taken as they are; elsewhere `$` begins a variable and `$$` is a `$`.
    const interpolated = text
      .split("\n")
      .filter((line) => !/^\s+(?:summary|description): /.test(line))
      .join("\n")
      .replaceAll("$$", "");
    const variables = [...interpolated.matchAll(/\$\S+/g)].map(([variable]) => variable);
    expect(variables, name).toEqual(
      name === "contact-points.yaml" ? ["$__file{/run/secrets/api-token}"] : [],
    );
    expect(text).not.toMatch(/password/i);
  }
});

describe("data sources", () => {
  it("are Prometheus, the default, and an Alertmanager that leaves Grafana's alerts alone", () => {
    expect(dataSources.map(({ uid, type, isDefault }) => [uid, type, isDefault ?? false])).toEqual(
      expect.arrayContaining([
        ["prometheus", "prometheus", true],
        ["alertmanager", "alertmanager", false],
      ]),
    );
    expect(dataSources).toHaveLength(2);
    expect(dataSources.find(({ uid }) => uid === "alertmanager")?.jsonData).toEqual({
      implementation: "prometheus",
      handleGrafanaManagedAlerts: false,
    });
  });

  it("are those that the panel is given for alerts of one's own", () => {
    for (const { path, text } of committedDashboards()) {
      for (const [, uid] of text.matchAll(/"alertmanagerUid": "([^"]*)"/g)) {
        expect(
          dataSources.map((source) => source.uid),
          path,
        ).toContain(uid);
      }
    }
  });
});

it("dashboards come from where docker-compose.yml mounts them", () => {
  const [provider, ...others] = files.flatMap(({ content }) => content.providers ?? []);
  expect(others).toEqual([]);
  expect(provider?.allowUiUpdates).toBe(false);
  const compose = readFileSync(join(PROJECT_ROOT, "docker-compose.yml"), "utf8");
  expect(compose).toContain(
    `./dashboards/grafana/dashboards:${provider?.options.path ?? "none"}:ro`,
  );
});

describe("alert rules", () => {
  let exported: ReadonlySet<string>;

  beforeAll(async () => {
    exported = await exportedMetrics();
  });

  it("have uids and titles of their own", () => {
    expect(rules.map(({ title }) => title)).toEqual([
      "PresageDriftDetected",
      "PresageForecastOverCapacity",
      "PresageRecommendationNotFollowed",
      "PresageAgentDown",
    ]);
    expect(new Set(rules.map(({ uid }) => uid)).size).toBe(rules.length);
    for (const { uid } of rules) expect(uid).toMatch(/^[a-z-]{1,40}$/);
  });

  it.each(rules.map((rule) => [rule.title, rule] as const))(
    "%s asks Prometheus for what is exported, and compares in an expression",
    (_title, { condition, data }) => {
      const queries = data.filter(({ datasourceUid }) => datasourceUid !== EXPRESSION);
      expect(queries.length).toBeGreaterThan(0);
      for (const { refId, datasourceUid, model } of queries) {
        expect(dataSources.map(({ uid }) => uid)).toContain(datasourceUid);
        expect(model.refId).toBe(refId);
        const names = metricNames(model.expr ?? "");
        expect(names).not.toEqual([]);
        expect(names.filter((name) => name !== "up" && !exported.has(name))).toEqual([]);
        expect(model.expr).not.toMatch(/[<>]/);
      }
      const [expression, ...others] = data.filter(
        ({ datasourceUid }) => datasourceUid === EXPRESSION,
      );
      expect(others).toEqual([]);
      expect(expression?.refId).toBe(condition);
      const read = [...(expression?.model.expression ?? "").matchAll(/\b[A-Z]\b/g)].map(
        ([refId]) => refId,
      );
      expect(read).toEqual(queries.map(({ refId }) => refId));
    },
  );

  it.each(rules.map((rule) => [rule.title, rule] as const))(
    "%s says the same, as long, as the alert of Prometheus",
    (title, rule) => {
      const { groups } = parse(
        readFileSync(join(DASHBOARDS_ROOT, "prometheus", "rules", "presage.yml"), "utf8"),
      ) as {
        readonly groups: readonly {
          readonly rules: readonly (Rule & { alert?: string; keep_firing_for?: string })[];
        }[];
      };
      const original = groups.flatMap((group) => group.rules).find(({ alert }) => alert === title);
      expect(rule.for).toBe(original?.for);
      expect(rule.keepFiringFor).toBe(original?.keep_firing_for);
      expect(rule.labels).toEqual(original?.labels);
      expect(rule.annotations["summary"]).toBe(original?.annotations["summary"]);
      for (const text of Object.values(rule.annotations)) expect(text).not.toMatch(/\$value\b/);
    },
  );

  it("tell of missing data only where that is the trouble", () => {
    expect(rules.map((rule) => [rule.noDataState, rule.execErrState])).toEqual([
      ["OK", "KeepLast"],
      ["OK", "KeepLast"],
      ["OK", "KeepLast"],
      ["Alerting", "Error"],
    ]);
  });

  it("point to panels that are there", () => {
    for (const { title, dashboardUid, panelId } of rules) {
      const { dashboard } =
        committedDashboards().find((file) => file.dashboard.uid === dashboardUid) ?? {};
      expect(
        dashboard?.panels.some(({ id }) => id === panelId),
        title,
      ).toBe(true);
    }
  });
});

describe("notifications", () => {
  it("go to contact points that are there", () => {
    const named = (policy: Policy): readonly string[] => [
      policy.receiver,
      ...(policy.routes ?? []).flatMap(named),
    ];
    expect(policies).toHaveLength(1);
    for (const receiver of policies.flatMap(named)) {
      expect(contactPoints.map(({ name }) => name)).toContain(receiver);
    }
  });

  it("reach the agent's webhook, with its token", () => {
    const [receiver, ...others] = contactPoints.flatMap(({ receivers }) => receivers);
    expect(others).toEqual([]);
    expect(receiver).toMatchObject({
      uid: "presage-agent-webhook",
      type: "webhook",
      settings: { httpMethod: "POST", authorization_scheme: "Bearer" },
    });
    const alertmanager = readFileSync(
      join(DASHBOARDS_ROOT, "alertmanager", "alertmanager.yml"),
      "utf8",
    );
    expect(alertmanager).toContain(`url: ${receiver?.settings["url"] ?? "none"}`);
  });
});
