import { join } from "node:path";
import { DataError } from "../data/data-error.js";
import { numberColumn, readCsv, textColumn } from "../data/read-csv.js";

const INDEX_FILE = "index.csv";
const LABEL_COLUMN = "label";
const OUTLIER_LABEL = 1;

/** Rows of numbers, of which some are outliers. */
export interface LabelledTable {
  readonly name: string;
  readonly dimension: number;
  /** Row by row. */
  readonly rows: Float64Array;
  readonly isOutlier: readonly boolean[];
}

/** The names of the sets in a directory: the column `dataset` of its index.csv. */
export async function readSetNames(directory: string): Promise<string[]> {
  const index = await readCsv(join(directory, INDEX_FILE));
  const names = textColumn(index, "dataset");
  if (names.length === 0) throw new DataError(index.file, undefined, "names no data set");
  for (const [row, name] of names.entries()) {
    if (name === "" || /[/\\]/.test(name)) {
      throw new DataError(index.file, row + 2, `"${name}" is no name of a data set`);
    }
  }
  return names;
}

/** Reads `NAME.csv.gz`: columns of numbers, and `label`, 1 for outliers and 0 for others. */
export async function readLabelledTable(directory: string, name: string): Promise<LabelledTable> {
  const table = await readCsv(join(directory, `${name}.csv.gz`));
  const features = table.columns.filter((column) => column !== LABEL_COLUMN);
  if (features.length === 0) throw new DataError(table.file, 1, "has no column of numbers");
  const isOutlier = Array.from(numberColumn(table, LABEL_COLUMN), (label, row) => {
    if (label !== 0 && label !== OUTLIER_LABEL) {
      throw new DataError(table.file, row + 2, `the label is ${label}, not 0 or 1`);
    }
    return label === OUTLIER_LABEL;
  });
  const rows = new Float64Array(isOutlier.length * features.length);
  for (const [at, feature] of features.entries()) {
    for (const [row, value] of numberColumn(table, feature).entries()) {
      if (Number.isNaN(value)) throw new DataError(table.file, row + 2, `${feature} is empty`);
      rows[row * features.length + at] = value;
    }
  }
  const outliers = isOutlier.filter((is) => is).length;
  if (outliers < 2 || isOutlier.length - outliers < 2) {
    throw new DataError(table.file, undefined, "needs two rows of each label");
  }
  return { name, dimension: features.length, rows, isOutlier };
}
