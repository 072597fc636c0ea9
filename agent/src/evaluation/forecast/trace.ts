import { DataError } from "../data/data-error.js";
import { numberColumn, readCsv } from "../data/read-csv.js";

/** A series of equal steps. */
export interface Trace {
  readonly file: string;
  readonly startSeconds: number;
  readonly stepSeconds: number;
  /** One value a step, in the file's unit a step; NaN where nothing is known. */
  readonly values: Float64Array;
}

/** Longer than ten years of minutes: a mistaken step or time. */
const MAX_STEPS = 5_500_000;
const EPOCH_SECONDS = /^\d+(\.\d+)?$/;
const DATE_AND_TIME = /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/;

/**
 * Reads a column of a CSV file, whose first column is the time of the row: `YYYY-MM-DD HH:MM[:SS]` (UTC is
 * assumed; only differences matter) or seconds since the Unix epoch.
 *
 * Rows that are absent are zeros when no more than `outageSeconds` are absent in a row, for logs write no
 * line when nobody calls; a longer absence is an outage, which is unknown. So is an empty field. Throws a
 * DataError that names the line for times that do not ascend by whole steps and for negative values.
 */
export async function readTrace(
  file: string,
  column: string,
  stepSeconds: number,
  outageSeconds: number,
): Promise<Trace> {
  const table = await readCsv(file);
  const column0 = table.columns[0] ?? "";
  const read = numberColumn(table, column);
  if (read.length === 0) throw new DataError(file, undefined, "has no rows");
  const times = table.rows.map((row, index) => secondsOf(row[0] ?? "", file, index + 2, column0));
  const startSeconds = times[0] ?? NaN;
  const places = times.map((time, index) => {
    const place = (time - startSeconds) / stepSeconds;
    const previous = index === 0 ? -1 : ((times[index - 1] ?? NaN) - startSeconds) / stepSeconds;
    if (!Number.isInteger(place) || place <= previous || place >= MAX_STEPS) {
      throw new DataError(
        file,
        index + 2,
        `is at ${table.rows[index]?.[0] ?? ""}, which is not a whole number of steps of ${stepSeconds} s after the row before`,
      );
    }
    return place;
  });
  const values = new Float64Array((places.at(-1) ?? 0) + 1).fill(NaN);
  let previous = -1;
  for (const [index, place] of places.entries()) {
    const absent = place - previous - 1;
    if (absent * stepSeconds <= outageSeconds) values.fill(0, previous + 1, place);
    const value = read[index] ?? NaN;
    if (value < 0) throw new DataError(file, index + 2, `${column} is negative: ${value}`);
    values[place] = value;
    previous = place;
  }
  return { file, startSeconds, stepSeconds, values };
}

function secondsOf(text: string, file: string, line: number, column: string): number {
  if (EPOCH_SECONDS.test(text)) return Number(text);
  const seconds = DATE_AND_TIME.test(text) ? Date.parse(`${text.replace(" ", "T")}Z`) / 1000 : NaN;
  if (Number.isFinite(seconds)) return seconds;
  throw new DataError(
    file,
    line,
    `${column} is "${text}", neither YYYY-MM-DD HH:MM[:SS] nor seconds since the epoch`,
  );
}
