import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import {
  SESSION_START,
  type ArgumentType,
  type CallModel,
  type FitJob,
  type FitResult,
  type Json,
  type Observation,
} from "../core/index.js";
import { createInlineFitter } from "../runtime/fitting-worker.js";
import {
  callModels,
  ENOUGH_VISITS,
  observation,
  observationsOf,
  SKETCH,
  throughJson,
  TRAINED,
  visits,
  type Sketch,
} from "./call-models.fixture.js";

/** Some that visits have too. */
const name = fc.constantFrom(
  ...["GET /a", "GET /b", "POST /c", "{other}", "__proto__", "", "look", "in front"],
);
const sketches: fc.Arbitrary<Sketch> = fc.record({
  operation: name,
  // More than are followed at once.
  session: fc.option(fc.constantFrom("s", "t", "u", "v", "w"), { nil: undefined }),
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

/** What comes of a training, done at once. */
async function resultOf(job: FitJob): Promise<FitResult> {
  const fitter = createInlineFitter();
  const result = await fitter.fit(job);
  await fitter.close();
  return result;
}

function scored(model: CallModel, item: Observation): number[] {
  const deviations = new Float64Array(model.causes.length + 2).fill(-7);
  model.score(item, deviations, 1);
  // Nothing is written outside its place.
  expect([deviations[0], deviations.at(-1)]).toEqual([-7, -7]);
  return [...deviations, model.bits(item)];
}

/** New, and for those that are trained, as they are after a training. */
const beginnings = callModels.flatMap(([kind, create]) =>
  [false, ...(TRAINED.has(kind) ? [true] : [])].map((isTrained) => ({
    title: isTrained ? `${kind}, trained` : kind,
    create,
    servedBy: isTrained ? TRAINED.get(kind) : undefined,
  })),
);

describe.each(beginnings)("the contract of a call model: $title", ({ create, servedBy }) => {
  let trained: Json | undefined;

  beforeAll(async () => {
    if (servedBy === undefined) return;
    const model = create();
    for (const call of visits(ENOUGH_VISITS)) model.learn(call);
    const job = model.dueFit();
    if (job === undefined) throw new Error("no training is due");
    model.adopt(await resultOf(job));
    expect(model.servedBy).toBe(servedBy);
    trained = throughJson(model.snapshot());
  });

  function begun(): CallModel {
    const model = create();
    if (trained !== undefined) model.restore(trained);
    return model;
  }

  it("scores without changing anything", () => {
    fc.assert(
      fc.property(fc.array(sketches, { minLength: 1, maxLength: 40 }), (list) => {
        const model = begun();
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
        const model = begun();
        const observations = observationsOf(list);
        for (const item of observations.slice(0, cut)) model.learn(item);
        const restored = begun();
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
        const model = begun();
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
});

describe.each(callModels)("the contract of a call model: %s", (kind, create) => {
  it("takes what came of a training once, and only what it asked for last", async () => {
    const model = create();
    const calls = visits(ENOUGH_VISITS);
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
    const result = await resultOf(job);
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
    for (const call of visits(20, ENOUGH_VISITS)) {
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
      const calls = visits(ENOUGH_VISITS);
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
      for (const call of visits(ENOUGH_VISITS, ENOUGH_VISITS)) next.learn(call);
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
            session: distinct,
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
    // Some numbers for each of the at most 6 pairs, 5 categories and 4 contexts of each table; and for
    // training the 1,000 last steps, in sequences of two.
    const most = kind === "lstm sequence" ? 30_000 : 10_000;
    expect(JSON.stringify(model.snapshot()).length).toBeLessThan(most);
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
