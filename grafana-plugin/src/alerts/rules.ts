import { t } from '../components/words/t';
import { METRICS } from '../data/metrics';
import { WorkloadName } from '../data/view';
import { ofWorkload } from './promql';

export const RULE_KINDS = ['drift', 'forecast_over_capacity', 'recommendation_not_followed'] as const;
export type RuleKind = (typeof RULE_KINDS)[number];

export interface RuleContext {
  readonly workload: WorkloadName;
  readonly segment: string;
  readonly driftThreshold: number;
  readonly confidenceThreshold: number;
  /** Of the Prometheus data source that the panel asks. */
  readonly datasourceUid: string;
  /** Undefined in a dashboard that is not saved. */
  readonly dashboardUid: string | undefined;
  readonly panelId: number;
}

interface KeyValue {
  readonly key: string;
  readonly value: string;
}

interface RuleQuery {
  readonly refId: string;
  readonly datasourceUid: string;
  readonly queryType: string;
  readonly relativeTimeRange?: { readonly from: number; readonly to: number };
  readonly model: object;
}

/** What the form for a new alert rule begins with. */
export interface RuleForm {
  readonly name: string;
  readonly condition: string;
  readonly queries: readonly RuleQuery[];
  readonly evaluateFor: string;
  readonly labels: readonly KeyValue[];
  readonly annotations: readonly KeyValue[];
}

/** Only the last value is asked for; it may be this old, in seconds. */
const LOOK_BACK_SECONDS = 600;
const EXPRESSION_UID = '__expr__';
const CONDITION = 'B';

export function ruleName(kind: RuleKind, workload: string): string {
  switch (kind) {
    case 'drift':
      return t('rule.drift.name', 'Callers of {{workload}} behave differently', { workload });
    case 'forecast_over_capacity':
      return t('rule.capacity.name', '{{workload}} will need more than its maximum of replicas', { workload });
    case 'recommendation_not_followed':
      return t('rule.notFollowed.name', '{{workload}} runs with fewer replicas than recommended', { workload });
  }
}

export function ruleForm(kind: RuleKind, context: RuleContext): RuleForm {
  const { workload, namespace } = context.workload;
  const place = `${namespace}/${workload}`;
  const form = { ...CONDITIONS[kind](context), condition: CONDITION, name: ruleName(kind, workload) };
  return {
    ...form,
    labels: [
      { key: 'severity', value: SEVERITIES[kind] },
      { key: 'namespace', value: namespace },
      { key: 'workload', value: workload },
    ],
    annotations: [
      { key: 'summary', value: form.name },
      { key: 'description', value: descriptionOf(kind, place) },
      // A link from the alert to the panel needs both.
      ...(context.dashboardUid === undefined
        ? []
        : [
            { key: '__dashboardUid__', value: context.dashboardUid },
            { key: '__panelId__', value: String(context.panelId) },
          ]),
    ],
  };
}

const SEVERITIES: Readonly<Record<RuleKind, string>> = {
  drift: 'warning',
  forecast_over_capacity: 'critical',
  recommendation_not_followed: 'warning',
};

function descriptionOf(kind: RuleKind, place: string): string {
  switch (kind) {
    case 'drift':
      return t('rule.drift.description', 'Drift score and confidence of {{place}} are over their thresholds.', {
        place,
      });
    case 'forecast_over_capacity':
      return t(
        'rule.capacity.description',
        'The load that {{place}} has or is expected to have needs more replicas than its maximum allows.',
        { place }
      );
    case 'recommendation_not_followed':
      return t('rule.notFollowed.description', '{{place}} has run short of the recommendation for 10 minutes.', {
        place,
      });
  }
}

type Condition = (context: RuleContext) => Pick<RuleForm, 'queries' | 'evaluateFor'>;

/** Thresholds are in the expressions: in a query they would turn a healthy state into no data. */
const CONDITIONS: Readonly<Record<RuleKind, Condition>> = {
  drift: (context) => {
    const labels = { ...context.workload, segment: context.segment };
    return {
      queries: [
        query('A', ofWorkload(METRICS.driftScore, labels), context),
        query('C', ofWorkload(METRICS.driftConfidence, labels), context),
        // Both, as the agent and the panel judge: a high score of low confidence is not yet drift.
        expression({
          type: 'math',
          expression: `$A > ${context.driftThreshold} && $C > ${context.confidenceThreshold}`,
        }),
      ],
      evaluateFor: '1m',
    };
  },
  forecast_over_capacity: (context) => ({
    queries: [
      // What would be recommended is cut off at the workload's maximum.
      query('A', ofWorkload(METRICS.guard, { ...context.workload, guard: 'maximum_replicas' }), context),
      above(0),
    ],
    evaluateFor: '1m',
  }),
  recommendation_not_followed: (context) => ({
    queries: [
      query(
        'A',
        `${ofWorkload(METRICS.recommendedReplicas, { ...context.workload, bound: 'target' })} - ` +
          ofWorkload(METRICS.currentReplicas, { ...context.workload }),
        context
      ),
      above(0),
    ],
    evaluateFor: '10m',
  }),
};

function query(refId: string, expr: string, { datasourceUid }: RuleContext): RuleQuery {
  return {
    refId,
    datasourceUid,
    queryType: '',
    relativeTimeRange: { from: LOOK_BACK_SECONDS, to: 0 },
    model: {
      refId,
      expr,
      instant: true,
      range: false,
      editorMode: 'code',
      datasource: { type: 'prometheus', uid: datasourceUid },
    },
  };
}

function above(limit: number): RuleQuery {
  return expression({
    type: 'threshold',
    expression: 'A',
    conditions: [{ evaluator: { type: 'gt', params: [limit] } }],
  });
}

function expression(model: object): RuleQuery {
  return {
    refId: CONDITION,
    datasourceUid: EXPRESSION_UID,
    queryType: '',
    model: { refId: CONDITION, datasource: { type: EXPRESSION_UID, uid: EXPRESSION_UID }, ...model },
  };
}

/** The address of the form, under the path that Grafana is served from. */
export function ruleLink(form: RuleForm, returnTo: string, appSubUrl: string): string {
  const parameters = new URLSearchParams({ defaults: JSON.stringify(form), returnTo });
  return `${appSubUrl}/alerting/new?${parameters.toString()}`;
}
