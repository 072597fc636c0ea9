/** Files that may be fetched: a directory for each path prefix, and nothing outside of it. */
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { realpath, stat } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { extname, join, sep } from "node:path";

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".md": "text/markdown; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
  ".css": "text/css; charset=utf-8",
};

/** Letters, digits and `._-@`, never a name that begins with a dot. */
const SAFE_SEGMENT = /^[A-Za-z0-9_@-][A-Za-z0-9._@-]*$/;

/** The file below `directory` that `path` (percent-decoded, with `/`) names; undefined when there is none. */
export async function findFile(directory: string, path: string): Promise<string | undefined> {
  const segments = path.split("/");
  if (!segments.every((segment) => SAFE_SEGMENT.test(segment))) return undefined;
  try {
    const root = await realpath(directory);
    // A link in the directory must not lead out of it.
    const file = await realpath(join(root, ...segments));
    return file.startsWith(root + sep) && (await stat(file)).isFile() ? file : undefined;
  } catch {
    return undefined;
  }
}

export function sendFile(response: ServerResponse, file: string): void {
  response.setHeader("content-type", CONTENT_TYPES[extname(file)] ?? "application/octet-stream");
  if (response.req.method === "HEAD") {
    response.end();
    return;
  }
  // Unlike pipe, this closes the file when whoever asked for it has gone.
  pipeline(createReadStream(file), response, () => undefined);
}
