import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { ingestionOf, NOW, record } from "./fixture.js";

describe("Ingestion", () => {
  test("makes a call of a record: all that the mission names, nothing in clear", () => {
    const { ingestion, queue, identity } = ingestionOf();
    const result = ingestion.ingest([
      record({
        timestamp: "2023-11-14T22:13:19.5Z",
        id: "1",
        namespace: "prod",
        instance: "shop-1",
        method: "post",
        path: "/orders/8123?currency=EUR&note=a+b%20c",
        requestBytes: 10,
        responseBytes: 20,
        requestFormat: "Application/JSON; charset=utf-8",
        arguments: { quantity: 3 },
        userId: "alice@example.org",
        sessionId: "secret-session",
        roles: ["analyst"],
        groups: ["eu"],
        permissions: ["orders:write"],
      }),
    ]);
    expect(result).toEqual({ status: "taken", accepted: 1, duplicate: 0, late: 0, rejected: [] });
    const [call] = queue.take(1);
    expect(call).toMatchObject({
      workload: "prod/Deployment/shop",
      instance: "shop-1",
      timeSeconds: 1_699_999_999.5,
      operation: "POST /orders/{id}",
      status: 200,
      durationSeconds: 0.01,
      requestBytes: 10,
      responseBytes: 20,
      requestFormat: "application/json",
      responseFormat: "none",
      actor: identity.actor("alice@example.org"),
      session: identity.session("secret-session"),
      roles: ["analyst"],
      groups: ["eu"],
      permissions: ["orders:write"],
    });
    expect(call?.argumentShapes.map(({ name, classPattern }) => [name, classPattern])).toEqual([
      ["quantity", "9"],
      ["currency", "A"],
      ["note", "a a a"],
    ]);
    expect(JSON.stringify(call)).not.toMatch(/alice|secret|EUR/);
  });

  test("what is not said is undefined or named so, never a number", () => {
    const { ingestion, queue } = ingestionOf();
    ingestion.ingest([record({ durationSeconds: undefined })]);
    expect(queue.take(1)[0]).toMatchObject({
      instance: "unknown",
      durationSeconds: undefined,
      requestBytes: undefined,
      requestFormat: "none",
      actor: undefined,
      session: undefined,
      argumentShapes: [],
      roles: [],
    });
  });

  test.each([
    ["", null],
    ["", [1]],
    ["status", record({ status: "200" })],
    ["status", record({ status: 99 })],
    ["timestamp", record({ timestamp: "yesterday" })],
    ["timestamp", record({ timestamp: Number.NaN })],
    ["timestamp", record({ timestamp: Number.POSITIVE_INFINITY })],
    ["timestamp", record({ timestamp: NOW + 365 * 86_400 })],
    ["durationSeconds", record({ durationSeconds: JSON.parse("1e999") as number })],
    ["requestBytes", record({ requestBytes: -1 })],
    ["responseBytes", record({ responseBytes: 1.5 })],
    ["path", record({ path: undefined })],
    ["path", record({ path: `/${"x".repeat(2048)}` })],
    ["service", record({ service: 'a"b\n' })],
    ["service", record({ service: "a/b" })],
    ["roles.1", record({ roles: ["a", 3] })],
    ["roles", record({ roles: Array.from({ length: 65 }, String) })],
    ["arguments", record({ arguments: "x" })],
    [
      "arguments",
      record({ arguments: Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`a${n}`, n])) }),
    ],
  ])("rejects by field %s, and the good calls are taken", (field, bad) => {
    const { ingestion } = ingestionOf();
    const result = ingestion.ingest([record(), bad, record()]);
    expect(result).toMatchObject({ status: "taken", accepted: 2, rejected: [{ index: 1, field }] });
    const { rejected } = ingestion.counts();
    expect(Object.values(rejected).reduce((sum, count) => sum + count, 0)).toBe(1);
  });

  test("an id counts once in its workload, across batches and a restart", () => {
    const { ingestion } = ingestionOf();
    expect(ingestion.ingest([record({ id: "a" }), record({ id: "a" })])).toMatchObject({
      accepted: 1,
      duplicate: 1,
    });
    expect(ingestion.ingest([record({ id: "a", service: "other" })])).toMatchObject({
      accepted: 1,
    });
    const after = ingestionOf().ingestion;
    after.restore(JSON.parse(JSON.stringify(ingestion.snapshot())) as never);
    expect(after.ingest([record({ id: "a" }), record({ id: "b" })])).toMatchObject({
      accepted: 1,
      duplicate: 1,
    });
  });

  test("calls without an id are never duplicates", () => {
    const { ingestion } = ingestionOf();
    expect(ingestion.ingest([record(), record()])).toMatchObject({ accepted: 2, duplicate: 0 });
  });

  test("a batch that does not fit leaves no trace and can be sent again", () => {
    const { ingestion, queue } = ingestionOf({ capacityCalls: 3 });
    ingestion.ingest([record(), record()]);
    const batch = [record({ id: "a" }), record({ id: "b" })];
    expect(ingestion.ingest(batch)).toEqual({ status: "full", retryAfterSeconds: 1 });
    expect(queue.size).toBe(2);
    queue.take(2);
    expect(ingestion.ingest(batch)).toMatchObject({ accepted: 2, duplicate: 0 });
    expect(ingestion.counts()).toMatchObject({ accepted: 4, refused: 2, duplicate: 0 });
  });

  test("of a batch larger than the queue the first calls are taken", () => {
    const { ingestion } = ingestionOf({ capacityCalls: 2 });
    expect(ingestion.ingest([record(), record(), record()])).toMatchObject({
      accepted: 2,
      rejected: [{ index: 2, field: "calls", reason: "a batch has at most 2 calls" }],
    });
  });

  test("unknown fields are ignored, counted, and reported once by name", () => {
    const reported: string[] = [];
    const { ingestion } = ingestionOf({ onUnknownField: (field) => reported.push(field) });
    ingestion.ingest([record({ traceId: 1 }), record({ traceId: 2, colour: "red" })]);
    for (let field = 0; field < 1000; field++) ingestion.ingest([record({ [`field${field}`]: 1 })]);
    expect(reported.slice(0, 2)).toEqual(["traceId", "colour"]);
    expect(reported).toHaveLength(100);
    expect(ingestion.counts()).toMatchObject({ accepted: 1002, unknownFields: 1003 });
  });

  test("__proto__ is an argument like any other, and pollutes nothing", () => {
    const { ingestion, queue } = ingestionOf();
    const bad = JSON.parse(
      '{"__proto__":{"polluted":1},"arguments":{"__proto__":"x","constructor":1},"roles":["__proto__"]}',
    ) as object;
    ingestion.ingest([{ ...record(), ...bad, path: "/__proto__/constructor" }]);
    const [call] = queue.take(1);
    expect(call?.argumentShapes.map(({ name }) => name)).toEqual(["__proto__", "constructor"]);
    expect(call).toMatchObject({ operation: "GET /__proto__/constructor", roles: ["__proto__"] });
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  test("10,000 nesting levels are one argument", () => {
    const { ingestion } = ingestionOf();
    const text = `{"deep":${"[".repeat(10_000)}${"]".repeat(10_000)}}`;
    const deep: unknown = JSON.parse(text);
    expect(ingestion.ingest([record({ arguments: deep }), deep])).toMatchObject({
      accepted: 1,
      rejected: [{ index: 1 }],
    });
  });

  test("a shape passes as it is; what only looks like one is given a shape", () => {
    const sender = ingestionOf();
    sender.ingestion.ingest([record({ arguments: { user: "alice@example.org" } })]);
    const shape = sender.queue.take(1)[0]?.argumentShapes[0];
    const unnamed: Record<string, unknown> = { ...shape };
    delete unnamed["name"];
    const { ingestion, queue } = ingestionOf();
    const forged = { ...unnamed, classPattern: "alice" };
    ingestion.ingest([record({ arguments: { user: unnamed, other: forged } })]);
    const [passed, reshaped] = queue.take(1)[0]?.argumentShapes ?? [];
    expect(passed).toEqual(shape);
    expect(reshaped).toMatchObject({ name: "other", type: "object", length: 5 });
    expect(JSON.stringify(reshaped)).not.toContain("alice");
  });

  test("anything at all is taken or rejected, never thrown, and all is accounted for", () => {
    const { ingestion, queue } = ingestionOf();
    const field = fc.oneof(fc.jsonValue(), fc.constant(undefined), fc.double());
    const mutated = fc.dictionary(
      fc.constantFrom(...Object.keys(record()), "arguments", "roles", "id", "userId"),
      field,
    );
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.anything(),
            mutated.map((fields) => ({ ...record(), ...fields })),
          ),
        ),
        (records) => {
          const result = ingestion.ingest(records);
          if (result.status !== "taken") throw new Error("the queue is empty: it must take");
          const { accepted, duplicate, late, rejected } = result;
          expect(accepted + duplicate + late + rejected.length).toBe(records.length);
          expect(queue.take(records.length)).toHaveLength(accepted);
        },
      ),
    );
  });
});
