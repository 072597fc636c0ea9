import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  failed,
  ready,
  SESSION_START,
  warmingUp,
  type Json,
  type ModelResult,
  type OperationForecast,
  type VolumeForecast,
} from "../../core/index.js";
import { OperationMixModel, type MixWindow } from "./operation-mix-model.js";

const WINDOW_SECONDS = 10;
const HORIZONS = [20, 100];
const SEASON_SECONDS = 2880;

function newModel(operations = 2): OperationMixModel {
  return new OperationMixModel({
    windowSeconds: WINDOW_SECONDS,
    horizonsSeconds: HORIZONS,
    level: 0.9,
    seasonSeconds: SEASON_SECONDS,
    operations,
  });
}

/** Calls that all begin a session. */
function windowOf(counts: Readonly<Record<string, number>>): MixWindow {
  const called = Object.entries(counts).filter(([, calls]) => calls > 0);
  return {
    operations: new Map(called.map(([name, calls]) => [name, { calls }])),
    transitions: new Map([[SESSION_START, new Map(called)]]),
    pauseSeconds: new Map(),
  };
}

function total(point: number): ModelResult<VolumeForecast> {
  return ready({
    originSeconds: 0,
    level: 0.9,
    points: HORIZONS.map((horizonSeconds) => ({
      horizonSeconds,
      point,
      lower: point / 2,
      upper: 2 * point,
      chosen: "naive",
    })),
  });
}

function valueOf(result: ModelResult<OperationForecast>): OperationForecast {
  if (result.status !== "ready") throw new Error(`${result.status}: ${result.reason}`);
  return result.value;
}

interface Step {
  readonly calls: readonly number[] | undefined;
  readonly point: number | undefined;
  readonly skip: number;
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    calls: fc.oneof(
      { weight: 9, arbitrary: fc.array(fc.nat(50), { maxLength: 5 }) },
      { weight: 1, arbitrary: fc.constant(undefined) },
    ),
    point: fc.oneof(
      { weight: 9, arbitrary: fc.double({ min: 0, max: 1e6, noNaN: true }) },
      { weight: 1, arbitrary: fc.constant(undefined) },
    ),
    skip: fc.oneof(
      { weight: 20, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.nat(400) },
    ),
  }),
  { minLength: 35, maxLength: 120, size: "max" },
);

function play(model: OperationMixModel, list: readonly Step[], from = 0): number {
  let index = from;
  for (const { calls, point, skip } of list) {
    index += 1 + skip;
    const counts = calls?.map((count, at): [string, number] => [`op-${at}`, count]);
    model.observe(
      index * WINDOW_SECONDS,
      counts === undefined ? undefined : windowOf(Object.fromEntries(counts)),
      point === undefined ? warmingUp("too_few_windows") : total(point),
    );
  }
  return index;
}

describe("OperationMixModel", () => {
  it("shares are a mix, and rates add up to the total exactly", () => {
    let said = 0;
    fc.assert(
      fc.property(steps, (list) => {
        const model = newModel();
        let index = 0;
        for (let at = 0; at < list.length; at += 1) {
          index = play(model, list.slice(at, at + 1), index);
          const forecast = model.forecast();
          if (forecast.status !== "ready") continue;
          said += 1;
          for (const { operations, weights, coverageRatio } of forecast.value.points) {
            const sum = (of: (rate: (typeof operations)[number]) => number): number =>
              operations.reduce((all, rate) => all + of(rate), 0);
            expect(sum(({ share }) => share)).toBeCloseTo(1, 9);
            const point = list[at]?.point ?? NaN;
            expect(Math.abs(sum((rate) => rate.point) - point)).toBeLessThanOrEqual(1e-12 * point);
            expect(Object.values(weights).reduce((a, b) => a + b)).toBeCloseTo(1, 9);
            for (const rate of operations) {
              expect(rate.share).toBeGreaterThanOrEqual(0);
              expect(rate.lower).toBeGreaterThanOrEqual(0);
              expect(rate.point).toBeGreaterThanOrEqual(rate.lower);
              expect(rate.upper).toBeGreaterThanOrEqual(rate.point);
            }
            if (coverageRatio !== undefined) expect(coverageRatio).toBeLessThanOrEqual(1);
          }
        }
      }),
      { numRuns: 60 },
    );
    expect(said).toBeGreaterThan(100);
  });

  it("a restored one goes on identically", () => {
    fc.assert(
      fc.property(steps, steps, (before, after) => {
        const model = newModel();
        const index = play(model, before);
        const restored = newModel();
        restored.restore(JSON.parse(JSON.stringify(model.snapshot())) as Json);
        if (model.forecast().status === "ready") {
          expect(restored.forecast()).toEqual(model.forecast());
        }
        play(model, after, index);
        play(restored, after, index);
        if (after.length > 0) expect(restored.forecast()).toEqual(model.forecast());
        expect(restored.snapshot()).toEqual(model.snapshot());
      }),
      { numRuns: 30 },
    );
  });

  it("asking changes nothing, and the same again gives the same", () => {
    fc.assert(
      fc.property(steps, (list) => {
        const [asked, unasked] = [newModel(), newModel()];
        let index = 0;
        for (let at = 0; at < list.length; at += 1) {
          play(unasked, list.slice(at, at + 1), index);
          index = play(asked, list.slice(at, at + 1), index);
          asked.forecast();
        }
        expect(asked.snapshot()).toEqual(unasked.snapshot());
      }),
      { numRuns: 20 },
    );
  });

  it("divides the total by a steady mix", () => {
    const model = newModel();
    for (let index = 1; index <= 100; index += 1) {
      model.observe(index * WINDOW_SECONDS, windowOf({ a: 60, b: 30, c: 7, d: 3 }), total(10));
    }
    const { points, originSeconds } = valueOf(model.forecast());
    expect(originSeconds).toBe(101 * WINDOW_SECONDS);
    for (const { operations, coverageRatio } of points) {
      // Of 10 calls a second 60%, 30% and, for the two without a place, 10%.
      expect(operations.map(({ operation }) => operation)).toEqual(["a", "b", "{other}"]);
      expect(operations[0]?.point).toBeCloseTo(6, 9);
      expect(operations[1]?.point).toBeCloseTo(3, 9);
      expect(operations[2]?.point).toBeCloseTo(1, 9);
      // Of an operation whose forecasts have come true, more is known than that it is a part of 20.
      expect(operations[0]?.upper).toBeLessThan(8);
      expect(coverageRatio).toBeGreaterThan(0.9);
    }
  });

  it("learns the mix by the time of the season", () => {
    const model = newModel();
    const season = SEASON_SECONDS / WINDOW_SECONDS;
    // Half of each season is all a, the other half all b; it turns at once.
    const isA = (index: number): boolean => index % season < season / 2;
    for (let index = 1; index <= 8 * season; index += 1) {
      model.observe(index * WINDOW_SECONDS, windowOf(isA(index) ? { a: 50 } : { b: 50 }), total(5));
    }
    // Until 30 s before the turn.
    for (let index = 8 * season + 1; index < 8.5 * season - 3; index += 1) {
      model.observe(index * WINDOW_SECONDS, windowOf({ a: 50 }), total(5));
    }
    const [soon, later] = valueOf(model.forecast()).points;
    const shareOfA = (point: typeof soon): number =>
      point?.operations.find(({ operation }) => operation === "a")?.share ?? NaN;
    // The target in 100 s lies beyond the turn, of which no recent mix knows; the one in 20 s does not.
    expect(shareOfA(soon)).toBeGreaterThan(0.8);
    expect(shareOfA(later)).toBeLessThan(0.4);
    expect(later?.weights["seasonal"]).toBeGreaterThan(0.5);
  });

  it("is not ready before 30 windows with calls, without a total, or after a gap", () => {
    const model = newModel();
    expect(model.forecast()).toEqual(warmingUp("no_calls_yet"));
    for (let index = 1; index < 30; index += 1) {
      model.observe(index * WINDOW_SECONDS, windowOf({ a: 1 }), total(1));
    }
    expect(model.forecast()).toEqual(warmingUp("too_few_windows"));
    model.observe(30 * WINDOW_SECONDS, windowOf({ a: 1 }), failed("fit_failed"));
    expect(model.forecast()).toEqual(failed("fit_failed"));
    model.observe(31 * WINDOW_SECONDS, windowOf({ a: 1 }), total(1));
    expect(model.forecast().status).toBe("ready");
    model.observe(32 * WINDOW_SECONDS, undefined, total(1));
    expect(model.forecast()).toEqual(failed("stale_input"));
  });

  it("an operation that takes over a place begins anew, and the parts still add up", () => {
    const model = newModel(1);
    for (let index = 1; index <= 200; index += 1) {
      model.observe(index * WINDOW_SECONDS, windowOf({ old: 10 }), total(1));
    }
    for (let index = 201; index <= 2000; index += 1) {
      model.observe(index * WINDOW_SECONDS, windowOf({ old: 1, fresh: 9 }), total(1));
    }
    const operations = valueOf(model.forecast()).points[0]?.operations ?? [];
    expect(operations.map(({ operation }) => operation)).toEqual(["fresh", "{other}"]);
    expect(operations[0]?.point).toBeCloseTo(0.9, 1);
    expect((operations[0]?.point ?? NaN) + (operations[1]?.point ?? NaN)).toBeCloseTo(1, 12);
  });

  it("takes the mix that the sequence models expect when it proves right", () => {
    const model = newModel();
    let ahead = 0;
    const isA = (index: number): boolean => Math.floor(index / 10) % 2 === 0;
    const outlook = {
      // The middle of the target, and so which of the two comes.
      expectedMix: (seconds: number): ReadonlyMap<string, number> =>
        new Map([[isA(ahead + Math.round(seconds / WINDOW_SECONDS)) ? "a" : "b", 1]]),
    };
    for (ahead = 1; ahead <= 600; ahead += 1) {
      model.observe(
        ahead * WINDOW_SECONDS,
        windowOf(isA(ahead) ? { a: 20 } : { b: 20 }),
        total(2),
        outlook,
      );
    }
    expect(valueOf(model.forecast()).points[0]?.weights["network"]).toBeGreaterThan(0.7);
  });

  it("stays bounded whatever the operations are called", () => {
    const model = newModel();
    for (let index = 1; index <= 500; index += 1) {
      model.observe(
        index * WINDOW_SECONDS,
        windowOf({ [`op-${index}`]: 3, __proto__: 1 }),
        total(1),
      );
    }
    const small = JSON.stringify(newModel().snapshot()).length;
    expect(JSON.stringify(model.snapshot()).length).toBeLessThan(1.5 * small + 3000);
    expect(model.uncountedCalls).toBeGreaterThan(0);
  });

  it("refuses what is not its own", () => {
    const snapshot = newModel(3).snapshot();
    expect(() => {
      newModel(2).restore(snapshot);
    }).toThrow("mix.operations");
    expect(() => {
      newModel().restore({ format: "else" });
    }).toThrow("mix.format");
  });
});
