import { stat } from "node:fs/promises";
import { join } from "node:path";
import { DataError } from "../data/data-error.js";
import { readCsv, type CsvTable } from "../data/read-csv.js";

/** Hours ahead that M4 asks for. */
export const M4_HOURS = 48;
const NAMES = ["Hourly-train.csv", "Hourly-test.csv"] as const;

export interface M4Series {
  readonly name: string;
  /** One value an hour. */
  readonly history: Float64Array;
  /** The 48 hours after it. */
  readonly future: Float64Array;
}

/**
 * Reads `Hourly-train.csv` and `Hourly-test.csv` (or `.csv.gz`) of a folder: a header, then a series a line,
 * its name first; short series end in empty fields. Throws a DataError that names the line.
 */
export async function readM4(directory: string): Promise<M4Series[]> {
  const [train, test] = await Promise.all(NAMES.map((name) => readTable(directory, name)));
  if (train === undefined || test === undefined) throw new Error("two names, two tables");
  const futures = new Map(
    test.rows.map((row, index) => {
      const values = valuesOf(row, test.file, index + 2);
      if (values.length !== M4_HOURS) {
        throw new DataError(test.file, index + 2, `has ${values.length} values, not ${M4_HOURS}`);
      }
      return [row[0] ?? "", values];
    }),
  );
  if (train.rows.length === 0) throw new DataError(train.file, undefined, "has no series");
  return train.rows.map((row, index) => {
    const name = row[0] ?? "";
    const future = futures.get(name);
    if (future === undefined) {
      throw new DataError(train.file, index + 2, `has a series ${name} that ${test.file} has not`);
    }
    return { name, history: valuesOf(row, train.file, index + 2), future };
  });
}

async function readTable(directory: string, name: string): Promise<CsvTable> {
  const plain = join(directory, name);
  const packed = `${plain}.gz`;
  const isPacked = await stat(packed).then(
    () => true,
    () => false,
  );
  return readCsv(isPacked ? packed : plain);
}

function valuesOf(row: readonly string[], file: string, line: number): Float64Array {
  const end = row.findLastIndex((field) => field !== "") + 1;
  return Float64Array.from(row.slice(1, end), (field, index) => {
    const value = field === "" ? NaN : Number(field);
    if (Number.isFinite(value) && value >= 0) return value;
    throw new DataError(
      file,
      line,
      `value ${index + 1} is "${field}", not a number that is at least 0`,
    );
  });
}
