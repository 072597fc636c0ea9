import { DataFrame, FieldType } from '@grafana/data';
import fc from 'fast-check';
import { END_MS, SHOP, STEP_MS, ofShop, range, readyView, viewOf, wholeShop } from './fixture';
import { METRICS } from './metrics';
import { MAXIMUM_SEGMENTS, MAXIMUM_WORKLOADS } from './view';

const METRIC_NAMES = Object.values(METRICS);

const labels = fc.record(
  {
    __name__: fc.constantFrom(...METRIC_NAMES, 'up'),
    namespace: fc.constantFrom('default', 'other', ''),
    workload: fc.constantFrom('shop', 'billing', '<script>', '__proto__'),
    segment: fc.constantFrom('all', 'partner', ''),
    horizon_seconds: fc.constantFrom('60', '-1', 'soon', '1e308', 'Infinity'),
    bound: fc.constantFrom('lower', 'point', 'target', 'upper', 'middle'),
    cause: fc.constantFrom('drift', 'load'),
    model: fc.constantFrom('volume', 'drift'),
    status: fc.constantFrom('ready', 'failed', 'new'),
    mode: fc.constantFrom('act', 'shadow'),
    instance: fc.constantFrom('a', 'b'),
  },
  { requiredKeys: ['__name__'] }
);

const numbers = fc.oneof(
  fc.double(),
  fc.constantFrom<unknown>(null, undefined, '1', 1, 0, 1e308, -1e308, {}, [1], true),
  fc.integer({ min: 0, max: 9 })
);
const times = fc.oneof(
  fc.integer({ min: 0, max: 20 }).map((steps) => END_MS - steps * STEP_MS),
  fc.constantFrom<unknown>(null, NaN, 'now', 1e300, -1e15)
);

/** Much like what a data source brings, and all kinds of wrong. */
const frames: fc.Arbitrary<DataFrame> = fc.record({
  refId: fc.constantFrom('A', METRICS.driftScore, METRICS.recommendedReplicas),
  name: fc.option(fc.constantFrom('x', METRICS.observed), { nil: undefined }),
  length: fc.nat(5),
  fields: fc.array(
    fc.oneof(
      fc.record({
        name: fc.constantFrom('Time', 'time'),
        type: fc.constant(FieldType.time),
        values: fc.array(times),
        config: fc.constantFrom({}, { interval: NaN }, { interval: STEP_MS }),
      }),
      fc.record({
        name: fc.constantFrom('Value', METRICS.forecast, 'horizon_seconds'),
        type: fc.constantFrom(FieldType.number, FieldType.string, FieldType.other),
        values: fc.array(numbers),
        labels,
        config: fc.constantFrom({}, { unit: 's', min: 1, max: 1 }),
      }),
      fc.record({
        name: fc.constantFrom('workload', '__name__', 'reason', 'text', 'tags'),
        type: fc.constant(FieldType.string),
        values: fc.array(fc.oneof(fc.constantFrom(...METRIC_NAMES, 'shop'), fc.string())),
        config: fc.constant({}),
      })
    ),
    { maxLength: 4 }
  ),
}) as fc.Arbitrary<DataFrame>; // Wrong on purpose.

/** Every number of the view; of a display only `numeric`, which is the value itself. */
function numbersOf(value: unknown, found: number[] = []): number[] {
  if (typeof value === 'number') {
    found.push(value);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      numbersOf(key === 'display' && 'numeric' in Object(inner) ? Object(inner).numeric : inner, found);
    }
  }
  return found;
}

describe('whatever the frames hold', () => {
  it('never throws, and no number of the view is not finite', () => {
    fc.assert(
      fc.property(fc.array(frames, { maxLength: 8 }), fc.array(frames, { maxLength: 2 }), (series, annotations) => {
        const result = viewOf(series, { data: { annotations } });
        expect(numbersOf(result).filter((number) => !Number.isFinite(number))).toEqual([]);
      }),
      { numRuns: 500 }
    );
  });

  it('does not depend on the order of the frames', () => {
    const shuffled = fc.array(frames, { maxLength: 8 }).chain((odd) => {
      const all = [...wholeShop(), ...odd];
      return fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }));
    });
    fc.assert(
      fc.property(shuffled, ([one, other]) => {
        expect(JSON.stringify(viewOf(other))).toEqual(JSON.stringify(viewOf(one)));
      }),
      { numRuns: 200 }
    );
  });

  it.each([undefined, null, 'text', [null, undefined, 7, {}, { fields: null }, { fields: [{}] }]])(
    'does not throw for %p in place of frames',
    (series) => {
      expect(viewOf(series as unknown as DataFrame[])).toMatchObject({ status: 'nothing' }); // Wrong on purpose.
    }
  );
});

describe('too much', () => {
  it('cuts segments, keeps the most drifting, and counts the rest', () => {
    const frames = Array.from({ length: 500 }, (_, index) =>
      ofShop(METRICS.driftScore, { segment: index === 0 ? 'all' : `s${index}` }, index / 1000)
    );
    const view = readyView(frames, { options: { segment: 's1' } });
    expect(view.segments).toHaveLength(MAXIMUM_SEGMENTS);
    expect(view.segments.slice(0, 3)).toEqual(['all', 's1', 's499']);
    expect(view.omittedSegments).toBe(400);
  });

  it('cuts workloads and counts the rest', () => {
    const frames = Array.from({ length: MAXIMUM_WORKLOADS + 7 }, (_, index) =>
      range(METRICS.driftScore, { ...SHOP, workload: `w${index}` }, [0.1])
    );
    const view = readyView(frames);
    expect([view.workloads.length, view.omittedWorkloads]).toEqual([MAXIMUM_WORKLOADS, 7]);
  });
});
