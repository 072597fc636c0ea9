import { DataError } from "./data-error.js";
import { readLines } from "./read-text.js";

/** A table as it stands in a CSV file with a header; every row has as many fields as the header. */
export interface CsvTable {
  readonly file: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Where a quoted field ends, RFC 4180: quotes within it are doubled. */
const QUOTED = /"((?:[^"]|"")*)"(,|$)/y;
const PLAIN = /([^,"]*)(,|$)/y;

/**
 * Reads a CSV file with a header (RFC 4180, no line breaks within fields), gzipped or not. Throws a
 * DataError that names file and line for a row of another length.
 */
export async function readCsv(file: string): Promise<CsvTable> {
  const [header, ...lines] = await readLines(file);
  if (header === undefined) throw new DataError(file, undefined, "is empty");
  const columns = fieldsOf(header, file, 1);
  const rows = lines.map((line, index) => {
    // The header is line 1.
    const lineNumber = index + 2;
    const fields = fieldsOf(line, file, lineNumber);
    if (fields.length !== columns.length) {
      throw new DataError(
        file,
        lineNumber,
        `has ${fields.length} fields, the header has ${columns.length}`,
      );
    }
    return fields;
  });
  return { file, columns, rows };
}

/** A column of numbers. An empty field is NaN; anything else that is no finite number is refused. */
export function numberColumn(table: CsvTable, name: string): Float64Array {
  return Float64Array.from(textColumn(table, name), (text, index) => {
    if (text === "") return NaN;
    const value = Number(text);
    if (Number.isFinite(value)) return value;
    throw new DataError(table.file, index + 2, `${name} is "${text}", not a finite number`);
  });
}

/** A column as it stands. Throws a DataError that names the columns when there is none of this name. */
export function textColumn(table: CsvTable, name: string): string[] {
  const index = table.columns.indexOf(name);
  if (index < 0) {
    throw new DataError(
      table.file,
      1,
      `has no column ${name}; it has ${table.columns.slice(0, 20).join(", ")}`,
    );
  }
  return table.rows.map((row) => row[index] ?? "");
}

function fieldsOf(line: string, file: string, lineNumber: number): string[] {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    const pattern = line[at] === '"' ? QUOTED : PLAIN;
    pattern.lastIndex = at;
    const found = pattern.exec(line);
    if (found === null) throw new DataError(file, lineNumber, "has a quote that is never closed");
    const [all, text = "", separator] = found;
    fields.push(pattern === QUOTED ? text.replaceAll('""', '"') : text);
    at += all.length;
    if (separator !== ",") return fields;
  }
}
