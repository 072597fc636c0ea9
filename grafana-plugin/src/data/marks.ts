import { DataFrame } from '@grafana/data';
import { readAnnotations } from './annotations';
import { Thresholds, isOfSegment, verdictOf } from './drift';
import { Line, lineOf } from './lines';
import { METRICS } from './metrics';
import { compare } from './now';
import { Series, labelOf } from './series';
import { EventMark, LoadView } from './view';
import { Workload } from './workload';

/** More than a chart can tell apart, and few enough to be compared with each other; the newest stay. */
export const MAXIMUM_MARKS_KEPT = 200;

/**
 * What happened: read from the series themselves, and from the dashboard's annotations, of which those go that
 * only repeat what the series say. Sorted by time. `omittedMarks` counts what is over the maximum; of the
 * annotations among them nobody looks whether they repeat.
 */
export function readMarks(
  workload: Workload,
  thresholds: Thresholds,
  annotations: readonly DataFrame[]
): Pick<LoadView, 'marks' | 'omittedMarks'> {
  const own = newest([
    ...driftMarks(workload, thresholds),
    ...eventMarks(workload),
    ...stepMarks('scaling', lineOf(workload.list(METRICS.currentReplicas))),
    ...stepMarks('advice', lineOf(workload.list(METRICS.recommendedReplicas).filter(isTarget))),
  ]);
  const noted = newest(distinct(readAnnotations(annotations).sort(order)));
  const told = noted.marks.filter((mark) => !own.marks.some((other) => repeats(mark, other)));
  const all = newest([...own.marks, ...told]);
  return { marks: all.marks, omittedMarks: own.omitted + noted.omitted + all.omitted };
}

function newest(marks: EventMark[]): { readonly marks: readonly EventMark[]; readonly omitted: number } {
  return {
    marks: marks.sort(order).slice(-MAXIMUM_MARKS_KEPT),
    omitted: Math.max(0, marks.length - MAXIMUM_MARKS_KEPT),
  };
}

/** Annotations of several queries may say the same; of those that begin together the longest stays. */
function distinct(marks: readonly EventMark[]): EventMark[] {
  return [...new Map(marks.map((mark) => [JSON.stringify([mark.kind, mark.text, mark.fromMs]), mark])).values()];
}

function driftMarks({ list, segment }: Workload, thresholds: Thresholds): EventMark[] {
  const scores = lineOf(list(METRICS.driftScore).filter(isOfSegment(segment)));
  const confidences = lineOf(list(METRICS.driftConfidence).filter(isOfSegment(segment)));
  const confidenceAt = new Map(confidences.times.map((time, index) => [time, confidences.values[index]]));
  return spansOf(scores, (score, time) => {
    const confidence = confidenceAt.get(time) ?? null;
    return confidence !== null && verdictOf(score, confidence, thresholds) === 'drift';
  }).map((span) => ({ kind: 'drift', text: '', ...span }));
}

function eventMarks({ list }: Workload): EventMark[] {
  const byName = new Map<string, Series[]>();
  for (const series of list(METRICS.scheduledEvent)) {
    const name = labelOf(series, 'event') ?? labelOf(series, 'name') ?? '';
    byName.set(name, [...(byName.get(name) ?? []), series]);
  }
  return [...byName].flatMap(([text, series]) =>
    spansOf(lineOf(series), (value) => value > 0).map((span): EventMark => ({ kind: 'event', text, ...span }))
  );
}

function isTarget(series: Series): boolean {
  return labelOf(series, 'bound') === 'target';
}

/** Each change from one number to another. */
function stepMarks(kind: EventMark['kind'], { times, values }: Line): EventMark[] {
  const marks: EventMark[] = [];
  let before: number | null = null;
  times.forEach((time, index) => {
    const replicas = values[index] ?? null;
    if (replicas !== null && before !== null && replicas !== before) {
      marks.push({ kind, text: `${before} → ${replicas}`, fromMs: time, toMs: time });
    }
    before = replicas ?? before;
  });
  return marks;
}

/** From the first to the last moment of each run of which `holds` is true; a gap ends a run. */
function spansOf(
  { times, values }: Line,
  holds: (value: number, timeMs: number) => boolean
): Array<Pick<EventMark, 'fromMs' | 'toMs' | 'startsBefore'>> {
  const spans: Array<{ fromMs: number; toMs: number; startsBefore?: boolean }> = [];
  let open: { fromMs: number; toMs: number } | undefined;
  times.forEach((time, index) => {
    const value = values[index] ?? null;
    if (value === null || !holds(value, time)) {
      open = undefined;
    } else if (open === undefined) {
      open = { fromMs: time, toMs: time, ...(index === 0 ? { startsBefore: true } : {}) };
      spans.push(open);
    } else {
      open.toMs = time;
    }
  });
  return spans;
}

function repeats(mark: EventMark, other: EventMark): boolean {
  return mark.kind === other.kind && mark.fromMs <= other.toMs && mark.toMs >= other.fromMs;
}

function order(one: EventMark, other: EventMark): number {
  return (
    compare(one.fromMs, other.fromMs) ||
    compare(one.toMs, other.toMs) ||
    compare(one.kind, other.kind) ||
    compare(one.text, other.text)
  );
}
