import { request as httpRequest } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createApi } from "./api.js";
import { apiOptions } from "./fixture.js";
import { startServer } from "./listen.js";
import type { RunningServer } from "./listen.js";

const MAX_BODY_BYTES = 100_000;
const BODY_TIMEOUT_SECONDS = 0.3;

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let server: RunningServer;
const faults: unknown[] = [];

beforeAll(async () => {
  const api = createApi(
    apiOptions({
      limits: {
        maxBodyBytes: MAX_BODY_BYTES,
        maxCallsPerRequest: 1_000,
        bodyTimeoutSeconds: BODY_TIMEOUT_SECONDS,
      },
      reportError: (error) => faults.push(error),
    }),
  );
  server = await startServer(api, {
    host: "127.0.0.1",
    port: 0,
    configKey: "api",
    access: "unprotected",
  });
});

afterAll(() => server.close());

function send(
  method: string,
  path: string,
  headers: Record<string, string>,
  body: Uint8Array | string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: "127.0.0.1", port: server.port, method, path, headers },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
          });
        });
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

/** Sends bytes as they are and gives all that comes back until the server closes. */
function sendRaw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, "127.0.0.1", () => socket.write(text));
    let answer = "";
    socket.on("data", (chunk) => (answer += chunk.toString()));
    socket.on("close", () => {
      resolve(answer);
    });
    socket.on("error", reject);
  });
}

/** Sends bytes as they are and gives the status line of the answer. */
function statusLineOf(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, "127.0.0.1", () => socket.write(text));
    socket.once("data", (chunk) => {
      resolve(chunk.toString().split("\r\n")[0] ?? "");
      socket.destroy();
    });
    socket.on("error", reject);
  });
}

const JSON_HEADERS = { "content-type": "application/json" };
const GZIP_HEADERS = { ...JSON_HEADERS, "content-encoding": "gzip" };
const INGEST = "/behavioralData/ingest";

describe("input that can't be taken", () => {
  it.each([
    ["truncated JSON", JSON_HEADERS, '{"calls":[{"id":"a"', 400, "not JSON"],
    ["an empty body", JSON_HEADERS, "", 400, "not JSON"],
    ["NaN", JSON_HEADERS, '{"calls":[NaN]}', 400, "not JSON"],
    ["10,000 levels", JSON_HEADERS, "[".repeat(10_000), 400, "64 levels"],
    ["bytes that are not UTF-8", JSON_HEADERS, Buffer.from([0x22, 0xff, 0x22]), 400, "UTF-8"],
    ["a body that is not gzip", GZIP_HEADERS, '{"calls":[]}', 400, "not gzip"],
    ["truncated gzip", GZIP_HEADERS, gzipSync('{"calls":[]}').subarray(0, 15), 400, "not gzip"],
    ["a gzip bomb", GZIP_HEADERS, gzipSync(Buffer.alloc(10_000_000, " ")), 413, "100000 bytes"],
    ["a 10 MB body", JSON_HEADERS, Buffer.alloc(10_000_000, " "), 413, "100000 bytes"],
    ["no content type", {}, "{}", 415, "application/json or application/x-ndjson"],
    ["another content type", { "content-type": "text/plain" }, "{}", 415, "application/json"],
    [
      "another character set",
      { "content-type": "application/json; charset=latin1" },
      "{}",
      415,
      "UTF-8",
    ],
    ["another encoding", { ...JSON_HEADERS, "content-encoding": "br" }, "{}", 415, "gzip"],
  ])("%s", async (_name, headers, body, status, detail) => {
    const answer = await send("POST", INGEST, headers, body);
    expect(answer.status).toBe(status);
    expect(answer.headers["content-type"]).toContain("application/problem+json");
    expect((JSON.parse(answer.body) as { detail: string }).detail).toContain(detail);
  });

  it("stops reading a body of unknown length at the limit", async () => {
    const answer = await send(
      "POST",
      INGEST,
      { ...JSON_HEADERS, "transfer-encoding": "chunked" },
      Buffer.alloc(1_000_000, " "),
    );
    expect(answer.status).toBe(413);
  });

  it("gives up on a body that never ends, and closes", async () => {
    const answer = await sendRaw(
      `POST ${INGEST} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n` +
        'Content-Length: 100\r\n\r\n{"calls":',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain("Connection: close");
    expect(answer).toContain("urn:presage:problem:body_too_slow");
  });

  it("bounds what all bodies under way may take together", async () => {
    // Each stays 1 kB short of the end. Eight of 99 kB fit into 8 x 100 kB, the ninth does not.
    const unfinished =
      `POST ${INGEST} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${MAX_BODY_BYTES}\r\n\r\n${" ".repeat(MAX_BODY_BYTES - 1_000)}`;
    const statusLines = await Promise.all(
      Array.from({ length: 9 }, () => statusLineOf(unfinished)),
    );
    expect(statusLines.sort()).toEqual([
      ...Array<string>(8).fill("HTTP/1.1 408 Request Timeout"),
      "HTTP/1.1 429 Too Many Requests",
    ]);
    // All is given back afterwards.
    const answer = await send("POST", INGEST, JSON_HEADERS, '{"calls":[]}');
    expect(answer.status).toBe(202);
  });

  it("answers in problem+json even to what is not HTTP", async () => {
    const answer = await sendRaw("HELLO\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain("application/problem+json");
  });

  it("is not changed by __proto__", async () => {
    const answer = await send(
      "POST",
      INGEST,
      JSON_HEADERS,
      '{"__proto__":{"polluted":true},"calls":[{"__proto__":{"polluted":true}}]}',
    );
    expect(answer.status).toBe(202);
    expect("polluted" in {}).toBe(false);
  });
});

describe("arbitrary bytes at every path", () => {
  const paths = fc.constantFrom(
    INGEST,
    "/allocation/request",
    "/explanations/decision-1",
    "/explanations?service=shop",
    "/model/update",
    "/hooks/alertmanager",
    "/metrics",
    "/healthz",
    "/readyz",
    "/openapi.json",
    "/v1/traces",
  );
  const contentTypes = fc.oneof(
    fc.constantFrom("application/json", "application/x-ndjson", "text/plain", ";", ""),
    fc.stringMatching(/^[ -~]{0,40}$/),
  );
  const encodings = fc.constantFrom("identity", "gzip", "x-gzip", "br", "");
  const bodies = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.json().map((text) => Buffer.from(text)),
    fc.json().map((text) => Buffer.from(`{"calls":[${text}],"service":"shop"}`)),
    fc.json().map((text) => gzipSync(text)),
  );

  it("never gives a 5xx", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE"),
        paths,
        contentTypes,
        encodings,
        bodies,
        async (method, path, contentType, encoding, body) => {
          const headers = {
            "content-type": contentType,
            "content-encoding": encoding,
            "content-length": String(body.length),
          };
          const { status } = await send(method, path, headers, body);
          expect(status).toBeGreaterThanOrEqual(200);
          expect(status).toBeLessThan(500);
        },
      ),
      { numRuns: 500, seed: 20_260_301 },
    );
    expect(faults).toEqual([]);
  }, 30_000);

  it("never gives a 5xx for an arbitrary address", async () => {
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[!-~]{0,60}$/), async (path) => {
        const { status } = await send("GET", `/${path}`, {}, "");
        expect(status).toBeLessThan(500);
      }),
      { numRuns: 200, seed: 20_260_302 },
    );
    expect(faults).toEqual([]);
  }, 30_000);

  it("never gives a 5xx for arbitrary text instead of HTTP", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, maxLength: 100 }), async (text) => {
        expect(await sendRaw(`${text}\r\n\r\n`)).not.toMatch(/^HTTP\/1\.1 5/);
      }),
      { numRuns: 50, seed: 20_260_303 },
    );
  }, 30_000);
});
