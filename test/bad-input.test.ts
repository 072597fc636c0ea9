import { connect } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startAgentProcess, temporaryDirectory } from "./harness/agent-process.js";
import type { AgentProcess } from "./harness/agent-process.js";
import { expectUnharmed, goodCall } from "./harness/expect-unharmed.js";

const MILLISECONDS_PER_SECOND = 1000;
const REQUEST_TIMEOUT_SECONDS = 1;
/** The default. */
const MAX_BODY_BYTES = 5_000_000;
const INGEST = "/behavioralData/ingest";
const JSON_TYPE = "application/json";
const NDJSON_TYPE = "application/x-ndjson";
const YEAR_SECONDS = 31_536_000;

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let agent: AgentProcess;

beforeAll(async () => {
  directory = await temporaryDirectory();
  agent = await startAgentProcess(directory.path, {
    api: { requestTimeoutSeconds: REQUEST_TIMEOUT_SECONDS },
  });
});

afterEach(async () => {
  await expectUnharmed(agent);
});

afterAll(async () => {
  await agent.program.stop();
  await directory.remove();
});

function now(): number {
  return Date.now() / MILLISECONDS_PER_SECOND;
}

async function post(path: string, body: string | Uint8Array, contentType: string): Promise<Answer> {
  const response = await fetch(`${agent.apiUrl}${path}`, {
    method: "POST",
    headers: { "content-type": contentType },
    body: typeof body === "string" ? body : new Uint8Array(body),
  });
  return {
    status: response.status,
    contentType: response.headers.get("content-type") ?? "",
    body: await response.text(),
  };
}

/** A refusal that a person can act on: problem+json of this status that says `what`. */
function expectProblem(answer: Answer, status: number, what: RegExp): void {
  expect(answer.status, answer.body).toBe(status);
  expect(answer.contentType).toContain("application/problem+json");
  expect(JSON.parse(answer.body)).toMatchObject({ status });
  expect(answer.body).toMatch(what);
}

/** Sends one bad call between two good ones: the good ones are accepted, the bad one is named. */
async function expectRejected(bad: string, field: string, reason: RegExp): Promise<void> {
  const [before, after] = [goodCall(), goodCall()].map((call) => JSON.stringify(call));
  const answer = await post(INGEST, `{"calls":[${before},${bad},${after}]}`, JSON_TYPE);
  expect(answer.status, answer.body).toBe(202);
  expect(JSON.parse(answer.body)).toEqual({
    accepted: 2,
    duplicate: 0,
    late: 0,
    rejected: [{ index: 1, field, reason: expect.stringMatching(reason) as string }],
  });
}

function callWith(fields: object): string {
  return JSON.stringify({ ...goodCall(), ...fields });
}

describe("bad input", () => {
  it("truncated JSON: 400, and what is wrong", async () => {
    const body = JSON.stringify({ calls: [goodCall()] });
    expectProblem(await post(INGEST, body.slice(0, -20), JSON_TYPE), 400, /not JSON/);
  });

  it("a truncated line of NDJSON: rejected by its place, and the good lines are accepted", async () => {
    const lines = [goodCall(), goodCall()].map((call) => JSON.stringify(call));
    const body = [lines[0], lines[1]?.slice(0, 30), JSON.stringify(goodCall())].join("\n");
    const answer = await post(INGEST, body, NDJSON_TYPE);
    expect(answer.status).toBe(202);
    expect(JSON.parse(answer.body)).toMatchObject({ accepted: 2, rejected: [{ index: 1 }] });
  });

  it("a body of 10 MB: 413 that names the limit", async () => {
    const answer = await post(INGEST, Buffer.alloc(10_000_000, 0x20), JSON_TYPE);
    expectProblem(answer, 413, new RegExp(String(MAX_BODY_BYTES)));
  });

  it("10,000 nesting levels: 400 that names the limit", async () => {
    const body = `{"calls":${"[".repeat(10_000)}${"]".repeat(10_000)}}`;
    expectProblem(await post(INGEST, body, JSON_TYPE), 400, /64 levels/);
    const objects = `{"calls":${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}}`;
    expectProblem(await post(INGEST, objects, JSON_TYPE), 400, /64 levels/);
  });

  it("10,000 nesting levels in the arguments of one of three lines: the good ones are accepted", async () => {
    const deep = `{"arguments":{"a":${"[".repeat(10_000)}${"]".repeat(10_000)}}}`;
    const body = [JSON.stringify(goodCall()), deep, JSON.stringify(goodCall())].join("\n");
    const answer = await post(INGEST, body, NDJSON_TYPE);
    expect(answer.status, answer.body).toBe(202);
    expect(JSON.parse(answer.body)).toMatchObject({ accepted: 2, rejected: [{ index: 1 }] });
  });

  it("__proto__ as a field, an argument and a role: ignored or taken as a name, nothing is polluted", async () => {
    const unknown = callWith({}).replace("{", '{"__proto__":{"polluted":1},"constructor":{},');
    const named = callWith({ roles: ["__proto__"], userId: "__proto__", arguments: {} }).replace(
      '"arguments":{}',
      '"arguments":{"__proto__":"x","constructor":1,"toString":2}',
    );
    const answer = await post(INGEST, `{"calls":[${unknown},${named}]}`, JSON_TYPE);
    expect(answer.status, answer.body).toBe(202);
    expect(JSON.parse(answer.body)).toMatchObject({ accepted: 2, rejected: [] });
    const allocation = await post(
      "/allocation/request",
      '{"__proto__":{"service":"shop"},"service":"shop"}',
      JSON_TYPE,
    );
    expect(allocation.status).toBe(400);
  });

  it("NaN: 400, for it is not JSON", async () => {
    const body = `{"calls":[${callWith({ durationSeconds: 7 }).replace(":7", ":NaN")}]}`;
    expectProblem(await post(INGEST, body, JSON_TYPE), 400, /not JSON/);
  });

  it("1e999: rejected by its field", async () => {
    const infinite = callWith({ durationSeconds: 7 }).replace(
      '"durationSeconds":7',
      '"durationSeconds":1e999',
    );
    await expectRejected(infinite, "durationSeconds", /number/i);
  });

  it.each(["requestBytes", "responseBytes", "durationSeconds"])(
    "a negative %s: rejected by its field",
    async (field) => {
      await expectRejected(callWith({ [field]: -1 }), field, /at least 0|whole number of bytes/);
    },
  );

  it("a time a year ahead: rejected by its field, with the limit", async () => {
    await expectRejected(
      callWith({ timestamp: now() + YEAR_SECONDS }),
      "timestamp",
      /60 seconds in the future/,
    );
  });

  it("a workload's name with quotes and newlines: rejected by its field", async () => {
    await expectRejected(callWith({ service: 'a"\n' }), "service", /letters, digits/);
  });

  it.each(["text/plain", "application/xml", "application/x-www-form-urlencoded"])(
    "the content type %s: 415 that names those it takes",
    async (contentType) => {
      const body = JSON.stringify({ calls: [goodCall()] });
      expectProblem(await post(INGEST, body, contentType), 415, /application\/json/);
    },
  );

  it("a client that never ends its body: 408, while others are served", async () => {
    const started = performance.now();
    const answer = slowClient();
    const health = await fetch(`${agent.apiUrl}/healthz`);
    expect(health.status).toBe(200);
    const text = await answer;
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
    expect(text).toContain("application/problem+json");
    const seconds = (performance.now() - started) / MILLISECONDS_PER_SECOND;
    expect(seconds).toBeGreaterThanOrEqual(REQUEST_TIMEOUT_SECONDS);
    expect(seconds).toBeLessThan(REQUEST_TIMEOUT_SECONDS + 5);
  });
});

/** Sends the head of a request and a part of its body; answers what comes back. */
function slowClient(): Promise<string> {
  const { hostname, port } = new URL(agent.apiUrl);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(
        `POST ${INGEST} HTTP/1.1\r\nHost: ${hostname}\r\nContent-Type: ${JSON_TYPE}\r\n` +
          `Content-Length: 100000\r\n\r\n{"calls":[`,
      );
    });
    let received = "";
    socket.setEncoding("utf8").on("data", (text: string) => {
      received += text;
      if (received.includes("\r\n\r\n")) socket.end();
    });
    socket.on("close", () => {
      resolve(received);
    });
    socket.on("error", reject);
  });
}
