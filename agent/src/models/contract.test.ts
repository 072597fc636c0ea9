import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  seededRandom,
  SESSION_START,
  type ArgumentType,
  type CallModel,
  type Json,
  type Observation,
} from "../core/index.js";
import { MixturePayloadModel } from "./payload/mixture-payload-model.js";
import { PayloadStatisticsModel } from "./payload/statistics.js";
import { LstmSequenceModel } from "./sequence/lstm-sequence-model.js";
import { MarkovSequenceModel } from "./sequence/markov.js";
import { createInlineFitter } from "../runtime/fitting-worker.js";

/** What an observation is made from; the rest is the same for all. */
interface Sketch {
  readonly operation: string;
  readonly previous: string;
  readonly waitSeconds: number;
  readonly pauseSeconds: number | undefined;
  readonly bytes: number | undefined;
  readonly format: string;
  readonly argument: string | undefined;
  readonly argumentType: ArgumentType;
  readonly permissions: readonly string[];
}

const SKETCH: Sketch = {
  operation: "GET /a",
  previous: SESSION_START,
  waitSeconds: 1,
  pauseSeconds: undefined,
  bytes: 100,
  format: "application/json",
  argument: undefined,
  argumentType: "string",
  permissions: [],
};

function observation(sketch: Sketch, timeSeconds: number): Observation {
  return {
    call: {
      workload: "default/Deployment/shop",
      instance: "unknown",
      timeSeconds,
      operation: sketch.operation,
      status: 200,
      durationSeconds: 0.1,
      requestBytes: sketch.bytes,
      responseBytes: sketch.bytes,
      requestFormat: "none",
      responseFormat: sketch.format,
      argumentShapes:
        sketch.argument === undefined
          ? []
          : [
              {
                name: sketch.argument,
                type: sketch.argumentType,
                length: 1,
                classPattern: "a",
                characterClassBigrams: {},
                keyedHash: "0",
              },
            ],
      actor: undefined,
      session: undefined,
      roles: [],
      groups: [],
      permissions: sketch.permissions,
    },
    segment: "shoppers",
    previousOperation: sketch.previous,
    secondsSincePrevious: sketch.pauseSeconds,
    sessionKey: undefined,
  };
}

const name = fc.constantFrom("GET /a", "GET /b", "POST /c", "{other}", "__proto__", "", "d", "e");
const sketches: fc.Arbitrary<Sketch> = fc.record({
  operation: name,
  previous: fc.oneof(fc.constant(SESSION_START), name),
  // Now and then years pass, so that weights are brought back to scale; and a call may come late.
  waitSeconds: fc.oneof(fc.double({ min: -5, max: 100, noNaN: true }), fc.constant(2e8)),
  pauseSeconds: fc.option(fc.double({ min: 0, max: 1e5, noNaN: true }), { nil: undefined }),
  bytes: fc.option(fc.nat(), { nil: undefined }),
  format: name,
  argument: fc.option(name, { nil: undefined }),
  argumentType: fc.constantFrom<ArgumentType>("string", "integer"),
  permissions: fc.array(name, { maxLength: 3 }),
});

function observationsOf(list: readonly Sketch[]): Observation[] {
  let timeSeconds = 1_700_000_000;
  return list.map((sketch) => observation(sketch, (timeSeconds += sketch.waitSeconds)));
}

/** Sessions of four calls whose end depends on their beginning, one a minute. */
function visits(count: number, from = 0): Observation[] {
  const random = seededRandom(count);
  return Array.from({ length: count }, (_, index) => {
    const door = random() < 0.5 ? "front" : "back";
    const start = 1_700_000_000 + 60 * (from + index);
    const path = [`in ${door}`, "look", "look", `out ${door}`];
    return path.map((operation, step) => ({
      ...observation(
        {
          ...SKETCH,
          operation,
          previous: path[step - 1] ?? SESSION_START,
          pauseSeconds: step === 0 ? undefined : 2,
        },
        start + 2 * step,
      ),
      sessionKey: `visit ${from + index}`,
    }));
  }).flat();
}

function throughJson(snapshot: Json): Json {
  return JSON.parse(JSON.stringify(snapshot)) as Json;
}

function scored(model: CallModel, item: Observation): number[] {
  const deviations = new Float64Array(model.causes.length + 2).fill(-7);
  model.score(item, deviations, 1);
  // Nothing is written outside its place.
  expect([deviations[0], deviations.at(-1)]).toEqual([-7, -7]);
  return [...deviations, model.bits(item)];
}

/** With limits so small that the sequences above run into them. */
const callModels: [string, () => CallModel][] = [
  [
    "markov sequence",
    () => new MarkovSequenceModel({ minCalls: 3, maxOperations: 4, maxTransitions: 6 }),
  ],
  [
    "lstm sequence",
    () =>
      new LstmSequenceModel({
        minCalls: 3,
        maxOperations: 6,
        maxTransitions: 6,
        units: 4,
        sessionGapSeconds: 60,
        minTrainingCalls: 1000,
      }),
  ],
  [
    "payload statistics",
    () =>
      new PayloadStatisticsModel({ minCalls: 3, maxOperations: 4, maxCategories: 4, maxPairs: 6 }),
  ],
  [
    "payload mixture",
    () =>
      new MixturePayloadModel({
        minCalls: 3,
        maxOperations: 2,
        maxArguments: 2,
        maxCategories: 4,
        maxPairs: 6,
        firstFitCalls: 4,
        sampleCalls: 8,
        maxComponents: 2,
      }),
  ],
];

/** Those that ask for training. */
const TRAINED: ReadonlySet<string> = new Set(["lstm sequence", "payload mixture"]);

describe.each(callModels)("the contract of a call model: %s", (kind, create) => {
  it("scores without changing anything", () => {
    fc.assert(
      fc.property(fc.array(sketches, { minLength: 1, maxLength: 40 }), (list) => {
        const model = create();
        for (const item of observationsOf(list)) {
          const before = JSON.stringify(model.snapshot());
          scored(model, item);
          model.status();
          expect(JSON.stringify(model.snapshot())).toBe(before);
          model.learn(item);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("continues identically after restore(snapshot()), through JSON", () => {
    fc.assert(
      fc.property(fc.array(sketches, { minLength: 1, maxLength: 60 }), fc.nat(60), (list, cut) => {
        const model = create();
        const observations = observationsOf(list);
        for (const item of observations.slice(0, cut)) model.learn(item);
        const restored = create();
        restored.restore(throughJson(model.snapshot()));
        for (const item of observations.slice(cut)) {
          expect(scored(restored, item)).toEqual(scored(model, item));
          model.learn(item);
          restored.learn(item);
        }
        expect(restored.snapshot()).toEqual(model.snapshot());
        expect(restored.status()).toEqual(model.status());
      }),
      { numRuns: 100 },
    );
  });

  it("writes NaN before it is ready, and never Infinity or a negative surprise", () => {
    fc.assert(
      fc.property(fc.array(sketches, { maxLength: 60 }), (list) => {
        const model = create();
        for (const item of observationsOf(list)) {
          const values = scored(model, item).slice(1, 1 + model.causes.length);
          if (model.status().status === "ready") {
            for (const value of values) {
              expect(Number.isNaN(value) || Number.isFinite(value)).toBe(true);
            }
            expect(model.bits(item)).toBeGreaterThan(-Infinity);
          } else {
            expect(values).toEqual(model.causes.map(() => NaN));
            expect(model.bits(item)).toBeNaN();
          }
          model.learn(item);
        }
      }),
    );
  });

  it("takes what came of a training once, and only what it asked for last", async () => {
    const model = create();
    const calls = visits(400);
    for (const call of calls) model.learn(call);
    const job = model.dueFit();
    expect(job !== undefined).toBe(TRAINED.has(kind));
    expect(model.dueFit()).toBeUndefined();
    if (job === undefined) {
      const before = throughJson(model.snapshot());
      expect(model.adopt({ kind: "failed", message: "x" })).toEqual([]);
      expect(throughJson(model.snapshot())).toEqual(before);
      return;
    }
    const fitter = createInlineFitter();
    const result = await fitter.fit(job);
    await fitter.close();
    expect(result.kind).toBe(job.kind);
    const before = model.servedBy;
    const causes = model.adopt(result);
    expect(model.causes).toEqual(expect.arrayContaining([...causes]));
    // Only another algorithm gives the deviations another meaning.
    if (causes.length > 0) expect(model.servedBy).not.toBe(before);
    const after = throughJson(model.snapshot());
    expect(model.adopt(result)).toEqual([]);
    // Nothing is under way that could fail.
    expect(model.adopt({ kind: "failed", message: "x" })).toEqual([]);
    expect(throughJson(model.snapshot())).toEqual(after);
    const restored = create();
    restored.restore(after);
    for (const call of visits(20, 400)) {
      expect(scored(restored, call)).toEqual(scored(model, call));
      model.learn(call);
      restored.learn(call);
    }
    expect(restored.snapshot()).toEqual(model.snapshot());
  });

  it.each(["failed", "was under way at a restart"])(
    "asks again for a training that %s, but not at once",
    (ending) => {
      if (!TRAINED.has(kind)) return;
      const model = create();
      const calls = visits(400);
      for (const call of calls) model.learn(call);
      expect(model.dueFit()).toBeDefined();
      const pending = throughJson(model.snapshot());
      let next = model;
      if (ending === "failed") {
        expect(model.adopt({ kind: "failed", message: "x" })).toEqual([]);
      } else {
        next = create();
        next.restore(pending);
      }
      expect(throughJson(next.snapshot())).toEqual(pending);
      expect(next.dueFit()).toBeUndefined();
      // As many calls again are enough at the latest.
      for (const call of visits(400, 400)) next.learn(call);
      expect(next.dueFit()).toBeDefined();
    },
  );

  it("names why it is not ready", () => {
    const model = create();
    expect(model.status()).toEqual({ status: "warming_up", reason: "no_calls_yet" });
    model.learn(observation(SKETCH, 0));
    expect(model.status()).toEqual({ status: "warming_up", reason: "too_few_calls" });
    model.learn(observation(SKETCH, 1));
    model.learn(observation(SKETCH, 2));
    expect(model.status().status).toBe("ready");
  });

  it("stays small after 100,000 operations, formats, arguments and permissions", () => {
    const model = create();
    for (let i = 0; i < 100_000; i += 1) {
      const distinct = `n${i}`;
      model.learn(
        observation(
          {
            ...SKETCH,
            operation: distinct,
            previous: `n${i - 1}`,
            pauseSeconds: 1,
            format: distinct,
            argument: distinct,
            permissions: [distinct],
          },
          i,
        ),
      );
    }
    // Some numbers for each of the at most 6 pairs, 5 categories and 4 contexts of each table.
    expect(JSON.stringify(model.snapshot()).length).toBeLessThan(10_000);
  });

  it("refuses garbage with a TypeError that names the field", () => {
    const good = create();
    for (let i = 0; i < 5; i += 1) good.learn(observation({ ...SKETCH, pauseSeconds: 1 }, i));
    const snapshot = good.snapshot() as Record<string, Json>;
    for (const field of Object.keys(snapshot)) {
      for (const garbage of [null, "x", -1, [1], {}]) {
        const attempt = (): void => {
          create().restore({ ...snapshot, [field]: garbage });
        };
        expect(attempt, `${field} = ${JSON.stringify(garbage)}`).toThrow(TypeError);
        expect(attempt).toThrow(`.${field}`);
      }
    }
    for (const garbage of [null, 7, "x", [], {}]) {
      expect(() => {
        create().restore(garbage);
      }).toThrow(TypeError);
    }
  });
});
