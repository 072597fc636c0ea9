import { describe, expect, it } from "vitest";
import {
  SESSION_START,
  type ArgumentShape,
  type Call,
  type Observation,
} from "../../core/index.js";
import { PayloadStatisticsModel } from "./statistics.js";

function shape(name: string, type: ArgumentShape["type"]): ArgumentShape {
  return { name, type, length: 1, classPattern: "a", characterClassBigrams: {}, keyedHash: "0" };
}

const USUAL: Call = {
  workload: "default/Deployment/shop",
  instance: "unknown",
  timeSeconds: 0,
  operation: "POST /orders",
  status: 200,
  durationSeconds: undefined,
  requestBytes: 500,
  responseBytes: 2000,
  requestFormat: "application/json",
  responseFormat: "application/json",
  argumentShapes: [shape("item", "integer"), shape("note", "string")],
  actor: undefined,
  session: undefined,
  roles: [],
  groups: [],
  permissions: ["orders:write", "orders:read"],
};

function seen(change: Partial<Call> = {}): Observation {
  return {
    call: { ...USUAL, ...change },
    segment: "shoppers",
    previousOperation: SESSION_START,
    secondsSincePrevious: undefined,
    sessionKey: undefined,
  };
}

function trained(): PayloadStatisticsModel {
  const model = new PayloadStatisticsModel();
  for (let i = 0; i < 200; i += 1) model.learn(seen());
  return model;
}

function score(model: PayloadStatisticsModel, change: Partial<Call> = {}): number[] {
  const deviations = new Float64Array(5);
  model.score(seen(change), deviations, 0);
  return [...deviations];
}

describe("PayloadStatisticsModel", () => {
  const model = trained();
  // One kind in 200 calls: an unknown one has 1/201 * 1/201 * 1/2, its share with and without context.
  const unknownBits = -Math.log2(1 / 201 / 201 / 2);

  it.each([
    ["request_payload", { requestBytes: 50_000 }, 0],
    ["response_payload", { responseBytes: 900_000 }, 1],
    ["formats", { responseFormat: "text/csv" }, 2],
    ["arguments", { argumentShapes: [shape("item", "string"), shape("note", "string")] }, 3],
    ["permissions", { permissions: ["admin"] }, 4],
  ])("sees a change of %s there and nowhere else", (_cause, change, at) => {
    const usual = score(model);
    const changed = score(model, change);
    for (let i = 0; i < 5; i += 1) {
      if (i === at) expect(changed[i]).toBeGreaterThan((usual[i] ?? NaN) + 7);
      else expect(changed[i]).toBe(usual[i]);
    }
    expect(model.bits(seen(change))).toBeGreaterThan(model.bits(seen()) + 5);
  });

  it("knows how surprising a new format is", () => {
    expect(score(model, { responseFormat: "text/csv" })[2]).toBeCloseTo(unknownBits, 9);
  });

  it("does not care for the order of arguments and permissions", () => {
    const reordered = score(model, {
      argumentShapes: [...USUAL.argumentShapes].reverse(),
      permissions: [...USUAL.permissions].reverse(),
    });
    expect(reordered).toEqual(score(model));
  });

  it("can't say anything about a size that is unknown", () => {
    const unknown = score(model, { requestBytes: undefined });
    expect(unknown[0]).toBeNaN();
    expect(unknown.slice(1)).toEqual(score(model).slice(1));
    expect(model.bits(seen({ requestBytes: undefined }))).toBeGreaterThan(-Infinity);
  });

  it("regression: a call scored and then learned is not mistaken for the one before", () => {
    const fresh = trained();
    score(fresh, { responseFormat: "text/csv" });
    fresh.learn(seen({ responseFormat: "text/html" }));
    // Learned: html, not csv.
    const html = score(fresh, { responseFormat: "text/html" })[2] ?? NaN;
    expect(html).toBeLessThan(score(fresh, { responseFormat: "text/csv" })[2] ?? NaN);
  });
});
