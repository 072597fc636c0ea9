import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom, type ForecastPoint, type Random } from "../../core/index.js";
import { SelectingVolumeModel, type SelectingVolumeOptions } from "./selecting-volume-model.js";

const OPTIONS: SelectingVolumeOptions = {
  windowSeconds: 10,
  horizonsSeconds: [60, 300],
  level: 0.9,
  seasonSeconds: 3600,
  refitWindows: 30,
};

function model(change: Partial<SelectingVolumeOptions> = {}): SelectingVolumeModel {
  return new SelectingVolumeModel({ ...OPTIONS, ...change });
}

function feed(
  volume: SelectingVolumeModel,
  windows: number,
  rate: (index: number) => number | undefined,
  from = 0,
): void {
  for (let i = from; i < from + windows; i += 1) volume.observe(i * 10, rate(i));
}

function pointsOf(volume: SelectingVolumeModel): readonly ForecastPoint[] {
  const forecast = volume.forecast();
  if (forecast.status !== "ready") throw new Error(JSON.stringify(forecast));
  return forecast.value.points;
}

/** A count of calls in 10 s at 30 calls a second, as a rate; normal is near enough to Poisson here. */
function noisyRate(random: Random): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.max(0, Math.round(300 + Math.sqrt(300) * normal)) / 10;
}

describe("SelectingVolumeModel", () => {
  it("says a constant load with an interval of nothing", () => {
    const volume = model();
    feed(volume, 100, () => 5);
    for (const { point, lower, upper, chosen } of pointsOf(volume)) {
      expect([point, chosen]).toEqual([5, "naive"]);
      // At least 1% of the load times a factor of 2.1 that shrinks, widened while errors are few.
      expect(5 - lower).toBeLessThan(0.3);
      expect(upper - 5).toBeLessThan(0.3);
    }
    expect(volume.quality()[0]).toMatchObject({ coverageRatio: 1, errorRatio: { naive: 1 } });
  });

  it("covers its nominal level on noise, and beats naive there by averaging", () => {
    const volume = model();
    const random = seededRandom(1);
    feed(volume, 6000, () => noisyRate(random));
    for (const { scored, coverageRatio, errorRatio } of volume.quality()) {
      expect(scored).toBeGreaterThan(5900);
      expect(Math.abs(coverageRatio - 0.9)).toBeLessThan(0.03);
      // Naive averages 6 windows, the five-minute mean 30: error variances 1/6 + 1/6 and 1/6 + 1/30,
      // whose ratio has the root 0.77.
      expect(errorRatio.naive).toBeGreaterThan(0.7);
      expect(errorRatio.naive).toBeLessThan(0.85);
    }
    // Intervals of about 1.645 standard deviations on each side: sqrt(300 * (1/6 + 1/30)) / 10 = 0.77.
    const [first] = pointsOf(volume);
    expect((first?.upper ?? NaN) - (first?.lower ?? NaN)).toBeGreaterThan(1.6);
    expect((first?.upper ?? NaN) - (first?.lower ?? NaN)).toBeLessThan(4.5);
  });

  it("lets the season speak once there is one", () => {
    const volume = model();
    // A square wave of an hour's period: up in the second half of each hour.
    const rate = (i: number): number => (i % 360 < 180 ? 10 : 40);
    feed(volume, 4 * 360 + 170, rate);
    // 100 s before the rise the forecast 300 s ahead knows of it.
    const ahead = pointsOf(volume)[1];
    expect(ahead?.chosen).toBe("seasonal_naive");
    expect(ahead?.point).toBeGreaterThan(35);
  });

  it("neither learns from gaps nor scores them, and says so when the last minute is one", () => {
    const volume = model();
    feed(volume, 200, () => 5);
    const scored = volume.quality()[0]?.scored ?? NaN;
    feed(volume, 2, () => undefined, 200);
    // 4 of the 6 windows of the last minute are known.
    expect(pointsOf(volume)[0]?.point).toBe(5);
    feed(volume, 4, () => undefined, 202);
    expect(volume.forecast()).toEqual({ status: "failed", reason: "stale_input" });
    expect(volume.dueFit()).toBeDefined(); // Asked for the first time; 206 windows are enough.
    feed(volume, 100, () => undefined, 206);
    expect(volume.quality()[0]?.scored).toBe(scored);
    expect(volume.dueFit()).toBeUndefined();
    feed(volume, 6, () => 5, 306);
    expect(pointsOf(volume)[0]?.point).toBe(5);
  });

  it("treats windows that were left out as gaps", () => {
    const [spoken, silent] = [model(), model()];
    feed(spoken, 100, () => 5);
    feed(silent, 100, () => 5);
    feed(spoken, 50, () => undefined, 100);
    spoken.observe(1500, 7);
    silent.observe(1500, 7);
    feed(spoken, 10, () => 7, 151);
    feed(silent, 10, () => 7, 151);
    expect(silent.forecast()).toEqual(spoken.forecast());
    expect(silent.quality()).toEqual(spoken.quality());
  });

  it("ignores windows that come again, and counts them", () => {
    const volume = model();
    feed(volume, 100, () => 5);
    const before = volume.forecast();
    volume.observe(500, 1000);
    expect(volume.forecast()).toEqual(before);
    expect(volume.ignoredWindows).toBe(1);
  });

  it("asks for a fit once there are 60 windows, then every 30, each once", () => {
    const volume = model();
    const due: number[] = [];
    for (let i = 1; i <= 150; i += 1) {
      volume.observe(i * 10, 5);
      if (volume.dueFit() !== undefined) due.push(i);
      expect(volume.dueFit()).toBeUndefined();
    }
    expect(due).toEqual([60, 90, 120, 150]);
  });

  it("asks for the season when there are two, with a path that lasts until the next of its kind", () => {
    const volume = model();
    feed(volume, 719, () => 5);
    expect(volume.dueFit()).toMatchObject({ kind: "volume", seasonSteps: undefined });
    // Due when a twelfth of what is fitted is new: 785 / 12, rounded up.
    feed(volume, 66, () => 5, 719);
    const job = volume.dueFit();
    // An hour in about 144 steps: of 360 windows, steps of round(360 / 144) = 3 (2.5 is rounded up).
    expect(job).toMatchObject({ kind: "volume", seasonSteps: 120 });
    // Two seasons; (13 + 1) * 66 windows and a horizon of 30 in steps of 3: 318 and one.
    expect(job?.kind === "volume" && [job.series.length, job.horizonSteps]).toEqual([240, 319]);
  });

  it("follows an adopted path from where its fit began, whatever came meanwhile", () => {
    const volume = model();
    // A ramp: naive and means lag behind, the true line does not.
    const rate = (i: number): number => 10 + 0.1 * i;
    feed(volume, 100, rate);
    const job = volume.dueFit();
    if (job?.kind !== "volume") throw new Error("no job");
    feed(volume, 3, rate, 100);
    // Asked for at window 99, one window a step (100 windows are too few for coarser ones).
    const ets = Float64Array.from({ length: job.horizonSteps }, (_, k) => rate(100 + k));
    volume.adopt({ kind: "volume", originIndex: job.originIndex, paths: { ets } });
    feed(volume, 50, rate, 103);
    const [first] = pointsOf(volume);
    expect(first?.chosen).toBe("ets");
    const errors = volume.candidateErrors().filter((error) => error.horizonSeconds === 60);
    const ratios = new Map(errors.map((error) => [error.candidate, error.ratioToNaive]));
    // Naive is 6 windows behind, the five-minute mean 6 + 14.5 - 2.5 = 18: three times as far off,
    // and a little less at the start, when it knew fewer windows.
    expect(ratios.get("naive")).toBe(1);
    expect(ratios.get("recent_mean")).toBeCloseTo(3, 0);
    expect(ratios.get("ets")).toBeLessThan(0.01);
    expect(ratios.get("mstl")).toBeUndefined();
    // Origin is window 152; the target are the six windows 153..158.
    expect(first?.point).toBeCloseTo(rate(155.5), 4);
  });

  it("takes no notice of failed fits and of fits that it did not ask for", () => {
    const [asked, unasked] = [model(), model()];
    for (const volume of [asked, unasked]) feed(volume, 100, () => 5);
    const before = JSON.stringify(unasked.snapshot());
    const ets = new Float64Array(90).fill(1);
    unasked.adopt({ kind: "volume", originIndex: 99, paths: { ets } });
    expect(JSON.stringify(unasked.snapshot())).toBe(before);
    asked.dueFit();
    asked.adopt({ kind: "failed", message: "no model found" });
    expect(asked.forecast()).toEqual(unasked.forecast());
  });

  // Regression: a fit that came back after the next was asked for was adopted with the origin and the step
  // of that one, and the one that was asked for was then ignored.
  it("adopts the fit that was asked for last, not one that comes back late", () => {
    const rate = (i: number): number => 10 + 0.1 * i;
    const pathOf = (origin: number, steps: number): Float64Array =>
      Float64Array.from({ length: steps }, (_, k) => rate(origin + 1 + k));
    const [volume, punctual] = [model(), model()];
    const jobs: { originIndex: number; horizonSteps: number }[] = [];
    for (let i = 0; i < 100; i += 1) {
      for (const one of [volume, punctual]) one.observe(i * 10, rate(i));
      punctual.dueFit();
      const job = volume.dueFit();
      if (job?.kind === "volume") jobs.push(job);
    }
    expect(jobs.map(({ originIndex }) => originIndex)).toEqual([59, 89]);
    const [late, asked] = jobs.map(({ originIndex, horizonSteps }) => ({
      kind: "volume" as const,
      originIndex,
      paths: { ets: pathOf(originIndex, horizonSteps) },
    }));
    if (late === undefined || asked === undefined) throw new Error("no jobs");
    const before = JSON.stringify(volume.snapshot());
    volume.adopt(late);
    volume.adopt({ kind: "failed", message: "the one before was given up" });
    expect(JSON.stringify(volume.snapshot())).toBe(before);
    volume.adopt(asked);
    punctual.adopt(asked);
    expect(volume.snapshot()).toEqual(punctual.snapshot());
    feed(volume, 50, rate, 100);
    // Origin is window 149; the target are the windows 150..155.
    expect(pointsOf(volume)[0]?.point).toBeCloseTo(rate(152.5), 4);
  });

  it("never looks ahead: another future changes nothing that was said before", () => {
    const rates = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), {
      minLength: 50,
      maxLength: 80,
    });
    fc.assert(
      fc.property(rates, rates, (past, future) => {
        const said = (tail: readonly number[]): string[] => {
          const volume = model();
          return [...past, ...tail].map((rate, i) => {
            volume.observe(i * 10, rate);
            return JSON.stringify(volume.forecast());
          });
        };
        const [one, other] = [said(future), said([...future].reverse())];
        expect(one.slice(0, past.length)).toEqual(other.slice(0, past.length));
      }),
      { numRuns: 20 },
    );
  });

  it("refuses horizons and seasons that are not whole windows", () => {
    expect(() => model({ horizonsSeconds: [15] })).toThrow(RangeError);
    expect(() => model({ seasonSeconds: 3601 })).toThrow(RangeError);
    expect(() => model({ windowSeconds: 0 })).toThrow(RangeError);
    expect(() => model({ level: 1 })).toThrow(RangeError);
  });
});
