import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";

import type { WireCall } from "../wire-call.js";
import { readCombinedLine } from "./combined.js";
import { NASA_TSV_HEADER, readNasaTsvLine } from "./nasa-tsv.js";
import { readNdjsonLine } from "./ndjson.js";
import type { LineReader } from "./recorded-line.js";

export const RECORDED_FORMATS = ["nasa-tsv", "combined", "ndjson"] as const;
export type RecordedFormat = (typeof RECORDED_FORMATS)[number];

const LINE_READERS: Readonly<Record<RecordedFormat, LineReader>> = {
  "nasa-tsv": readNasaTsvLine,
  combined: readCombinedLine,
  ndjson: readNdjsonLine,
};

/** As many as a client sends at once. */
const BATCH_RECORDS = 500;
/** A line that never ends must not fill the memory. */
const MAX_LINE_CHARACTERS = 1_048_576;
/** RFC 1952. */
const GZIP_MAGIC = [0x1f, 0x8b];

interface RecordedProblem {
  /** From 1. */
  readonly lineNumber: number;
  readonly reason: string;
}

/** Some lines of a log, in order. */
export interface RecordedBatch {
  readonly records: readonly WireCall[];
  /** The line that each record was on, from 1. */
  readonly lineNumbers: readonly number[];
  /** Lines that say no call. */
  readonly problems: readonly RecordedProblem[];
}

/** A recorded log can't be read. The message names the file and, where there is one, the line. */
export class RecordedLogError extends Error {
  override readonly name = "RecordedLogError";
}

/**
 * Reads a recorded log, plain or gzip, as records for `Ingestion.ingest`, a few hundred at a time. The
 * format is guessed from the first line when it is not given. A line that can't be read is a problem
 * in its batch; a file that can't be read throws a {@link RecordedLogError}.
 */
export async function* readRecordedCalls(
  path: string,
  options: { readonly format?: RecordedFormat | undefined; readonly service: string },
): AsyncGenerator<RecordedBatch, void, undefined> {
  let readLine = options.format === undefined ? undefined : LINE_READERS[options.format];
  let batch = emptyBatch();
  let lineNumber = 0;
  try {
    for await (const line of lines(await openText(path))) {
      lineNumber += 1;
      if (line === "") continue;
      readLine ??= LINE_READERS[guessFormat(line)];
      const read = readLine(line, options.service);
      if (read.kind === "problem") batch.problems.push({ lineNumber, reason: read.reason });
      if (read.kind === "call") {
        batch.records.push(read.record);
        batch.lineNumbers.push(lineNumber);
      }
      if (batch.records.length + batch.problems.length >= BATCH_RECORDS) {
        yield batch;
        batch = emptyBatch();
      }
    }
  } catch (error) {
    // What came before the damage is as good as ever.
    if (batch.records.length + batch.problems.length > 0) yield batch;
    if (error instanceof RecordedLogError) throw error;
    const place = lineNumber === 0 ? path : `${path}, after line ${lineNumber}`;
    throw new RecordedLogError(`${place}: ${reasonOf(error)}`, { cause: error });
  }
  if (batch.records.length + batch.problems.length > 0) yield batch;
}

/** What the system and zlib say, in words for who named the file. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  EISDIR: "it is a directory",
  EACCES: "this user may not",
  Z_BUF_ERROR: "the gzip data end in the middle: the file is truncated",
  Z_DATA_ERROR: "the gzip data are damaged",
};

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? String(error.code) : "";
  return REASONS[code] ?? error.message;
}

function emptyBatch(): {
  records: WireCall[];
  lineNumbers: number[];
  problems: RecordedProblem[];
} {
  return { records: [], lineNumbers: [], problems: [] };
}

function guessFormat(firstLine: string): RecordedFormat {
  if (firstLine === NASA_TSV_HEADER) return "nasa-tsv";
  if (firstLine.startsWith("{")) return "ndjson";
  if (readCombinedLine(firstLine, "guess").kind === "call") return "combined";
  if (readNasaTsvLine(firstLine, "guess").kind === "call") return "nasa-tsv";
  throw new Error(`the format can't be told: name one of ${RECORDED_FORMATS.join(", ")}`);
}

async function openText(path: string): Promise<Readable> {
  const magic = Buffer.alloc(GZIP_MAGIC.length);
  try {
    const file = await open(path);
    try {
      await file.read(magic, 0, magic.length, 0);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new RecordedLogError(`${path} can't be read: ${reasonOf(error)}`, { cause: error });
  }
  const plain = createReadStream(path);
  if (!GZIP_MAGIC.every((byte, index) => magic[index] === byte)) return plain.setEncoding("utf8");
  const unzipped = createGunzip();
  // Errors of either end reach the reader of the last stream; there is nothing to add to them here.
  pipeline(plain, unzipped, () => undefined);
  return unzipped.setEncoding("utf8");
}

async function* lines(text: Readable): AsyncGenerator<string, void, undefined> {
  let rest = "";
  for await (const chunk of text) {
    rest += String(chunk);
    let start = 0;
    for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n", start)) {
      yield withoutCarriageReturn(rest.slice(start, end));
      start = end + 1;
    }
    rest = rest.slice(start);
    if (rest.length > MAX_LINE_CHARACTERS) {
      throw new Error(`the next line is longer than ${MAX_LINE_CHARACTERS} characters`);
    }
  }
  if (rest !== "") yield withoutCarriageReturn(rest);
}

function withoutCarriageReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
