import { NASA_TSV_HEADER, readNasaTsvLine } from "../../ingestion/recorded/nasa-tsv.js";
import { DataError } from "../data/data-error.js";
import { readLines } from "../data/read-text.js";

/** What is needed of a call that was recorded. */
export interface RecordedCall {
  readonly client: string;
  readonly timeSeconds: number;
  /** Method and path, without the query. */
  readonly operation: string;
  readonly status: number;
}

/**
 * Reads an access log as tab-separated values (the NASA log of 1995 as it is published), in the order of
 * time. Throws a DataError that names file and line for what is no such line.
 */
export async function readRecordedCalls(file: string): Promise<RecordedCall[]> {
  const lines = await readLines(file);
  if (lines[0] !== NASA_TSV_HEADER) {
    const names = NASA_TSV_HEADER.replaceAll("\t", ", ");
    throw new DataError(file, 1, `is not the header of such a log: ${names}, separated by tabs`);
  }
  const calls: RecordedCall[] = [];
  for (const [index, line] of lines.entries()) {
    const read = readNasaTsvLine(line, "recorded");
    if (read.kind === "problem") throw new DataError(file, index + 1, read.reason);
    if (read.kind !== "call") continue;
    const { timestamp, method, path, status, userId } = read.record;
    const [route = ""] = (path ?? "").split("?");
    calls.push({
      client: userId ?? "",
      timeSeconds: Number(timestamp),
      operation: `${method} ${route}`,
      status,
    });
  }
  if (calls.length === 0) throw new DataError(file, undefined, "has no calls");
  return calls.sort((a, b) => a.timeSeconds - b.timeSeconds);
}
