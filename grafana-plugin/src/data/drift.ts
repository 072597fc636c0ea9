import { PanelOptions } from '../types';
import { METRICS } from './metrics';
import { compare, nowBy, nowOf } from './now';
import { Series, labelOf } from './series';
import { DriftView, Maybe, Verdict } from './view';
import { Workload, known, readingOf } from './workload';

export type Thresholds = Pick<PanelOptions, 'driftThreshold' | 'confidenceThreshold'>;

/** As many as fit a panel; the rest are the small ones. */
const MAXIMUM_EVIDENCE = 20;

/** The agent acts when both are over their thresholds. */
export function verdictOf(score: number, confidence: number, thresholds: Thresholds): Verdict {
  if (score <= thresholds.driftThreshold) {
    return 'normal';
  }
  return confidence > thresholds.confidenceThreshold ? 'drift' : 'unsure';
}

/** A series without the label is of the whole workload: an aggregation has dropped it. */
export function isOfSegment(segment: string): (series: Series) => boolean {
  return (series) => segmentOf(series) === segment;
}

export function segmentOf(series: Series): string {
  return labelOf(series, 'segment') ?? 'all';
}

export function readDrift(workload: Workload, thresholds: Thresholds): Maybe<DriftView> {
  const { index, list, segment } = workload;
  const now = (metric: typeof METRICS.driftScore | typeof METRICS.driftConfidence) =>
    readingOf(workload, metric, nowOf(index, list(metric), isOfSegment(segment)));
  const score = now(METRICS.driftScore);
  const confidence = now(METRICS.driftConfidence);
  if (!score.known) {
    return score;
  }
  if (!confidence.known) {
    return confidence;
  }
  return known({
    verdict: verdictOf(score.value.value, confidence.value.value, thresholds),
    score: score.value,
    confidence: confidence.value,
    evidence: readEvidence(workload),
  });
}

/** Of the shown segment; of all when the whole workload is shown. */
function readEvidence({ index, list, segment, reader }: Workload): DriftView['evidence'] {
  const shares = nowBy(index, list(METRICS.driftEvidence), (series) => {
    const own = segmentOf(series);
    const cause = labelOf(series, 'cause');
    return cause === undefined || (segment !== 'all' && own !== segment) ? undefined : JSON.stringify([own, cause]);
  });
  return [...shares.values()]
    .filter(({ sample }) => sample.value > 0)
    .map((now) => ({ now, segment: segmentOf(now.series), cause: labelOf(now.series, 'cause') ?? '' }))
    .sort(
      (one, other) =>
        compare(other.now.sample.value, one.now.sample.value) ||
        compare(one.segment, other.segment) ||
        compare(one.cause, other.cause)
    )
    .slice(0, MAXIMUM_EVIDENCE)
    .map(({ now, ...labels }) => ({ ...labels, share: reader.read(now.series, now.sample) }));
}
