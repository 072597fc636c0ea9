import { FieldType, toDataFrame } from '@grafana/data';
import { END_MS, SHOP, STEP_MS, ofShop, range, readyView, valueOf, viewOf, wholeShop } from './fixture';
import { METRICS } from './metrics';
import { Maybe } from './view';

const OTHER = { namespace: 'default', workload: 'billing' };

describe('a workload of which everything is known', () => {
  const { shown, ...view } = readyView(wholeShop());

  it('names the workload, its segments and horizons', () => {
    expect(view).toMatchObject({ segments: ['all'], omittedSegments: 0, segment: 'all', horizons: [30, 60] });
    expect(view.horizonSeconds).toBe(60);
    expect(shown.name).toEqual(SHOP);
    expect(view.workloads).toEqual([
      { name: SHOP, verdict: 'drift', driftScore: 0.7, currentReplicas: 2, recommendedReplicas: 5 },
    ]);
  });

  it('reads drift with its evidence, largest share first', () => {
    const drift = required(shown.drift);
    expect([drift.verdict, drift.score.value, drift.confidence.value]).toEqual(['drift', 0.7, 0.95]);
    expect(drift.evidence.map(({ segment, cause, share }) => [segment, cause, share.value])).toEqual([
      ['partner', 'operation_mix', 0.6],
      ['partner', 'timing', 0.3],
    ]);
  });

  it('reads replicas with their bounds, and says what nobody asked for', () => {
    const [replicas, cpu] = shown.resources;
    expect(valueOf(replicas!.current)).toBe(2);
    expect([replicas!.lower, replicas!.target, replicas!.upper].map(valueOf)).toEqual([4, 5, 6]);
    expect(valueOf(cpu!.target)).toEqual({ kind: 'not_queried', metric: METRICS.recommendedCpu });
  });

  it('reads why, what limited it, and until when', () => {
    expect(required(shown.contributions).map(({ cause, replicas }) => [cause, replicas.value])).toEqual([
      ['drift', 4],
      ['scale_up_rate', -1],
    ]);
    expect(shown.guards).toEqual({ known: true, value: ['scale_up_rate'] });
    expect(shown.branch).toEqual({ known: true, value: 'drift' });
    expect(shown.mode).toEqual({ known: true, value: 'shadow' });
    expect(shown.expiresAt).toEqual({ known: true, value: { atMs: END_MS + 300_000, expired: false } });
    expect(required(shown.predictedWorkload).map(({ name }) => name)).toEqual(['compute_intensive', 'normal']);
  });

  it('says of what no agent measures yet that it is not measured yet', () => {
    expect(shown.counterfactuals).toEqual({ known: false, why: { kind: 'not_measured_yet' } });
    expect(shown.quality.outcomes).toEqual({ known: false, why: { kind: 'not_measured_yet' } });
    expect(valueOf(shown.quality.coverage)).toBe(0.91);
  });

  it('shows numbers with a unit', () => {
    expect(required(shown.load.observed).display).toMatchObject({ text: '12', suffix: ' req/s' });
    expect(required(shown.quality.coverage).display).toMatchObject({ text: '91', suffix: '%' });
  });
});

describe('the load', () => {
  it('draws a forecast at the time that it is about, not at the one at which it was said', () => {
    const { load } = readyView(wholeShop()).shown;
    const [time, observed, forecast, lower, upper] = load.frame.fields.map(({ values }) => values);
    // Said at -30 s, -15 s and 0 s, about 60 s later.
    const said = [-2, -1, 0].map((steps) => END_MS + steps * STEP_MS);
    expect(time).toEqual([...said, ...said.map((at) => at + 60_000)]);
    const nothing = [undefined, undefined, undefined];
    expect(observed).toEqual([10, 11, 12, ...nothing]);
    expect(forecast).toEqual([...nothing, 12, 13, 14]);
    expect(lower).toEqual([...nothing, 8, 9, 10]);
    expect(upper).toEqual([...nothing, 16, 17, 18]);
    expect(required(load.forecast)).toMatchObject({ value: 14, timeMs: END_MS + 60_000 });
  });

  it.each([
    ['of the options', { options: { horizonSeconds: 30 } }, 30],
    ['chosen in the panel', { selection: { horizonSeconds: 60 }, options: { horizonSeconds: 30 } }, 60],
    ['that nobody forecasts: the longest', { options: { horizonSeconds: 7 } }, 60],
  ])('takes the horizon %s', (_, given, expected) => {
    expect(readyView(wholeShop(), given).horizonSeconds).toBe(expected);
  });

  it('keeps gaps, and never makes them 0', () => {
    const frames = [ofShop(METRICS.observed, {}, 1, NaN, null, Infinity, '7', 2)];
    const { load } = readyView(frames).shown;
    expect(load.frame.fields[1]!.values).toEqual([1, null, null, null, null, 2]);
  });

  it('puts a gap where nothing was said for longer than a step', () => {
    const early = range(METRICS.observed, SHOP, [1, 2], { endMs: END_MS - 10 * STEP_MS });
    const late = range(METRICS.observed, SHOP, [3]);
    const [time, observed] = readyView([late, early]).shown.load.frame.fields.map(({ values }) => values);
    expect(observed).toEqual([1, 2, null, 3]);
    expect(time![2]).toBe(END_MS - 9 * STEP_MS);
  });

  it('draws the largest of what several agents say at the same time', () => {
    const say = (instance: string, ...values: unknown[]) => ofShop(METRICS.observed, { instance }, ...values);
    const expected = [1, 5, 6];
    expect(observedOf([say('a', 1, 5, 2), say('b', null, 4, 6)])).toEqual(expected);
    expect(observedOf([say('b', null, 4, 6), say('a', 1, 5, 2)])).toEqual(expected);
  });

  function observedOf(frames: Parameters<typeof readyView>[0]): unknown {
    return readyView(frames).shown.load.frame.fields[1]!.values;
  }

  it('has one column when there is no forecast', () => {
    const { frame, forecast } = readyView([ofShop(METRICS.observed, {}, 1)]).shown.load;
    expect(frame.fields.map(({ name }) => name)).toEqual(['time', 'observed']);
    expect(valueOf(forecast)).toEqual({ kind: 'not_queried', metric: METRICS.forecast });
  });
});

describe('now', () => {
  it('is not what ended long ago, though the chart keeps it', () => {
    const ended = range(METRICS.observed, SHOP, [1, 2], { endMs: END_MS - 6 * STEP_MS });
    const { load } = readyView([ended, ofShop(METRICS.driftScore, {}, 0.1)]).shown;
    expect(valueOf(load.observed)).toEqual({ kind: 'no_value', metric: METRICS.observed });
    expect(load.frame.fields[1]!.values).toEqual([1, 2]);
  });

  it('bridges a few missed scrapes', () => {
    const late = range(METRICS.observed, SHOP, [1, 2], { endMs: END_MS - 5 * STEP_MS });
    expect(valueOf(readyView([late, ofShop(METRICS.driftScore, {}, 0.1)]).shown.load.observed)).toBe(2);
  });

  it('takes the newest of several agents, then the largest', () => {
    const say = (instance: string, ...values: unknown[]) => ofShop(METRICS.currentReplicas, { instance }, ...values);
    expect(current([say('a', 3, 4), say('b', 9, null), say('c', 3, 5)])).toBe(5);
  });

  it('shows a number alike whichever of equals came first', () => {
    const say = (instance: string, unit: string) =>
      range(METRICS.currentReplicas, { ...SHOP, instance }, [3], { config: { unit } });
    const suffix = (frames: Parameters<typeof readyView>[0]) =>
      required(readyView(frames).shown.resources[0]!.current).display.suffix;
    const [one, other] = [say('a', 'suffix: pods'), say('b', 'suffix: copies')];
    expect(suffix([one, other])).toBe(suffix([other, one]));
  });

  it('leaves out a contribution that ended with an earlier decision, so that the rest adds up', () => {
    const before = range(METRICS.contribution, { ...SHOP, cause: 'drift' }, [3], { endMs: END_MS - STEP_MS });
    const { contributions } = readyView([before, ofShop(METRICS.contribution, { cause: 'load' }, 1, 2)]).shown;
    expect(required(contributions).map(({ cause }) => cause)).toEqual(['load']);
  });

  function current(frames: Parameters<typeof readyView>[0]): unknown {
    return valueOf(readyView(frames).shown.resources[0]!.current);
  }
});

describe('the decimals of a score', () => {
  const scoreOf = (config: object) => {
    const frames = [
      range(METRICS.driftScore, SHOP, [0.94996], { config }),
      range(METRICS.driftConfidence, SHOP, [0.9]),
    ];
    const { drift } = readyView(frames).shown;
    return drift.known ? drift.value.score.display.text : drift.why;
  };

  it('regression: are two, unless somebody has set others', () => {
    expect([scoreOf({}), scoreOf({ decimals: 1 })]).toEqual(['0.95', '0.9']);
  });
});

describe('the forms of frames', () => {
  const expected = { name: SHOP, verdict: 'drift', driftScore: 0.9, currentReplicas: undefined };

  it('reads several number fields beside one time field', () => {
    const field = (metric: string, value: number) => ({
      name: 'Value',
      type: FieldType.number,
      values: [value],
      labels: { __name__: metric, ...SHOP, segment: 'all' },
    });
    const time = { name: 'Time', type: FieldType.time, values: [END_MS] };
    const fields = [time, field(METRICS.driftScore, 0.9), field(METRICS.driftConfidence, 0.99)];
    expect(readyView([toDataFrame({ fields })]).workloads).toMatchObject([expected]);
  });

  it('reads a table, newest row first, whose text columns are labels', () => {
    const table = (metric: string, refId: string, values: number[]) =>
      toDataFrame({
        refId,
        fields: [
          { name: 'Time', type: FieldType.time, values: [END_MS, END_MS, END_MS - STEP_MS] },
          { name: '__name__', type: FieldType.string, values: [metric, metric, metric] },
          { name: 'namespace', type: FieldType.string, values: ['default', 'default', 'default'] },
          { name: 'workload', type: FieldType.string, values: ['shop', 'billing', 'shop'] },
          { name: `Value #${refId}`, type: FieldType.number, values },
        ],
      });
    const view = readyView([
      table(METRICS.driftScore, 'A', [0.9, 0.2, 0.1]),
      table(METRICS.driftConfidence, 'B', [0.99, 0.99, 0.99]),
    ]);
    expect(view.workloads).toMatchObject([expected, { name: OTHER, verdict: 'normal', driftScore: 0.2 }]);
  });

  it('knows an aggregated metric by the name of its query, and its workload by the others', () => {
    const aggregated = range(METRICS.currentReplicas, { workload: 'shop' }, [3]);
    delete aggregated.fields[1]!.labels!['__name__'];
    aggregated.refId = METRICS.currentReplicas;
    const view = readyView([ofShop(METRICS.driftScore, {}, 0.1), aggregated]);
    expect(view.workloads).toMatchObject([{ name: SHOP, currentReplicas: 3 }]);
  });
});

describe('which workload', () => {
  const calm = range(METRICS.driftScore, OTHER, [0.1]);
  const calmConfidence = range(METRICS.driftConfidence, OTHER, [1]);
  const frames = [calm, calmConfidence, ...wholeShop()];

  it('is the most urgent one, and a list of all', () => {
    const view = readyView(frames);
    expect(view.shown.name).toEqual(SHOP);
    expect(view.workloads.map(({ name }) => name)).toEqual([SHOP, OTHER]);
  });

  it.each([
    ['chosen in the panel', { selection: { workload: OTHER } }],
    ['named by the options', { options: { workload: 'billing' } }],
    ['named by a variable', { options: { workload: '$workload' }, variables: { $workload: 'billing' } }],
    ['among those of a variable', { options: { workload: '$w' }, variables: { $w: 'other|billing' } }],
  ])('is the one %s', (_, given) => {
    expect(readyView(frames, given).shown.name).toEqual(OTHER);
  });

  it.each(['', '$__all', '.*'])('is any for %p', (all) => {
    expect(readyView(frames, { options: { workload: '$w' }, variables: { $w: all } }).workloads).toHaveLength(2);
  });

  it('is said to be absent with those that there are', () => {
    expect(viewOf(frames, { options: { workload: 'gone', namespace: 'default' } })).toEqual({
      status: 'no_such_workload',
      wanted: { workload: 'gone', namespace: 'default' },
      workloads: [SHOP, OTHER],
    });
  });

  it('is none when nothing of Presage is there, and says what is', () => {
    const up = toDataFrame({ name: 'up', fields: [{ name: 'Time', type: FieldType.time, values: [END_MS] }] });
    expect(viewOf([up])).toEqual({ status: 'nothing', found: ['up'] });
  });
});

function required<T>(maybe: Maybe<T>): T {
  if (!maybe.known) {
    throw new Error(`expected a value, got ${JSON.stringify(maybe.why)}`);
  }
  return maybe.value;
}

describe('a segment that was picked', () => {
  const of = (workload: string) => ({ segment: 'partner', segmentOf: { ...SHOP, workload } });

  it('counts for the workload that it was picked for', () => {
    expect(readyView(wholeShop(), { selection: of('shop') }).segment).toBe('partner');
  });

  it('regression: not for another one that has become the most urgent', () => {
    expect(readyView(wholeShop(), { selection: of('cart') }).segment).toBe('all');
  });
});
