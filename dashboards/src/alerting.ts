import { parse, stringify } from "yaml";

import { driftQueries } from "./annotations.js";
import {
  CONFIDENCE_THRESHOLD,
  DRIFT_THRESHOLD,
  JOB,
  MAIN_PANEL_ID,
  REACHABLE_PANEL_ID,
  UIDS,
} from "./defaults.js";
import { perWorkload } from "./queries.js";
import type { Select } from "./queries.js";

/** An alert of Prometheus, as its rules have it. */
interface PrometheusAlert {
  readonly alert?: string;
  readonly for: string;
  readonly keep_firing_for: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** What a condition is made of: the queries that it reads, and the expression that compares them. */
interface GrafanaAlert {
  readonly uid: string;
  /** The alert of Prometheus that it is the equivalent of. */
  readonly alert: string;
  readonly queries: Readonly<Record<string, string>>;
  /** The threshold is here and not in a query, or a healthy state would read as no data. */
  readonly condition: object;
  readonly missing: Missing;
  readonly panel: { readonly dashboardUid: string; readonly panelId: number };
}

/** What an alert does when its query gives nothing, and when it can't be asked. */
interface Missing {
  readonly noDataState: "OK" | "Alerting";
  readonly execErrState: "Error" | "KeepLast";
}

/**
 * A workload's series are missing while models warm up, when a recommendation has expired, or when
 * the agent is away: the first is no trouble, the others have alerts of their own. When Prometheus can't be
 * asked nothing new is known, so what was said stays.
 */
const ABOUT_A_WORKLOAD: Missing = { noDataState: "OK", execErrState: "KeepLast" };

/** No agent at all is an agent down. One alert, this one, tells that Prometheus can't be asked. */
const ABOUT_THE_AGENT: Missing = { noDataState: "Alerting", execErrState: "Error" };

const onWorkload = { dashboardUid: UIDS.workload, panelId: MAIN_PANEL_ID };

const ofAll: Select = (metric, ...matchers) => `${metric}{${matchers.join(", ")}}`;

const ALERTS: readonly GrafanaAlert[] = [
  {
    uid: "presage-drift",
    alert: "PresageDriftDetected",
    queries: driftQueries(ofAll),
    condition: math(`$A > ${DRIFT_THRESHOLD} && $B > ${CONFIDENCE_THRESHOLD}`),
    missing: ABOUT_A_WORKLOAD,
    panel: onWorkload,
  },
  {
    uid: "presage-over-capacity",
    alert: "PresageForecastOverCapacity",
    queries: { A: perWorkload(ofAll("presage_guard_active", 'guard="maximum_replicas"')) },
    condition: threshold("gt", 0),
    missing: ABOUT_A_WORKLOAD,
    panel: onWorkload,
  },
  {
    uid: "presage-not-followed",
    alert: "PresageRecommendationNotFollowed",
    queries: {
      A: `${perWorkload(ofAll("presage_recommended_replicas", 'bound="target"'))} - ${perWorkload("presage_current_replicas")}`,
    },
    condition: threshold("gt", 0),
    missing: ABOUT_A_WORKLOAD,
    panel: onWorkload,
  },
  {
    uid: "presage-agent-down",
    alert: "PresageAgentDown",
    queries: { A: `up{job="${JOB}"}` },
    condition: threshold("lt", 1),
    missing: ABOUT_THE_AGENT,
    panel: { dashboardUid: UIDS.agent, panelId: REACHABLE_PANEL_ID },
  },
];

const CONDITION = "C";
/** Only the last value is asked for; it may be this old. */
const LOOK_BACK_SECONDS = 600;
/** Grafana evaluates every 10 seconds at most. */
const INTERVAL = "10s";

function threshold(type: "gt" | "lt", limit: number): object {
  return {
    type: "threshold",
    expression: "A",
    conditions: [{ evaluator: { type, params: [limit] } }],
  };
}

function math(expression: string): object {
  // In provisioning files a single `$` begins the name of an environment variable.
  return { type: "math", expression: expression.replaceAll("$", "$$$$") };
}

/**
 * The rules file of Grafana's provisioning: equivalents of some of the alerts in `prometheusRules`, the
 * text of the rules file of Prometheus, with its words, severities and durations. Throws when one of them
 * is not there.
 */
export function alertRules(prometheusRules: string): string {
  // The form that `promtool check rules` insists on, and a test that all alerts are complete.
  const { groups } = parse(prometheusRules) as {
    readonly groups: readonly { readonly rules: readonly PrometheusAlert[] }[];
  };
  const byName = new Map(groups.flatMap(({ rules }) => rules.map((rule) => [rule.alert, rule])));
  const rules = ALERTS.map((alert) => {
    const original = byName.get(alert.alert);
    if (original === undefined) throw new Error(`Prometheus has no alert ${alert.alert}`);
    return grafanaRule(alert, original);
  });
  const group = { orgId: 1, name: "presage", folder: "Presage", interval: INTERVAL, rules };
  return stringify(
    { apiVersion: 1, groups: [group] },
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
}

function grafanaRule(alert: GrafanaAlert, original: PrometheusAlert): object {
  return {
    uid: alert.uid,
    title: alert.alert,
    condition: CONDITION,
    for: original.for,
    keepFiringFor: original.keep_firing_for,
    ...alert.missing,
    ...alert.panel,
    labels: original.labels,
    annotations: Object.fromEntries(
      Object.entries(original.annotations).map(([name, text]) => [
        name,
        // Prometheus has one value, Grafana one for each query.
        text.replaceAll("$value", "$values.A.Value"),
      ]),
    ),
    data: [
      ...Object.entries(alert.queries).map(([refId, expr]) => ({
        refId,
        datasourceUid: UIDS.prometheus,
        relativeTimeRange: { from: LOOK_BACK_SECONDS, to: 0 },
        model: { refId, expr, instant: true, range: false },
      })),
      {
        refId: CONDITION,
        datasourceUid: "__expr__",
        relativeTimeRange: { from: 0, to: 0 },
        model: { refId: CONDITION, ...alert.condition },
      },
    ],
  };
}
