import { DataError } from "../data/data-error.js";
import { readLines } from "../data/read-text.js";

/** A request as it stood on the wire, of what matters to a payload. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query, without scheme and host. */
  readonly target: string;
  /** Media type with parameters; undefined without a body. */
  readonly contentType: string | undefined;
  readonly body: string;
}

const REQUEST_LINE = /^([A-Z]+) (\S.*) HTTP\/\d(?:\.\d)?$/;
const HEADER_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*)$/;
const ORIGIN = /^[a-z]+:\/\/[^/]*/;

/**
 * Reads requests as text, one after the other: request line, headers, an empty line, and the body, if
 * there is one (it has a Content-Length), in one line. Empty lines between requests are skipped. Throws a
 * DataError that names file and line for anything else.
 */
export async function readHttpRequests(file: string): Promise<HttpRequest[]> {
  const lines = await readLines(file);
  const requests: HttpRequest[] = [];
  let at = 0;
  while (at < lines.length) {
    if (lines[at] === "") {
      at += 1;
      continue;
    }
    const start = REQUEST_LINE.exec(lines[at] ?? "");
    if (start === null) throw new DataError(file, at + 1, "expected METHOD URL HTTP/version");
    const [, method = "", url = ""] = start;
    const headers = new Map<string, string>();
    for (at += 1; at < lines.length && lines[at] !== ""; at += 1) {
      const header = HEADER_LINE.exec(lines[at] ?? "");
      if (header === null) throw new DataError(file, at + 1, "expected a header, name: value");
      headers.set((header[1] ?? "").toLowerCase(), header[2] ?? "");
    }
    at += 1;
    let body = "";
    if (Number(headers.get("content-length") ?? 0) > 0) {
      body = lines[at] ?? "";
      if (body === "")
        throw new DataError(file, at + 1, "expected the body of Content-Length bytes");
      at += 1;
    }
    const target = url.replace(ORIGIN, "");
    requests.push({
      method,
      target: target === "" ? "/" : target,
      contentType: headers.get("content-type"),
      body,
    });
  }
  if (requests.length === 0) throw new DataError(file, undefined, "has no request");
  return requests;
}
