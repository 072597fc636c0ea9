import { Series, isTime, labelOf } from './series';

const MILLISECONDS_PER_SECOND = 1000;

/** Of a forecast, in seconds; undefined when the label is absent or no length of time. */
export function horizonOf(series: Series): number | undefined {
  const seconds = Number(labelOf(series, 'horizon_seconds') ?? Number.NaN);
  return seconds >= 0 && isTime(seconds * MILLISECONDS_PER_SECOND) ? seconds : undefined;
}

/** In seconds, ascending. */
export function horizonsOf(list: readonly Series[]): number[] {
  const horizons = new Set(list.flatMap((series) => horizonOf(series) ?? []));
  return [...horizons].sort((one, other) => one - other);
}

/** The first wanted one that there is, else the longest. 0 and undefined want none. */
export function chooseHorizon(
  horizons: readonly number[],
  wanted: ReadonlyArray<number | undefined>
): number | undefined {
  return (
    wanted.find((horizon) => horizon !== undefined && horizon > 0 && horizons.includes(horizon)) ?? horizons.at(-1)
  );
}
