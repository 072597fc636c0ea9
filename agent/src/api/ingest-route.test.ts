import { gzipSync } from "node:zlib";
import request from "supertest";
import { describe, expect, it } from "vitest";

import { createApi } from "./api.js";
import { apiOptions } from "./fixture.js";

describe("POST /behavioralData/ingest", () => {
  const path = "/behavioralData/ingest";

  it("takes calls as JSON", async () => {
    const response = await request(createApi(apiOptions()))
      .post(path)
      .send({ calls: [{ id: "a" }, 7, { id: "b" }], somethingNew: true });
    expect(response.status).toBe(202);
    expect(response.body).toEqual({
      accepted: 2,
      duplicate: 0,
      late: 0,
      rejected: [{ index: 1, field: "", reason: "expected an object" }],
    });
  });

  it("takes NDJSON, and an unreadable line costs only itself", async () => {
    const deep = "[".repeat(65) + "]".repeat(65);
    const response = await request(createApi(apiOptions()))
      .post(path)
      .type("application/x-ndjson")
      .send(`{"id":"a"}\r\n\n{"id":\n${deep}\n  \n{"id":"b"}`);
    expect(response.status).toBe(202);
    // Blank lines have no index: a=0, truncated=1, deep=2, b=3.
    expect(response.body).toMatchObject({
      accepted: 2,
      rejected: [
        { index: 1, field: "", reason: expect.stringContaining("not JSON") as string },
        { index: 2, field: "", reason: "nested deeper than 64 levels" },
      ],
    });
  });

  it("takes gzip", async () => {
    const response = await request(createApi(apiOptions()))
      .post(path)
      .type("json")
      .set("Content-Encoding", "gzip")
      .serialize((body: unknown) => body as string)
      .send(gzipSync('{"calls":[{},{}]}'));
    expect(response.status).toBe(202);
    expect(response.body).toMatchObject({ accepted: 2 });
  });

  it("takes a batch without calls", async () => {
    const response = await request(createApi(apiOptions())).post(path).send({ calls: [] });
    expect(response.status).toBe(202);
  });

  it("asks to come back when the queue is full", async () => {
    const full = apiOptions({ ingest: () => ({ status: "full", retryAfterSeconds: 1.2 }) });
    const response = await request(createApi(full))
      .post(path)
      .send({ calls: [{}] });
    expect(response.status).toBe(429);
    expect(response.headers["retry-after"]).toBe("2");
    expect(response.headers["content-type"]).toContain("application/problem+json");
    expect(response.body).toMatchObject({ type: "urn:presage:problem:queue_full", status: 429 });
  });

  it.each([
    ["an object without calls", {}],
    ["calls that are no array", { calls: "many" }],
    ["a bare array", [{}]],
  ])("refuses %s", async (_name, body) => {
    const response = await request(createApi(apiOptions())).post(path).send(body);
    expect(response.status).toBe(400);
    expect(response.body).toMatchObject({
      errors: [{ field: "calls", reason: "expected an array of calls" }],
    });
  });

  it.each([
    ["application/json", JSON.stringify({ calls: Array.from({ length: 1_001 }, () => ({})) })],
    ["application/x-ndjson", "{}\n".repeat(1_001)],
  ])("names the limit of calls in %s", async (type, body) => {
    const response = await request(createApi(apiOptions())).post(path).type(type).send(body);
    expect(response.status).toBe(413);
    expect(response.body).toMatchObject({ errors: [{ field: "calls", reason: "more than 1000" }] });
  });
});
