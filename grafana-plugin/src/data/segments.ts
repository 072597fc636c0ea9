import { segmentOf } from './drift';
import { METRICS } from './metrics';
import { compare, nowBy } from './now';
import { MAXIMUM_SEGMENTS } from './view';
import { Workload } from './workload';

const WITH_SEGMENTS = [METRICS.driftScore, METRICS.driftConfidence, METRICS.observed, METRICS.modelStatus] as const;

/** `all` first, then the most drifting; the shown one is never cut. */
export function readSegments({ index, list, segment }: Workload): {
  readonly segments: readonly string[];
  readonly omittedSegments: number;
} {
  const names = new Set<string>(WITH_SEGMENTS.flatMap((metric) => list(metric).map(segmentOf)));
  const scores = nowBy(index, list(METRICS.driftScore), segmentOf);
  const rank = (name: string) => (name === 'all' ? 2 : name === segment ? 1 : 0);
  const score = (name: string) => scores.get(name)?.sample.value ?? 0;
  const ordered = [...names].sort(
    (one, other) => rank(other) - rank(one) || compare(score(other), score(one)) || compare(one, other)
  );
  const segments = ordered.slice(0, MAXIMUM_SEGMENTS);
  return { segments, omittedSegments: ordered.length - segments.length };
}
