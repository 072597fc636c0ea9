import { quoted } from './promql';
import { RuleContext, RuleKind, ruleForm, ruleLink } from './rules';

const CONTEXT: RuleContext = {
  workload: { namespace: 'default', workload: 'shop' },
  segment: 'all',
  driftThreshold: 0.5,
  confidenceThreshold: 0.8,
  datasourceUid: 'prom-1',
  dashboardUid: 'dash-1',
  panelId: 7,
};

const expressions = (kind: RuleKind) =>
  ruleForm(kind, CONTEXT).queries.flatMap(({ refId, model }) => ('expr' in model ? [[refId, model.expr]] : []));

describe('alert rules', () => {
  it('drift: score and confidence, both judged in the expression, not in the queries', () => {
    expect(expressions('drift')).toEqual([
      ['A', 'max by (namespace, workload) (presage_drift_score{namespace="default", workload="shop", segment="all"})'],
      [
        'C',
        'max by (namespace, workload) (presage_drift_confidence{namespace="default", workload="shop", segment="all"})',
      ],
    ]);
    expect(ruleForm('drift', CONTEXT)).toMatchObject({ condition: 'B', evaluateFor: '1m' });
    expect(ruleForm('drift', CONTEXT).queries.at(-1)).toEqual({
      refId: 'B',
      datasourceUid: '__expr__',
      queryType: '',
      model: {
        refId: 'B',
        datasource: { type: '__expr__', uid: '__expr__' },
        type: 'math',
        expression: '$A > 0.5 && $C > 0.8',
      },
    });
  });

  it('forecast over capacity: the recommendation is cut off at the maximum', () => {
    expect(expressions('forecast_over_capacity')).toEqual([
      [
        'A',
        'max by (namespace, workload) (presage_guard_active{namespace="default", workload="shop", guard="maximum_replicas"})',
      ],
    ]);
  });

  it('recommendation not followed: fewer run than recommended, for ten minutes', () => {
    const form = ruleForm('recommendation_not_followed', CONTEXT);
    expect(form.evaluateFor).toBe('10m');
    expect(form.queries).toEqual([
      {
        refId: 'A',
        datasourceUid: 'prom-1',
        queryType: '',
        relativeTimeRange: { from: 600, to: 0 },
        model: {
          refId: 'A',
          expr:
            'max by (namespace, workload) (presage_recommended_replicas{namespace="default", workload="shop", bound="target"}) - ' +
            'max by (namespace, workload) (presage_current_replicas{namespace="default", workload="shop"})',
          instant: true,
          range: false,
          editorMode: 'code',
          datasource: { type: 'prometheus', uid: 'prom-1' },
        },
      },
      {
        refId: 'B',
        datasourceUid: '__expr__',
        queryType: '',
        model: {
          refId: 'B',
          datasource: { type: '__expr__', uid: '__expr__' },
          type: 'threshold',
          expression: 'A',
          conditions: [{ evaluator: { type: 'gt', params: [0] } }],
        },
      },
    ]);
  });

  it('leads back to the panel, unless the dashboard is not saved', () => {
    const keys = (context: RuleContext) => ruleForm('drift', context).annotations.map(({ key }) => key);
    expect(ruleForm('drift', CONTEXT).annotations).toEqual(
      expect.arrayContaining([
        { key: '__dashboardUid__', value: 'dash-1' },
        { key: '__panelId__', value: '7' },
      ])
    );
    expect(keys({ ...CONTEXT, dashboardUid: undefined })).toEqual(['summary', 'description']);
  });

  it('regression: a label can not end its string and become PromQL', () => {
    expect(quoted('a"} or vector(1) #\\\n')).toBe('"a\\"} or vector(1) #\\\\\\n"');
  });

  it('survives its way through the address', () => {
    const form = ruleForm('drift', { ...CONTEXT, workload: { namespace: 'a&b', workload: 'c d#"' } });
    const link = ruleLink(form, '/d/dash-1/x?var=1&from=now-1h', '/grafana');
    expect(link.startsWith('/grafana/alerting/new?')).toBe(true);
    const { searchParams } = new URL(link, 'http://grafana.example');
    expect(JSON.parse(searchParams.get('defaults') ?? '')).toEqual(form);
    expect(searchParams.get('returnTo')).toBe('/d/dash-1/x?var=1&from=now-1h');
  });
});
