import { DataFrame, FieldType, toDataFrame } from '@grafana/data';
import { END_MS, SHOP, STEP_MS, ofShop, range, readyView } from './fixture';
import { MAXIMUM_MARKS_KEPT } from './marks';
import { METRICS } from './metrics';
import { EventMark } from './view';

const at = (steps: number) => END_MS + steps * STEP_MS;

function marksOf(frames: DataFrame[], annotations: DataFrame[] = []): readonly EventMark[] {
  return readyView(frames, { data: { annotations } }).shown.load.marks;
}

function annotations(
  ...rows: ReadonlyArray<readonly [time: unknown, timeEnd: unknown, title: string, text: string, tags: unknown]>
) {
  const column = (index: number) => rows.map((row) => row[index]);
  return toDataFrame({
    fields: [
      { name: 'time', type: FieldType.time, values: column(0) },
      { name: 'timeEnd', type: FieldType.time, values: column(1) },
      { name: 'title', type: FieldType.string, values: column(2) },
      { name: 'text', type: FieldType.string, values: column(3) },
      { name: 'tags', type: FieldType.other, values: column(4) },
    ],
  });
}

describe('marks from the series', () => {
  it('spans the time in which score and confidence are over their thresholds, and stops at a gap', () => {
    const frames = [
      ofShop(METRICS.driftScore, { segment: 'all' }, 0.9, 0.9, 0.9, null, 0.9, 0.5),
      ofShop(METRICS.driftConfidence, { segment: 'all' }, 0.8, 0.9, 0.9, 0.9, 0.9, 0.9),
      ofShop(METRICS.driftScore, { segment: 'other' }, 1, 1, 1, 1, 1, 1),
    ];
    expect(marksOf(frames)).toEqual([
      { kind: 'drift', text: '', fromMs: at(-4), toMs: at(-3) },
      { kind: 'drift', text: '', fromMs: at(-1), toMs: at(-1) },
    ]);
  });

  it('spans scheduled events, each by its name', () => {
    const frames = [
      ofShop(METRICS.scheduledEvent, { event: '<b>sale</b>' }, 0, 1, 1, 0),
      ofShop(METRICS.scheduledEvent, { event: 'batch' }, 0, 0, 0, 1),
    ];
    expect(marksOf(frames)).toEqual([
      { kind: 'event', text: '<b>sale</b>', fromMs: at(-2), toMs: at(-1) },
      { kind: 'event', text: 'batch', fromMs: at(0), toMs: at(0) },
    ]);
  });

  it('marks each change of the replicas, also across a gap', () => {
    expect(marksOf([ofShop(METRICS.currentReplicas, {}, 2, 2, 4, null, 3)])).toEqual([
      { kind: 'scaling', text: '2 → 4', fromMs: at(-2), toMs: at(-2) },
      { kind: 'scaling', text: '4 → 3', fromMs: at(0), toMs: at(0) },
    ]);
  });

  it('regression: what had begun before the first value does not begin there', () => {
    const frames = [
      ofShop(METRICS.driftScore, { segment: 'all' }, 0.9, 0.9, 0.1, 0.9),
      ofShop(METRICS.driftConfidence, { segment: 'all' }, 0.9, 0.9, 0.9, 0.9),
    ];
    expect(marksOf(frames)).toEqual([
      { kind: 'drift', text: '', fromMs: at(-3), toMs: at(-2), startsBefore: true },
      { kind: 'drift', text: '', fromMs: at(0), toMs: at(0) },
    ]);
  });

  it('marks each change of the recommended target: in shadow mode nothing else tells what was done when', () => {
    const frames = [
      ofShop(METRICS.recommendedReplicas, { bound: 'target' }, 2, 3, 3),
      ofShop(METRICS.recommendedReplicas, { bound: 'upper' }, 4, 5, 6),
    ];
    expect(marksOf(frames)).toEqual([{ kind: 'advice', text: '2 → 3', fromMs: at(-1), toMs: at(-1) }]);
  });

  it('keeps the newest of too many', () => {
    const flapping = Array.from({ length: 2 * MAXIMUM_MARKS_KEPT }, (_, index) => index % 2);
    const marks = marksOf([ofShop(METRICS.currentReplicas, {}, ...flapping)]);
    expect(marks).toHaveLength(MAXIMUM_MARKS_KEPT);
    expect(marks.at(-1)).toMatchObject({ fromMs: at(0) });
  });

  it('regression: counts the marks that it leaves out', () => {
    // Each value but the first changes; annotations come on top.
    const flapping = Array.from({ length: MAXIMUM_MARKS_KEPT + 8 }, (_, index) => index % 2);
    const notes = annotations([at(-9000), null, '', 'a', []], [at(-9001), null, '', 'b', []]);
    const { load } = readyView([ofShop(METRICS.currentReplicas, {}, ...flapping)], {
      data: { annotations: [notes] },
    }).shown;
    expect([load.marks.length, load.omittedMarks]).toEqual([MAXIMUM_MARKS_KEPT, 7 + 2]);
  });

  it('counts an annotation once, however many queries bring it', () => {
    const notes = (first: number) =>
      annotations(
        ...Array.from({ length: MAXIMUM_MARKS_KEPT }, (_, index) => [at(first - index), null, '', 'x', []] as const)
      );
    const load = [range(METRICS.observed, SHOP, [1])];
    const { omittedMarks } = readyView(load, { data: { annotations: [notes(0), notes(0), notes(-3)] } }).shown.load;
    expect(omittedMarks).toBe(3);
  });
});

describe('marks from annotations', () => {
  const load = range(METRICS.observed, SHOP, [1]);

  it.each([
    ['a tag', ['shop', 'Drift'], 'Callers differ', 'drift'],
    ['tags as text', 'prod,scaling', 'Deployment', 'scaling'],
    ['words', [], 'The replicas of shop changed', 'scaling'],
    ['the word event', null, 'An event', 'event'],
    ['neither', [], 'Deployed', 'other'],
  ])('knows the kind by %s', (_, tags, text, kind) => {
    expect(marksOf([load], [annotations([at(-2), at(-1), '', text, tags])])).toEqual([
      { kind, text, fromMs: at(-2), toMs: at(-1) },
    ]);
  });

  it('leaves out what has no time, and takes a wrong end for a moment', () => {
    const rows = annotations(
      ['yesterday', null, '', 'a', []],
      [NaN, 0, '', 'b', []],
      [at(-1), 0, 'Release', 'Release', []]
    );
    expect(marksOf([load], [rows])).toEqual([{ kind: 'other', text: 'Release', fromMs: at(-1), toMs: at(-1) }]);
  });

  it('says once what several annotations say, for the longest time', () => {
    const rows = annotations([at(-2), at(0), '', 'Deployed', []], [at(-2), at(-1), '', 'Deployed', []]);
    expect(marksOf([load], [rows])).toEqual([{ kind: 'other', text: 'Deployed', fromMs: at(-2), toMs: at(0) }]);
  });

  it('leaves out those that repeat what the series say', () => {
    const scaling = ofShop(METRICS.currentReplicas, {}, 2, 4);
    const rows = annotations([at(0), at(0), 'Scaling', 'The replicas changed', []]);
    expect(marksOf([scaling], [rows])).toEqual([{ kind: 'scaling', text: '2 → 4', fromMs: at(0), toMs: at(0) }]);
  });
});
