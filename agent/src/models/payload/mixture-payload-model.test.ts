import { describe, expect, it } from "vitest";
import {
  seededRandom,
  SESSION_START,
  type ArgumentShape,
  type Call,
  type DriftCause,
  type Observation,
  type Random,
} from "../../core/index.js";
import { runMixtureJob } from "./mixture-job.js";
import { MixturePayloadModel } from "./mixture-payload-model.js";

function shape(name: string, change: Partial<ArgumentShape> = {}): ArgumentShape {
  return {
    name,
    type: "string",
    length: 4,
    classPattern: "a",
    characterClassBigrams: { aa: 3 },
    keyedHash: "0",
    ...change,
  };
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
  argumentShapes: [shape("item"), shape("note")],
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

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Two kinds of answers: 70% of about 2 kB, 30% of about 200 kB; 4-character notes, now and then 5. */
function usualCall(random: Random, timeSeconds: number): Observation {
  const isLarge = random() < 0.3;
  const length = random() < 0.9 ? 4 : 5;
  return seen({
    timeSeconds,
    requestBytes: Math.round(500 * Math.exp(0.2 * normal(random))),
    responseBytes: Math.round((isLarge ? 200_000 : 2000) * Math.exp(0.2 * normal(random))),
    argumentShapes: [
      shape("item", { keyedHash: String(Math.floor(random() * 3)) }),
      shape("note", { length, keyedHash: String(Math.floor(random() * 1e9)) }),
    ],
  });
}

function trained(calls = 2000, seed = 1): MixturePayloadModel {
  const model = new MixturePayloadModel();
  const random = seededRandom(seed);
  for (let i = 0; i < calls; i += 1) {
    model.learn(usualCall(random, i));
    fitDue(model);
  }
  return model;
}

/** What the fitting thread does, at once. */
function fitDue(model: MixturePayloadModel): void {
  const job = model.dueFit();
  if (job !== undefined) model.adopt(runMixtureJob(job));
}

function score(model: MixturePayloadModel, change: Partial<Call> = {}): number[] {
  const deviations = new Float64Array(model.causes.length);
  model.score(seen(change), deviations, 0);
  return [...deviations];
}

function outlierOf(
  model: MixturePayloadModel,
  observation: Observation,
): { probability: number; distance: number; argument: string | undefined } {
  const outlier = model.outlier(observation);
  if (outlier.status !== "ready") throw new Error(outlier.reason);
  return outlier.value;
}

describe("MixturePayloadModel", () => {
  const model = trained();

  it.each<[DriftCause, Partial<Call>, number, readonly DriftCause[]]>([
    // The response is held against those of requests like it, so its spread changes with the request.
    ["request_payload", { requestBytes: 50_000 }, 6, ["request_spread", "response_spread"]],
    ["response_payload", { responseBytes: 90_000_000 }, 6, ["response_spread"]],
    ["formats", { responseFormat: "text/csv" }, 7, []],
    ["arguments", { argumentShapes: [shape("item", { type: "integer" }), shape("note")] }, 7, []],
    ["permissions", { permissions: ["admin"] }, 7, []],
  ])("sees a change of %s there and nowhere else", (cause, change, least, too) => {
    const usual = score(model);
    const changed = score(model, change);
    model.causes.forEach((name, at) => {
      if (name === cause) {
        expect((changed[at] ?? NaN) - (usual[at] ?? NaN)).toBeGreaterThan(least);
      } else if (!too.includes(name)) {
        expect(changed[at]).toBe(usual[at]);
      }
    });
  });

  it("finds both kinds of answers, and their shares", () => {
    const shares = model.clusterShares(USUAL);
    if (shares.status !== "ready") throw new Error(shares.reason);
    const learned = [...shares.value.learned].sort((a, b) => b - a);
    // 2,000 calls: the standard error of a share of .7 is .01.
    expect(learned[0]).toBeCloseTo(0.7, 1);
    expect(learned.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
  });

  it("sees the shares of clusters move before a new cluster is learned", () => {
    const moved = trained();
    const random = seededRandom(9);
    for (let i = 0; i < 300; i += 1) {
      const { call } = usualCall(random, 2000 + i);
      moved.learn({ ...seen(), call: { ...call, responseBytes: 200_000 } });
    }
    const shares = moved.clusterShares(USUAL);
    if (shares.status !== "ready") throw new Error(shares.reason);
    const { learned, recent } = shares.value;
    // All 300 of one kind: of the recent shares 1 - (1 - 1/64)^300 = .99 is there.
    const apart =
      learned.reduce((sum, share, k) => sum + Math.abs(share - (recent[k] ?? 0)), 0) / 2;
    expect(apart).toBeGreaterThan(0.4);
  });

  it("takes a size between two kinds for an outlier, though it is not extreme", () => {
    const between = outlierOf(model, seen({ responseBytes: 20_000 }));
    expect(between.probability).toBeGreaterThan(0.99);
    expect(outlierOf(model, seen()).probability).toBeLessThan(0.99);
  });

  it("points at the argument whose shape is unusual", () => {
    const injected = shape("note", {
      length: 60,
      classPattern: "a' a = a;",
      characterClassBigrams: { aa: 9, "a'": 1, "' ": 1, " a": 2, "a ": 2, " =": 1, "a;": 1 },
      keyedHash: "x",
    });
    const outlier = outlierOf(model, seen({ argumentShapes: [shape("item"), injected] }));
    expect(outlier.argument).toBe("note");
    expect(outlier.probability).toBeGreaterThan(0.999);
  });

  it("says how unusual a call is so that 1% of usual calls are above .99", () => {
    const random = seededRandom(5);
    const usual = Array.from({ length: 4000 }, () => usualCall(random, 2000));
    for (const level of [0.5, 0.9, 0.99]) {
      const above = usual.filter((item) => outlierOf(model, item).probability > level).length;
      // Twice the share at most, and no less than a third of it: the scale rests on 2,000 calls.
      expect(above / usual.length).toBeLessThan(2 * (1 - level));
      expect(above / usual.length).toBeGreaterThan((1 - level) / 3);
    }
  });

  it("counts the calls that it took for outliers as it learned, a usual one in a thousand", () => {
    const counting = new MixturePayloadModel();
    expect(counting.outlierCalls).toBeUndefined();
    const random = seededRandom(6);
    for (let i = 0; i < 6000; i += 1) {
      const before = counting.outlierCalls ?? 0;
      const item = usualCall(random, i);
      const said = counting.outlier(item);
      counting.learn(item);
      const isOutlier = said.status === "ready" && said.value.probability > 0.999;
      expect((counting.outlierCalls ?? 0) - before).toBe(Number(isOutlier));
    }
    // Of 6,000: 6 at the nominal rate, more while the scale rests on few calls.
    expect(counting.outlierCalls).toBeLessThan(24);
    const usual = counting.outlierCalls ?? 0;
    counting.learn(seen({ requestBytes: 5e7, responseBytes: 5e7 }));
    expect(counting.outlierCalls).toBe(usual + 1);
  });

  it("judges an operation of few calls among all calls", () => {
    const known = trained();
    known.learn(seen({ operation: "GET /new" }));
    expect(score(known, { operation: "GET /new" })[0]).not.toBeNaN();
    expect(score(known, { operation: "GET /new", requestBytes: 50_000 })[0]).toBeGreaterThan(5);
  });

  it("can't say anything about a size that is unknown", () => {
    const noRequests = trained();
    for (let i = 0; i < 100; i += 1) noRequests.learn(seen({ requestBytes: undefined }));
    const unknown = score(noRequests, { requestBytes: undefined });
    expect(unknown[0]).toBeNaN();
    expect(unknown[1]).not.toBeNaN();
  });

  it("follows a change of sizes, and forgets what was before", () => {
    const following = trained();
    const before = score(following, { responseBytes: 8000 })[1];
    const halfLives = 10 * 6 * 3600;
    for (let i = 0; i < 3000; i += 1) {
      following.learn(seen({ timeSeconds: 2000 + (halfLives * i) / 3000, responseBytes: 8000 }));
    }
    expect(Math.abs(score(following, { responseBytes: 8000 })[1] ?? NaN)).toBeLessThan(0.5);
    expect(before).not.toBeNaN();
    expect(score(following, { responseBytes: 200_000 })[1]).toBeGreaterThan(3);
  });

  it("ends in NaN, never in a crash, for sizes that are no numbers", () => {
    const robust = trained(200);
    robust.learn(seen({ responseBytes: Infinity }));
    robust.learn(seen({ responseBytes: NaN }));
    expect(score(robust)[1]).not.toBeNaN();
    expect(score(robust, { responseBytes: NaN })[1]).toBeNaN();
  });

  it("repeats itself", () => {
    expect(trained(500, 3).snapshot()).toEqual(trained(500, 3).snapshot());
  });
});
