import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";

import { nestsDeeperThan } from "./nesting.js";
import { Problem } from "./problem.js";

export const JSON_TYPE = "application/json";
export const NDJSON_TYPE = "application/x-ndjson";

/** Levels of arrays and objects in a body; a call has 4, an alert 4, a model bundle about 10. */
const MAX_NESTING_LEVELS = 64;

/**
 * Bodies that may be held at once, as a multiple of the largest one allowed: as they come, and again
 * as they are decompressed. It bounds memory at a number that does not grow with the connections.
 */
const MAX_BODIES_HELD = 8;

/** When too many bodies are held; each is parsed within milliseconds of its last byte. */
const RETRY_AFTER_SECONDS = "1";

const MILLISECONDS_PER_SECOND = 1000;

const gunzipAsync = promisify(gunzip);

export interface BodyLimits {
  /** Of one body, after decompression. */
  readonly maxBodyBytes: number;
  /** From the first byte of the body to its last. */
  readonly bodyTimeoutSeconds: number;
}

/** A body as it came, decompressed, with its media type. */
export interface Body {
  readonly mediaType: string;
  readonly bytes: Buffer;
}

/** Reads request bodies within limits of size, memory and time. */
export class BodyReader {
  readonly #limits: BodyLimits;
  readonly #maxHeldBytes: number;
  #heldBytes = 0;

  constructor(limits: BodyLimits) {
    this.#limits = limits;
    this.#maxHeldBytes = limits.maxBodyBytes * MAX_BODIES_HELD;
  }

  /**
   * Throws a {@link Problem}: 415 for other media types than `mediaTypes` or another encoding than
   * gzip, 413 past the size, 408 past the time, 429 when too many bodies are held, 400 for bad gzip.
   */
  async read(request: IncomingMessage, mediaTypes: readonly string[]): Promise<Body> {
    const mediaType = acceptedMediaType(request, mediaTypes);
    const compressed = isGzip(request);
    let held = 0;
    const hold = (bytes: number): void => {
      this.#hold(bytes);
      held += bytes;
      if (held > this.#limits.maxBodyBytes) throw tooLarge(this.#limits.maxBodyBytes);
    };
    try {
      if (Number(request.headers["content-length"]) > this.#limits.maxBodyBytes) {
        throw tooLarge(this.#limits.maxBodyBytes);
      }
      const raw = await collect(request, hold, this.#limits.bodyTimeoutSeconds);
      if (!compressed) return { mediaType, bytes: raw };
      // What comes out may be a thousand times as large, and bombs come together: it counts as the
      // largest that may come out, before any of it is there.
      this.#hold(this.#limits.maxBodyBytes);
      held += this.#limits.maxBodyBytes;
      return { mediaType, bytes: await decompress(raw, this.#limits.maxBodyBytes) };
    } finally {
      this.#heldBytes -= held;
    }
  }

  #hold(bytes: number): void {
    if (this.#heldBytes + bytes > this.#maxHeldBytes) throw tooManyHeld();
    this.#heldBytes += bytes;
  }
}

/** Parses a whole body. Throws a {@link Problem} (400) when it is not JSON or nested too deep. */
export function parseJson(bytes: Buffer): unknown {
  if (nestsDeeperThan(MAX_NESTING_LEVELS, bytes)) {
    throw new Problem("nested_too_deep", `the limit is ${MAX_NESTING_LEVELS} levels`);
  }
  if (!isUtf8(bytes)) throw new Problem("malformed_body", "the body is not UTF-8");
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw new Problem("malformed_body", `the body is not JSON: ${messageOf(error)}`);
  }
}

/** The records of an NDJSON body. A line that can't be read leaves `undefined` in its place. */
export interface Lines {
  readonly records: readonly unknown[];
  /** Why a line can't be read, by its place among the lines that are not blank. */
  readonly unreadable: ReadonlyMap<number, string>;
}

/** Parses each line on its own. Throws a {@link Problem} (413) past `maxLines`. */
export function parseLines(bytes: Buffer, maxLines: number): Lines {
  const records: unknown[] = [];
  const unreadable = new Map<number, string>();
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline === -1 ? bytes.length : newline;
    if (!isBlank(bytes, start, end)) {
      if (records.length === maxLines) throw tooManyCalls(maxLines);
      if (nestsDeeperThan(MAX_NESTING_LEVELS, bytes, start, end)) {
        unreadable.set(records.length, `nested deeper than ${MAX_NESTING_LEVELS} levels`);
        records.push(undefined);
      } else {
        try {
          records.push(JSON.parse(bytes.toString("utf8", start, end)));
        } catch (error) {
          unreadable.set(records.length, `not JSON: ${messageOf(error)}`);
          records.push(undefined);
        }
      }
    }
    start = end + 1;
  }
  return { records, unreadable };
}

export function tooManyCalls(maxCalls: number): Problem {
  return new Problem("too_large", `the limit is ${maxCalls} calls a request`, {
    errors: [{ field: "calls", reason: `more than ${maxCalls}` }],
  });
}

const NEWLINE = 0x0a;
const SPACE = 0x20;

/** Bytes up to the space are the white space and the control characters of ASCII. */
function isBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let index = start; index < end; index++) {
    if ((bytes[index] ?? SPACE) > SPACE) return false;
  }
  return true;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function acceptedMediaType(request: IncomingMessage, mediaTypes: readonly string[]): string {
  const [type = "", ...parameters] = (request.headers["content-type"] ?? "").split(";");
  const mediaType = type.trim().toLowerCase();
  if (!mediaTypes.includes(mediaType)) {
    throw new Problem("unsupported_media_type", `send ${mediaTypes.join(" or ")}`, {
      errors: [{ field: "content-type", reason: `expected ${mediaTypes.join(" or ")}` }],
      headers: { Accept: mediaTypes.join(", ") },
    });
  }
  for (const parameter of parameters) {
    const [name = "", value = ""] = parameter.trim().toLowerCase().split("=");
    if (name === "charset" && value.replaceAll('"', "") !== "utf-8") {
      throw new Problem("unsupported_media_type", "send the body in UTF-8", {
        errors: [{ field: "content-type", reason: "expected charset=utf-8" }],
      });
    }
  }
  return mediaType;
}

function isGzip(request: IncomingMessage): boolean {
  const encoding = (request.headers["content-encoding"] ?? "identity").trim().toLowerCase();
  if (encoding === "gzip" || encoding === "x-gzip") return true;
  if (encoding === "identity" || encoding === "") return false;
  throw new Problem("unsupported_media_type", "send the body as it is or compressed with gzip", {
    errors: [{ field: "content-encoding", reason: "expected gzip or identity" }],
    headers: { "Accept-Encoding": "gzip" },
  });
}

function collect(
  request: IncomingMessage,
  hold: (bytes: number) => void,
  timeoutSeconds: number,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const fail = (problem: unknown): void => {
      clearTimeout(timer);
      request.off("data", take);
      // What still comes is thrown away, so that the client gets to read the answer.
      request.resume();
      reject(problem instanceof Error ? problem : new Error(String(problem)));
    };
    const take = (chunk: Buffer): void => {
      try {
        hold(chunk.length);
        chunks.push(chunk);
      } catch (problem) {
        fail(problem);
      }
    };
    const timer = setTimeout(() => {
      fail(tooSlow(timeoutSeconds));
    }, timeoutSeconds * MILLISECONDS_PER_SECOND);
    request.on("data", take);
    request.once("end", () => {
      clearTimeout(timer);
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks));
    });
    request.on("error", () => {
      fail(new Problem("malformed_body", "the connection was closed before the body ended"));
    });
  });
}

async function decompress(bytes: Buffer, maxBytes: number): Promise<Buffer> {
  try {
    return await gunzipAsync(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(maxBytes);
    throw new Problem("malformed_body", `the body is not gzip: ${messageOf(error)}`);
  }
}

function tooLarge(maxBytes: number): Problem {
  return new Problem("too_large", `the limit is ${maxBytes} bytes after decompression`);
}

function tooManyHeld(): Problem {
  return new Problem("queue_full", "too many bodies are being received at once", {
    headers: { "Retry-After": RETRY_AFTER_SECONDS },
  });
}

function tooSlow(timeoutSeconds: number): Problem {
  return new Problem("body_too_slow", `the limit is ${timeoutSeconds} seconds`, {
    headers: { Connection: "close" },
  });
}
