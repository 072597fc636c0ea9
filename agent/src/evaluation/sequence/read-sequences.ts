import { DataError } from "../data/data-error.js";
import { readLines } from "../data/read-text.js";

/**
 * Reads a file with one session a line, the ids of its events separated by blanks. Throws a DataError
 * that names file and line for a line without events or with what is no id.
 */
export async function readSequences(file: string): Promise<string[][]> {
  const lines = await readLines(file);
  if (lines.length === 0) throw new DataError(file, undefined, "is empty");
  return lines.map((line, index) => {
    const events = line.trim().split(/\s+/);
    const wrong = events.find((event) => !/^\d{1,9}$/.test(event));
    if (wrong === undefined) return events;
    const problem = wrong === "" ? "has no events" : `has "${wrong}", which is no event id`;
    throw new DataError(file, index + 1, problem);
  });
}
