import { Sample, Series, identityOf, labelOf } from './series';
import { SeriesIndex } from './series-index';

/** The last value of a series that goes on. */
export interface Now {
  readonly series: Series;
  readonly sample: Sample;
}

/**
 * What is said now, by key. Values of one metric are said together: one that ended before the newest of them is
 * gone, even though it would be recent enough by itself, so that contributions still add up. When several agents
 * say the same, the newest counts, then the largest. `keyOf` leaves a series out with undefined.
 */
export function nowBy(
  index: Pick<SeriesIndex, 'isFresh'>,
  list: readonly Series[] | undefined,
  keyOf: (series: Series) => string | undefined
): ReadonlyMap<string, Now> {
  const fresh = (list ?? []).flatMap((series) =>
    series.last !== undefined && index.isFresh(series) ? [{ series, sample: series.last }] : []
  );
  const newestMs = fresh.reduce((newest, { sample }) => Math.max(newest, sample.timeMs), Number.NEGATIVE_INFINITY);
  const chosen = new Map<string, Now>();
  for (const candidate of fresh) {
    const { series, sample } = candidate;
    // Half a step, since two queries of the same metric need not be aligned.
    const together = newestMs - sample.timeMs <= (series.stepMs ?? 0) / 2;
    const key = together ? keyOf(series) : undefined;
    if (key === undefined) {
      continue;
    }
    const rival = chosen.get(key);
    if (rival === undefined || isPreferred(candidate, rival)) {
      chosen.set(key, candidate);
    }
  }
  return chosen;
}

/**
 * Those that were said together with a value of another metric. Causes have series only while they have a part
 * in it, so when all of them end there is no newer one among themselves that would tell.
 */
export function saidWith(reference: Now | undefined, list: readonly Series[]): readonly Series[] {
  if (reference === undefined) {
    return list;
  }
  const { timeMs } = reference.sample;
  return list.filter(({ last, stepMs }) => last !== undefined && timeMs - last.timeMs <= (stepMs ?? 0) / 2);
}

/** The one value of a metric that has no label of its own, or of those that `filter` lets through. */
export function nowOf(
  index: Pick<SeriesIndex, 'isFresh'>,
  list: readonly Series[] | undefined,
  filter: (series: Series) => boolean = () => true
): Now | undefined {
  return nowBy(index, list?.filter(filter), () => '').get('');
}

/** By the value of a label; series without it are left out. */
export function byLabel(name: string): (series: Series) => string | undefined {
  return (series) => labelOf(series, name);
}

export function isPreferred(one: Now, other: Now): boolean {
  return (
    (one.sample.timeMs - other.sample.timeMs ||
      compare(one.sample.value, other.sample.value) ||
      compare(identityOf(other.series), identityOf(one.series))) > 0
  );
}

/** Order of numbers or texts, for `sort`; differences of large numbers would overflow. */
export function compare<T extends number | string>(one: T, other: T): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
