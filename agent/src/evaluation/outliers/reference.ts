import { join } from "node:path";
import { DataError } from "../data/data-error.js";
import { numberColumn, readCsv, textColumn, type CsvTable } from "../data/read-csv.js";

const REFERENCE_FILE = "reference_sklearn_gmm.csv";
const BIC_COLUMN = "AUC_gmm_bic_1_2_4_8";

/** What scikit-learn reached on a set; NaN where the file says nothing. */
export interface Reference {
  /** Its mixture with 1, 2, 4 or 8 components by BIC, ROC-AUC. */
  readonly bic: number;
  /** The best of all its columns of ROC-AUC, other methods among them. */
  readonly best: number;
}

/** The published or computed figures beside the sets, by name; none when there is no such file. */
export async function readReference(directory: string): Promise<ReadonlyMap<string, Reference>> {
  let table: CsvTable;
  try {
    table = await readCsv(join(directory, REFERENCE_FILE));
  } catch (error) {
    // It is only shown beside our own figures: a set can be scored without it.
    if (error instanceof DataError && isMissing(error.cause)) return new Map();
    throw error;
  }
  const bic = numberColumn(table, BIC_COLUMN);
  const columns = table.columns
    .filter((column) => column.startsWith("AUC_"))
    .map((column) => numberColumn(table, column));
  return new Map(
    textColumn(table, "dataset").map((name, row) => [
      name,
      {
        bic: bic[row] ?? NaN,
        best: Math.max(...columns.map((column) => column[row] ?? NaN).filter((auc) => auc >= 0)),
      },
    ]),
  );
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && cause.code === "ENOENT";
}
