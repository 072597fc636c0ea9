import { Series, forEachRow, isNumber, isTime } from './series';

/** Values in the order of time; null is a gap. */
export interface Line {
  readonly times: readonly number[];
  readonly values: ReadonlyArray<number | null>;
}

/** A sample may come a little late; from the next step on there is a hole. */
const HOLE_AFTER_STEPS = 1.5;

/** As many as two series at Prometheus' limit of 11,000 points each. */
export const MAXIMUM_POINTS = 22_000;

/**
 * All that was said, by whichever series, as one line. Where several say something at the same time the largest
 * counts. Where a value is missing, or nothing is said for longer than a step, there is a gap: nothing is
 * interpolated. `shiftMs` moves each value to the time that it is about. The newest {@link MAXIMUM_POINTS} stay.
 */
export function lineOf(list: readonly Series[], shiftMs = 0): Line {
  const points = new Map<number, number | null>();
  let stepMs = 0;
  for (const series of list) {
    stepMs = Math.max(stepMs, series.stepMs ?? 0);
    forEachRow(series, (row) => {
      const said = series.times[row];
      if (!isTime(said) || !isTime(said + shiftMs)) {
        return;
      }
      const value = series.values[row];
      const before = points.get(said + shiftMs);
      if (isNumber(value)) {
        points.set(said + shiftMs, isNumber(before) ? Math.max(before, value) : value);
      } else if (before === undefined) {
        points.set(said + shiftMs, null);
      }
    });
  }
  return withHoles(points, stepMs);
}

function withHoles(points: ReadonlyMap<number, number | null>, stepMs: number): Line {
  const ordered = sortTimes([...points.keys()]).slice(-MAXIMUM_POINTS);
  const times: number[] = [];
  const values: Array<number | null> = [];
  for (const time of ordered) {
    const before = times.at(-1);
    if (before !== undefined && stepMs > 0 && time - before > HOLE_AFTER_STEPS * stepMs) {
      times.push(before + stepMs);
      values.push(null);
    }
    times.push(time);
    values.push(points.get(time) ?? null);
  }
  return { times, values };
}

/**
 * Lines on one axis of time, a column each. Null is a gap; undefined says only that this line has nothing at that
 * time, so that a chart draws on through it.
 */
export function joinLines(lines: readonly Line[]): {
  readonly times: number[];
  readonly columns: ReadonlyArray<Array<number | null | undefined>>;
} {
  const times = sortTimes([...new Set(lines.flatMap((line) => line.times))]).slice(-MAXIMUM_POINTS);
  const rows = new Map(times.map((time, row) => [time, row]));
  const columns = lines.map((line) => {
    const column = new Array<number | null | undefined>(times.length).fill(undefined);
    line.times.forEach((time, index) => {
      const row = rows.get(time);
      if (row !== undefined) {
        column[row] = line.values[index];
      }
    });
    return column;
  });
  return { times, columns };
}

/** In place. Series mostly come in order: then nothing is to do. */
function sortTimes(times: number[]): number[] {
  const inOrder = times.every((time, index) => index === 0 || time >= (times[index - 1] ?? time));
  return inOrder ? times : times.sort((one, other) => one - other);
}
