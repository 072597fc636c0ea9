import { DataError } from "./data-error.js";
import { numberColumn, readCsv } from "./read-csv.js";

/** A series of equal steps. */
export interface Trace {
  readonly file: string;
  readonly startSeconds: number;
  readonly stepSeconds: number;
  /** One value a step, in the file's unit a step; NaN where nothing is known. */
  readonly values: Float64Array;
}

/** What had to be put right, each a number of rows or steps. */
export interface TraceRepairs {
  /** Rows that stood after a later one. */
  readonly outOfOrder: number;
  /** Rows of a time that another row has too; the last of them counts. */
  readonly duplicates: number;
  /** Steps without a row that were taken for zeros. */
  readonly absentZeros: number;
  /** Steps of which nothing is known: outages and empty fields. */
  readonly unknown: number;
}

export interface TraceOptions {
  readonly column: string;
  readonly stepSeconds: number;
  /** Steps without a row are zeros when no more than this is missing in a row, seconds. */
  readonly outageSeconds: number;
}

/** Longer than ten years of minutes: a mistaken step or time. */
const MAX_STEPS = 5_500_000;
const EPOCH_SECONDS = /^\d+(\.\d+)?$/;
const DATE_AND_TIME = /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|\+00:?00)?$/;

/**
 * Reads a column of a CSV file, whose first column is the time of the row: `YYYY-MM-DD HH:MM[:SS]` (UTC is
 * assumed; only differences matter) or seconds since the Unix epoch.
 *
 * Rows that are absent are zeros when no more than `outageSeconds` are absent in a row, for logs write no
 * line when nobody calls; a longer absence is an outage, which is unknown. So is an empty field. Throws a
 * DataError that names the line for times that do not ascend by whole steps and for negative values.
 */
export async function readTrace(file: string, options: TraceOptions): Promise<Trace> {
  const rows = await readRows(file, options);
  for (const [at, { line, time }] of rows.entries()) {
    if (at > 0 && time <= (rows[at - 1]?.time ?? NaN)) {
      throw new DataError(file, line, "is not later than the row before");
    }
  }
  return traceFrom(file, rows, options).trace;
}

/** As `readTrace`, but puts rows in order and lets the last of several at one time count. */
export async function readRepairedTrace(
  file: string,
  options: TraceOptions,
): Promise<{ readonly trace: Trace; readonly repairs: TraceRepairs }> {
  const rows = await readRows(file, options);
  let latest = -Infinity;
  let outOfOrder = 0;
  for (const { time } of rows) {
    if (time < latest) outOfOrder += 1;
    latest = Math.max(latest, time);
  }
  // A stable sort: of rows at one time the last stays the last.
  const sorted = outOfOrder > 0 ? [...rows].sort((a, b) => a.time - b.time) : rows;
  const { trace, absentZeros } = traceFrom(file, sorted, options);
  const places = new Set(sorted.map(({ time }) => time)).size;
  return {
    trace,
    repairs: {
      outOfOrder,
      duplicates: rows.length - places,
      absentZeros,
      unknown: trace.values.reduce((count, value) => count + (Number.isNaN(value) ? 1 : 0), 0),
    },
  };
}

interface Row {
  readonly line: number;
  readonly time: number;
  /** The time as it stands. */
  readonly text: string;
  readonly value: number;
}

async function readRows(file: string, { column }: TraceOptions): Promise<readonly Row[]> {
  const table = await readCsv(file);
  const timeColumn = table.columns[0] ?? "";
  const values = numberColumn(table, column);
  if (values.length === 0) throw new DataError(file, undefined, "has no rows");
  return table.rows.map(([text = ""], index) => {
    // The header is line 1.
    const line = index + 2;
    const value = values[index] ?? NaN;
    if (value < 0) throw new DataError(file, line, `${column} is negative: ${value}`);
    return { line, time: secondsOf(text, file, line, timeColumn), text, value };
  });
}

/** From rows whose times ascend; of equal times the last counts. */
function traceFrom(
  file: string,
  rows: readonly Row[],
  { stepSeconds, outageSeconds }: TraceOptions,
): { readonly trace: Trace; readonly absentZeros: number } {
  const startSeconds = rows[0]?.time ?? NaN;
  const places = rows.map(({ time, text, line }) => {
    const place = (time - startSeconds) / stepSeconds;
    if (Number.isInteger(place) && place < MAX_STEPS) return place;
    throw new DataError(
      file,
      line,
      `is at ${text}, which is not a whole number of steps of ${stepSeconds} s after the first row (at most ${MAX_STEPS})`,
    );
  });
  const values = new Float64Array((places.at(-1) ?? 0) + 1).fill(NaN);
  let absentZeros = 0;
  let previous = -1;
  for (const [index, place] of places.entries()) {
    const absent = Math.max(0, place - previous - 1);
    if (absent * stepSeconds <= outageSeconds) {
      values.fill(0, previous + 1, place);
      absentZeros += absent;
    }
    values[place] = rows[index]?.value ?? NaN;
    previous = place;
  }
  return { trace: { file, startSeconds, stepSeconds, values }, absentZeros };
}

function secondsOf(text: string, file: string, line: number, column: string): number {
  if (EPOCH_SECONDS.test(text)) return Number(text);
  const plain = text.replace(/(Z|\+00:?00)$/, "").replace(" ", "T");
  const seconds = DATE_AND_TIME.test(text) ? Date.parse(`${plain}Z`) / 1000 : NaN;
  if (Number.isFinite(seconds)) return seconds;
  throw new DataError(
    file,
    line,
    `${column} is "${text}", neither YYYY-MM-DD HH:MM[:SS] nor seconds since the epoch`,
  );
}
