import fc from "fast-check";
import { request } from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startAgentProcess, temporaryDirectory } from "./harness/agent-process.js";
import type { AgentProcess } from "./harness/agent-process.js";
import { expectUnharmed } from "./harness/expect-unharmed.js";

/** Of all paths together: each comes by every kind of body a few times. */
const ARBITRARY_REQUESTS = 300;
const CONTENT_TYPES = [
  "application/json",
  "application/x-ndjson",
  "text/plain",
  "application/x-protobuf",
  "",
];

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let agent: AgentProcess;

beforeAll(async () => {
  directory = await temporaryDirectory();
  agent = await startAgentProcess(directory.path);
});

afterEach(async () => {
  await expectUnharmed(agent);
});

afterAll(async () => {
  await agent.program.stop();
  await directory.remove();
});

describe("arbitrary bytes", () => {
  it("arbitrary bytes to each path of /openapi.json: never a 5xx", async () => {
    const document: unknown = await (await fetch(`${agent.apiUrl}/openapi.json`)).json();
    const targets = targetsOf(document);
    expect(targets.length).toBeGreaterThan(8);
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 2000 }),
      fc.json().map((text) => Buffer.from(text)),
      fc.json().map((text) => Buffer.from(`{"calls":[${text}]}`)),
      fc.json().map((text) => Buffer.from(`{"service":"shop","currentResources":${text}}`)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...targets),
        fc.webQueryParameters(),
        fc.string({ unit: "binary", maxLength: 60 }),
        fc.constantFrom(...CONTENT_TYPES),
        body,
        async (target, query, parameter, contentType, bytes) => {
          const path = target.path.replaceAll(/\{\w+\}/g, () => encodeURIComponent(parameter));
          const status = await raw(target.method, `${path}?${query}`, contentType, bytes);
          expect(status).toBeGreaterThanOrEqual(200);
          expect(status).toBeLessThan(500);
        },
      ),
      { numRuns: ARBITRARY_REQUESTS, seed: 20_260_501 },
    );
  });
});

function targetsOf(document: unknown): readonly { method: string; path: string }[] {
  if (typeof document !== "object" || document === null || !("paths" in document)) return [];
  const paths = document.paths as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  return Object.entries(paths).flatMap(([path, methods]) =>
    // One method that is not listed, too.
    [...Object.keys(methods), "put"].map((method) => ({ method: method.toUpperCase(), path })),
  );
}

/** Past `fetch`, which would refuse much of this itself. Answers the status. */
function raw(method: string, path: string, contentType: string, body: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${agent.apiUrl}${path}`,
      {
        method,
        headers: {
          "content-length": body.length,
          ...(contentType === "" ? {} : { "content-type": contentType }),
        },
      },
      (response) => {
        response.resume();
        response.once("end", () => {
          resolve(response.statusCode ?? 0);
        });
      },
    );
    outgoing.once("error", reject);
    outgoing.end(body);
  });
}
