import * as z from "zod";
import { expect, test } from "vitest";

import { decodeWireCall, eachUnknownField, wireCallSchema } from "./wire-call.js";

const CALL = { timestamp: 1, service: "shop", method: "GET", path: "/", status: 200 };

test.each([
  ["timestamp", { timestamp: "x".repeat(65) }, "64"],
  ["timestamp", { timestamp: null }, "RFC 3339"],
  ["service", { service: "-shop" }, "letters, digits"],
  ["service", { service: "x".repeat(254) }, "253"],
  ["id", { id: "" }, "1"],
  ["requestBytes", { requestBytes: 0.5 }, "whole number of bytes"],
  ["requestBytes", { requestBytes: -1 }, "at least 0"],
  ["status", { status: 600 }, "599"],
  ["timestamp", { timestamp: undefined }, "is missing"],
  ["status", { status: undefined }, "is missing"],
  ["status", { status: "200" }, "must be a number"],
  ["status", { status: 200.5 }, "must be a whole number"],
  ["method", { method: 1 }, "must be a text"],
  ["roles", { roles: "admin" }, "must be a list"],
  ["roles", { roles: Array.from({ length: 65 }, () => "r") }, "must have at most 64 entries"],
  ["arguments", { arguments: [] }, "an object"],
  ["path", { path: undefined }, "path or route is required"],
])("%s: the reason names the limit", (field, fields, reason) => {
  const { problem } = decodeWireCall({ ...CALL, ...fields });
  expect(problem?.field).toBe(field);
  expect(problem?.reason).toContain(reason);
});

test("the schema describes itself: every field, for the OpenAPI document", () => {
  const document = z.toJSONSchema(wireCallSchema, { io: "input" }).$defs?.["Call"];
  const properties = Object.entries(document?.properties ?? {});
  expect(properties.length).toBeGreaterThan(15);
  for (const [name, property] of properties) {
    expect(property, name).toHaveProperty("description");
  }
  expect(document?.required).toEqual(["timestamp", "service", "method", "status"]);
  expect(document?.properties?.["arguments"]).toHaveProperty("maxProperties", 64);
});

test("the compiled schema keeps what the schema keeps", () => {
  const call = { ...CALL, kind: "StatefulSet", arguments: { a: [1] }, unknown: 1 };
  expect(decodeWireCall(call).call).toEqual(wireCallSchema.parse(call));
});

test("unknown fields are told by name", () => {
  const unknown: string[] = [];
  eachUnknownField({ ...CALL, colour: 1, __proto__: { inherited: 1 } }, (field) => {
    unknown.push(field);
  });
  expect(unknown).toContain("colour");
});

test("regression: no reason is in the words of the validator", () => {
  const values = [undefined, null, true, -1, 1e400, Number.NaN, "", "x".repeat(5000), [], {}, [{}]];
  for (const field of Object.keys(wireCallSchema.shape)) {
    for (const value of values) {
      const { problem } = decodeWireCall({ ...CALL, [field]: value });
      expect(problem?.reason ?? "").not.toMatch(
        /invalid|received|expected (?:string|number|array)/i,
      );
    }
  }
});
