import { FieldType, toDataFrame } from '@grafana/data';
import { END_MS, ofShop, readyView, valueOf, wholeShop } from './fixture';
import { METRICS } from './metrics';

describe('what is absent', () => {
  it('has expired, when the recommendation has', () => {
    const expiresMs = END_MS + 300_000;
    const { shown, workloads } = readyView(wholeShop(), { nowMs: expiresMs });
    const expired = { kind: 'expired', atMs: expiresMs };
    expect(valueOf(shown.resources[0]!.target)).toEqual(expired);
    expect([shown.branch, shown.contributions, shown.guards]).toEqual(Array(3).fill({ known: false, why: expired }));
    expect(valueOf(shown.resources[0]!.current)).toBe(2);
    expect(workloads[0]!.recommendedReplicas).toBeUndefined();
  });

  it('has the reason of the model behind it', () => {
    const status = (value: number, name: string, reason: string) =>
      ofShop(METRICS.modelStatus, { segment: 'all', model: 'drift', status: name, reason }, value);
    const { shown } = readyView([status(0, 'failed', 'key_changed'), status(1, 'warming_up', 'too_few_windows')]);
    const why = { kind: 'model', model: 'drift', status: 'warming_up', reason: 'too_few_windows' };
    expect(shown.drift).toEqual({ known: false, why });
    expect(shown.models).toEqual([{ segment: 'all', model: 'drift', status: 'warming_up', reason: 'too_few_windows' }]);
  });

  it('has no value, when a query asked for it and found none', () => {
    const request = { targets: [{ refId: 'B', expr: `sum(${METRICS.currentCpu}{workload="shop"})` }] };
    const data = { request } as unknown as object; // Only the targets of a request matter.
    const { resources } = readyView([ofShop(METRICS.driftScore, {}, 1)], { data }).shown;
    expect(valueOf(resources[1]!.current)).toEqual({ kind: 'no_value', metric: METRICS.currentCpu });
    expect(valueOf(resources[2]!.current)).toEqual({ kind: 'not_queried', metric: METRICS.currentMemory });
  });

  it('regression: was not asked for, whatever model is still learning', () => {
    const learning = ofShop(METRICS.modelStatus, { segment: 'all', model: 'volume', status: 'warming_up' }, 1);
    const { resources } = readyView([learning]).shown;
    expect(valueOf(resources[0]!.current)).toMatchObject({ kind: 'model', model: 'volume' });
    expect(resources.slice(1).map(({ target }) => valueOf(target))).toEqual(
      [METRICS.recommendedCpu, METRICS.recommendedMemory, METRICS.recommendedNetwork].map((metric) => ({
        kind: 'not_queried',
        metric,
      }))
    );
    const data = { request: { targets: [{ refId: METRICS.recommendedCpu }] } } as unknown as object; // As above.
    expect(valueOf(readyView([learning], { data }).shown.resources[1]!.target)).toMatchObject({ kind: 'model' });
  });

  it('is a list without entries, when a decision changes nothing', () => {
    const empty = toDataFrame({ refId: METRICS.contribution, fields: [] });
    const { shown } = readyView([empty, ofShop(METRICS.branch, { branch: 'keep' }, 1)]);
    expect(shown.contributions).toEqual({ known: true, value: [] });
  });

  it.each([
    ['text where numbers are expected', [{ name: 'Time', type: FieldType.time, values: [END_MS] }, text(['7'])]],
    ['no time field', [{ name: 'Value', type: FieldType.number, values: [7] }]],
    ['no rows', []],
  ])('has no value for %s', (_, fields) => {
    const odd = toDataFrame({ refId: METRICS.currentReplicas, fields });
    const { resources } = readyView([odd, ofShop(METRICS.driftScore, {}, 1)]).shown;
    expect(valueOf(resources[0]!.current)).toEqual({ kind: 'no_value', metric: METRICS.currentReplicas });
  });

  function text(values: string[]) {
    return { name: 'Value', type: FieldType.string, values };
  }
});

it('regression: contributions that have all ended are gone with the decision that they were of', () => {
  const frames = [
    ofShop(METRICS.branch, { branch: 'keep' }, 1, 1, 1),
    ofShop(METRICS.contribution, { cause: 'load' }, -1, -1, null),
    ofShop(METRICS.contribution, { cause: 'stabilization' }, 1, 1, null),
  ];
  expect(readyView(frames).shown.contributions).toEqual({ known: true, value: [] });
});
