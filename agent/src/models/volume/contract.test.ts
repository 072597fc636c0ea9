import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom, type FitResult, type Json, type VolumeModel } from "../../core/index.js";
import { DirectVolumeModel } from "./direct-volume-model.js";
import { calendarOf } from "./fixture.js";
import { SelectingVolumeModel } from "./selecting-volume-model.js";

function throughJson(snapshot: Json): Json {
  return JSON.parse(JSON.stringify(snapshot)) as Json;
}

const WINDOW_SECONDS = 10;

/** By name; how many windows must be known before it is ready; how to make one. */
const volumeModels: [string, number, () => VolumeModel][] = [
  [
    "direct",
    // 60 targets of the far horizon, 10 windows after the first origin.
    70,
    () =>
      new DirectVolumeModel({
        windowSeconds: WINDOW_SECONDS,
        windowsPerStep: 2,
        horizonsSeconds: [20, 100],
        level: 0.9,
        seasonSeconds: 300,
        events: calendarOf({ batch: (seconds) => Math.floor(seconds / 400) % 2 === 1 }),
      }),
  ],
  [
    "selecting",
    30,
    () =>
      new SelectingVolumeModel({
        windowSeconds: WINDOW_SECONDS,
        horizonsSeconds: [20, 100],
        level: 0.9,
        seasonSeconds: 300,
        refitWindows: 20,
        events: calendarOf({ batch: (seconds) => Math.floor(seconds / 400) % 2 === 1 }),
      }),
  ],
];

describe.each(volumeModels)("the contract of a volume model: %s", (_name, readyAt, create) => {
  /** Rates with gaps; `skip` leaves windows out without saying so. */
  const steps = fc.array(
    fc.record({
      rate: fc.oneof(
        { weight: 9, arbitrary: fc.double({ min: 0, max: 1e6, noNaN: true }) },
        { weight: 1, arbitrary: fc.constant(undefined) },
      ),
      skip: fc.oneof(
        { weight: 30, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.nat(900) },
      ),
    }),
    { maxLength: 150 },
  );
  type Step = { readonly rate: number | undefined; readonly skip: number };

  /** Observes one window and adopts, one window late, whatever fit was due. */
  function play(model: VolumeModel, list: readonly Step[], index: number): number {
    for (const { rate, skip } of list) {
      index += 1 + skip;
      const due = model.dueFit();
      model.observe(index * WINDOW_SECONDS, rate);
      if (due?.kind !== "volume") continue;
      const path = new Float64Array(due.horizonSteps).fill(due.series.at(-1) ?? NaN);
      const { originIndex } = due;
      const result: FitResult = { kind: "volume", originIndex, paths: { ets: path, mstl: path } };
      model.adopt(result);
    }
    return index;
  }

  it("forecasts without changing anything, with lower <= point <= upper and nothing below 0", () => {
    fc.assert(
      fc.property(steps, (list) => {
        const model = create();
        let index = 0;
        for (const step of list) {
          index = play(model, [step], index);
          const before = JSON.stringify(model.snapshot());
          const forecast = model.forecast();
          model.quality();
          expect(JSON.stringify(model.snapshot())).toBe(before);
          if (forecast.status !== "ready") continue;
          expect(forecast.value.originSeconds).toBe((index + 1) * WINDOW_SECONDS);
          for (const { lower, point, upper } of forecast.value.points) {
            expect(lower).toBeGreaterThanOrEqual(0);
            expect(point).toBeGreaterThanOrEqual(lower);
            expect(upper).toBeGreaterThanOrEqual(point);
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  it("continues identically after restore(snapshot()), through JSON", () => {
    fc.assert(
      fc.property(steps, fc.nat(150), (list, cut) => {
        const model = create();
        const index = play(model, list.slice(0, cut), 170_000_000);
        const restored = create();
        restored.restore(throughJson(model.snapshot()));
        expect(restored.forecast()).toEqual(model.forecast());
        play(model, list.slice(cut), index);
        play(restored, list.slice(cut), index);
        expect(restored.forecast()).toEqual(model.forecast());
        expect(restored.quality()).toEqual(model.quality());
        expect(restored.snapshot()).toEqual(model.snapshot());
      }),
      { numRuns: 100 },
    );
  });

  it("is warming up, with the reason, until it has an interval for every horizon", () => {
    const model = create();
    expect(model.forecast()).toEqual({ status: "warming_up", reason: "no_calls_yet" });
    model.observe(0, undefined);
    expect(model.forecast()).toEqual({ status: "warming_up", reason: "no_calls_yet" });
    for (let index = 1; index < readyAt; index += 1) {
      model.observe(index * WINDOW_SECONDS, 5);
      expect(model.forecast()).toEqual({ status: "warming_up", reason: "too_few_windows" });
    }
    // For `selecting` the forecast made at index 1 for 10 windows on was scored long ago.
    model.observe(readyAt * WINDOW_SECONDS, 5);
    expect(model.forecast().status).toBe("ready");
  });

  it("says the same of the same windows, whenever it runs", () => {
    fc.assert(
      fc.property(steps, (list) => {
        const [one, other] = [create(), create()];
        play(one, list, 170_000_000);
        play(other, list, 170_000_000);
        expect(other.snapshot()).toEqual(one.snapshot());
      }),
      { numRuns: 20 },
    );
  });

  it("says that a constant goes on, and of zeros zero", () => {
    for (const rate of [0, 7]) {
      const model = create();
      play(
        model,
        Array.from({ length: 200 }, () => ({ rate, skip: 0 })),
        0,
      );
      const forecast = model.forecast();
      if (forecast.status !== "ready") throw new Error(forecast.reason);
      for (const { point } of forecast.value.points) expect(point).toBeCloseTo(rate, 6);
    }
  });

  /** A season of 30 windows with noise, around 50. */
  function seasonal(windows: number, seed: number): number[] {
    const random = seededRandom(seed);
    return Array.from(
      { length: windows },
      (_, i) => 50 + 20 * Math.sin((2 * Math.PI * i) / 30) + 4 * (random() - 0.5),
    );
  }

  const pointsOf = (model: VolumeModel): number[] => {
    const forecast = model.forecast();
    return forecast.status === "ready" ? forecast.value.points.map(({ point }) => point) : [];
  };

  it("takes windows that are left out for the gaps that they are", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 700 }), fc.nat(1000), (gap, seed) => {
        const rates = seasonal(400, seed);
        const [told, leftOut] = [create(), create()];
        rates.forEach((rate, i) => {
          const index = i < 300 ? i : i + gap;
          for (let k = 300; i === 300 && k < index; k += 1) {
            told.observe(k * WINDOW_SECONDS, undefined);
          }
          for (const model of [told, leftOut]) model.observe(index * WINDOW_SECONDS, rate);
          const expected = pointsOf(told);
          const points = pointsOf(leftOut);
          expect(points.length).toBe(expected.length);
          // Whoever is told goes on forecasting from a minute half of which is known, and learns of it.
          points.forEach((point, horizon) => {
            expect(Math.abs(point - (expected[horizon] ?? NaN))).toBeLessThan(1);
          });
        });
      }),
      { numRuns: 5 },
    );
  });

  /** Root mean squared error of what is said of the near horizon from window `from` on. */
  function errorSince(from: number, rates: readonly number[], gapEnd: number): number {
    const model = create();
    const said = new Map<number, number>();
    rates.forEach((rate, i) => {
      const isOut = i >= 500 && i < gapEnd;
      model.observe(i * WINDOW_SECONDS, isOut ? undefined : rate);
      // A while after it began, nothing is said.
      if (isOut && i > 510) expect(model.forecast().status).not.toBe("ready");
      const [near] = pointsOf(model);
      if (near !== undefined && i >= from) said.set(i + 2, near);
    });
    let squares = 0;
    let scored = 0;
    for (const [target, point] of said) {
      const truth = ((rates[target - 1] ?? NaN) + (rates[target] ?? NaN)) / 2;
      if (Number.isNaN(truth)) continue;
      squares += (point - truth) ** 2;
      scored += 1;
    }
    return Math.sqrt(squares / scored);
  }

  it("forecasts after an outage as if there had been none", () => {
    fc.assert(
      fc.property(fc.integer({ min: 30, max: 150 }), fc.nat(1000), (gap, seed) => {
        const end = 500 + gap;
        // From a minute after its end, for two seasons. Measured over 50 runs: 1.14 at most; 5 and more where
        // a model takes it for a load of zero. Longer than its history it may be unsure.
        const rates = seasonal(end + 66, seed);
        expect(errorSince(end + 6, rates, end) / errorSince(end + 6, rates, 500)).toBeLessThan(1.5);
      }),
      { numRuns: 5 },
    );
  });

  it("keeps the size of its snapshot however long it runs", () => {
    const model = create();
    let index = play(model, [{ rate: 1, skip: 0 }], 0);
    const run = (windows: number): number => {
      index = play(
        model,
        Array.from({ length: windows }, () => ({ rate: 3, skip: 0 })),
        index,
      );
      return JSON.stringify(model.snapshot()).length;
    };
    const afterFewSeasons = run(1000);
    expect(Math.abs(run(20_000) - afterFewSeasons)).toBeLessThan(0.1 * afterFewSeasons);
  });

  it("refuses rates that are not numbers of calls: a gap is undefined", () => {
    for (const rate of [NaN, Infinity, -1]) {
      expect(() => {
        create().observe(0, rate);
      }).toThrow(TypeError);
    }
  });

  it("refuses garbage with a TypeError that names the field", () => {
    const good = create();
    play(
      good,
      Array.from({ length: 90 }, (_, i) => ({ rate: i, skip: 0 })),
      0,
    );
    const snapshot = good.snapshot() as Record<string, Json>;
    for (const field of Object.keys(snapshot)) {
      for (const garbage of ["x", -1, [1], {}]) {
        const attempt = (): void => {
          create().restore({ ...snapshot, [field]: garbage });
        };
        expect(attempt, `${field} = ${JSON.stringify(garbage)}`).toThrow(TypeError);
        expect(attempt).toThrow(`.${field}`);
      }
    }
  });
});
