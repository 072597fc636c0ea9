import { METRICS } from './metrics';
import { Now, byLabel, compare, nowBy, nowOf } from './now';
import { Metric, Series } from './series';
import { horizonOf, horizonsOf } from './horizons';
import { Maybe, QualityView } from './view';
import { Workload, listOf, readingOf } from './workload';

/** `horizonSeconds`: of the forecast that is shown; without one, the longest of which anything is said. */
export function readQuality(workload: Workload, horizonSeconds: number | undefined): QualityView {
  const { index, list } = workload;
  const atHorizon = (metric: Metric): Series[] => {
    const horizon = horizonSeconds ?? horizonsOf(list(metric)).at(-1);
    // An aggregation may have dropped the horizon: then it is of all.
    return list(metric).filter((series) => [horizon, undefined].includes(horizonOf(series)));
  };
  const ratios = <T>(
    metric: Metric,
    found: ReadonlyMap<string, Now>,
    item: (name: string, now: Now) => T
  ): Maybe<readonly T[]> =>
    listOf(workload, metric, found.size > 0, () =>
      [...found].sort(([one], [other]) => compare(one, other)).map(([name, now]) => item(name, now))
    );
  const read = ({ series, sample }: Now) => workload.reader.read(series, sample);
  return {
    coverage: readingOf(workload, METRICS.coverage, nowOf(index, atHorizon(METRICS.coverage))),
    errorRatios: ratios(
      METRICS.errorRatio,
      nowBy(index, atHorizon(METRICS.errorRatio), byLabel('baseline')),
      (baseline, now) => ({ baseline, ratio: read(now) })
    ),
    outcomes: ratios(METRICS.outcome, nowBy(index, list(METRICS.outcome), byLabel('outcome')), (outcome, now) => ({
      outcome,
      ratio: read(now),
    })),
  };
}
