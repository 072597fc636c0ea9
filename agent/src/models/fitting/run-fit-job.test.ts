import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { seededRandom, type FitJob, type FitResult, type Random } from "../../core/index.js";
import { Augurs } from "./augurs.js";
import { loadAndRunFitJob, runFitJob } from "./run-fit-job.js";

const { resolve } = createRequire(import.meta.url);
const wasm = (name: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(resolve(`@bsull/augurs/${name}`).replace(/\.js$/, "_bg.wasm")));
const augurs = new Augurs({
  ets: wasm("ets"),
  mstl: wasm("mstl"),
  prophet: wasm("prophet"),
});

function run(job: FitJob): FitResult {
  return runFitJob(job, augurs).result;
}

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function volume(series: Float64Array, seasonSteps?: number): FitJob {
  return { kind: "volume", originIndex: 99, series, horizonSteps: 24, seasonSteps };
}

function pathOf(result: FitResult, name: string): Float64Array {
  const path = result.kind === "volume" ? result.paths[name] : undefined;
  if (path === undefined) throw new Error(`no path ${name}: ${JSON.stringify(result)}`);
  return path;
}

describe("runFitJob, volume", () => {
  it("carries a season on with mstl", () => {
    const random = seededRandom(1);
    const level = (i: number): number => 50 + 20 * Math.sin((2 * Math.PI * i) / 24);
    const series = Float64Array.from({ length: 24 * 7 }, (_, i) => level(i) + normal(random));
    const path = pathOf(run(volume(series, 24)), "mstl");
    // The noise has standard deviation 1; being within 3 of the curve everywhere is no luck.
    path.forEach((value, i) => {
      expect(Math.abs(value - level(24 * 7 + i))).toBeLessThan(3);
    });
  });

  it("knows a season and a holiday with prophet", async () => {
    const random = seededRandom(2);
    const HOUR = 3600;
    const level = (i: number): number => 50 + 20 * Math.sin((2 * Math.PI * i) / 24);
    // Two afternoons of double load, and a third one ahead.
    const isOn = (i: number): boolean => [60, 110, 175].some((from) => i >= from && i < from + 5);
    const series = Float64Array.from(
      { length: 24 * 7 },
      (_, i) => level(i) + (isOn(i) ? 60 : 0) + normal(random),
    );
    const endSeconds = 24 * 7 * HOUR;
    const job: FitJob = {
      kind: "volume",
      originIndex: 99,
      series,
      horizonSteps: 24,
      seasonSteps: 24,
      prophet: {
        endSeconds,
        stepSeconds: HOUR,
        occurrences: [60, 110, 175].map((from) => ({
          name: "sale",
          startSeconds: from * HOUR,
          endSeconds: (from + 5) * HOUR,
        })),
      },
    };
    const { result } = await loadAndRunFitJob(job, augurs);
    const path = pathOf(result, "prophet");
    // 19 ordinary hours and 5 of the event; MSTL knows nothing of it.
    path.forEach((value, i) => {
      const time = 24 * 7 + i;
      expect(Math.abs(value - level(time) - (isOn(time) ? 60 : 0)), `hour ${i}`).toBeLessThan(8);
    });
    expect(pathOf(result, "mstl")[9]).toBeLessThan(70);
  });

  it("keeps to a constant with ets", () => {
    const path = pathOf(run(volume(new Float64Array(60).fill(7))), "ets");
    for (const value of path) expect(value).toBeCloseTo(7, 6);
  });

  it("lets no trend fall below 0 or rise above twice what was seen", () => {
    const steep = Float64Array.from({ length: 60 }, (_, i) => 1.2 ** i);
    const falling = Float64Array.from({ length: 60 }, (_, i) => 60 - i);
    expect(Math.max(...pathOf(run(volume(steep)), "ets"))).toBeLessThanOrEqual(2 * 1.2 ** 59);
    expect(Math.min(...pathOf(run(volume(falling)), "ets"))).toBeGreaterThanOrEqual(0);
  });

  it.each([
    ["too short", volume(Float64Array.of(1, 2, 3)), "fewer than 12 values"],
    ["NaN", volume(new Float64Array(60).fill(NaN)), "values that are not finite"],
    ["infinite", volume(new Float64Array(60).fill(Infinity)), "values that are not finite"],
    ["one season only", volume(new Float64Array(60), 48), "less than two seasons"],
  ])("answers failed, with the reason: %s", (_name, job, message) => {
    expect(run(job)).toEqual({ kind: "failed", message: `volume: ${message}` });
    // And is as good as before.
    expect(pathOf(run(volume(new Float64Array(60).fill(7))), "ets")).toHaveLength(24);
  });
});
