import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { DataError } from "./data-error.js";

/** Public sets of this kind have tens of megabytes at most; more is taken for a mistake. */
const MAXIMUM_BYTES = 512 * 1024 * 1024;
/** The first two bytes of every gzip member (RFC 1952). */
const GZIP_MAGIC = 0x1f8b;

/**
 * The whole text of a file; what is gzipped is unpacked, whatever its name. Throws a DataError when it
 * can't be read, is damaged, or is not UTF-8 text of at most 512 MiB.
 */
export async function readText(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw new DataError(file, undefined, reasonOf(error), { cause: error });
  }
  if (bytes.length >= 2 && bytes.readUInt16BE(0) === GZIP_MAGIC) {
    try {
      bytes = gunzipSync(bytes, { maxOutputLength: MAXIMUM_BYTES });
    } catch (error) {
      throw new DataError(file, undefined, `can't be unpacked: ${reasonOf(error)}`, {
        cause: error,
      });
    }
  }
  if (bytes.length > MAXIMUM_BYTES) {
    throw new DataError(file, undefined, `has more than ${MAXIMUM_BYTES} bytes`);
  }
  return bytes.toString("utf8");
}

/** The lines of a text file, without their ends; a last empty line is none. */
export async function readLines(file: string): Promise<string[]> {
  const lines = (await readText(file)).split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
