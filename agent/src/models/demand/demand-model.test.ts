import { describe, expect, it } from "vitest";
import { seededRandom, type Json, type Random } from "../../core/index.js";
import { DemandModel } from "./demand-model.js";
import { NODE_SHARES, NODES } from "./residual-nodes.js";

const STEP_SECONDS = 60;
const OPTIONS = { stepSeconds: STEP_SECONDS, horizons: 4, seasonSeconds: 3600 };

/** A count of about this mean: sums of uniforms, spread as counts are. */
function countOf(mean: number, random: Random): number {
  let sum = -6;
  for (let i = 0; i < 12; i += 1) sum += random();
  return Math.max(0, Math.round(mean + Math.sqrt(mean) * sum));
}

/** Calls of step `t`: a season of an hour, and noise. */
function loadAt(t: number, random: Random): number {
  return countOf(60 + 30 * Math.sin((2 * Math.PI * t) / 60), random);
}

function observe(model: DemandModel, t: number, calls: number | undefined): void {
  model.observe(t * STEP_SECONDS, calls === undefined ? undefined : calls / STEP_SECONDS);
}

function ratesOf(model: DemandModel): number[] {
  const forecast = model.forecast();
  return forecast.status === "ready" ? [...forecast.value.rates] : [];
}

describe("the demand model", () => {
  it("says when it does not know, and why", () => {
    const model = new DemandModel(OPTIONS);
    expect(model.forecast()).toEqual({ status: "warming_up", reason: "no_calls_yet" });
    for (let t = 0; t < 29; t += 1) observe(model, t, 5);
    expect(model.forecast()).toEqual({ status: "warming_up", reason: "too_few_windows" });
    observe(model, 29, 5);
    expect(model.forecast().status).toBe("ready");
    observe(model, 30, undefined);
    expect(model.forecast()).toEqual({ status: "failed", reason: "stale_input" });
    observe(model, 40, 5);
    expect(model.forecast()).toMatchObject({
      status: "ready",
      value: { originSeconds: 41 * STEP_SECONDS, horizons: 4 },
    });
  });

  it("covers what comes as often as it says, at every horizon and high up", () => {
    const model = new DemandModel(OPTIONS);
    const random = seededRandom(11);
    const waiting: { target: number; horizon: number; cuts: Float64Array }[] = [];
    // The share of targets below the node that begins at .9 and at .98 must be about .9 and .98.
    const cumulative = [0];
    NODE_SHARES.forEach((share, node) => cumulative.push((cumulative[node] ?? 0) + share));
    const nodeFrom = (level: number): number =>
      cumulative.findIndex((value) => Math.abs(value - level) < 1e-9);
    const watched = [0.5, 0.9, 0.98].map((level) => ({ level, node: nodeFrom(level) }));
    const below = watched.map(() => new Float64Array(OPTIONS.horizons));
    let scored = 0;
    for (let t = 0; t < 6000; t += 1) {
      const calls = loadAt(t, random);
      for (const { target, horizon, cuts } of waiting) {
        if (target !== t || t < 2000) continue;
        watched.forEach((_, at) => {
          const counts = below[at];
          // Half of a tie is below.
          const cut = (cuts[at] ?? 0) * STEP_SECONDS;
          if (counts !== undefined && calls <= cut) counts[horizon] = (counts[horizon] ?? 0) + 1;
        });
        if (horizon === 0) scored += 1;
      }
      while ((waiting[0]?.target ?? Infinity) <= t) waiting.shift();
      observe(model, t, calls);
      const forecast = model.forecast();
      if (forecast.status !== "ready") continue;
      for (let horizon = 0; horizon < OPTIONS.horizons; horizon += 1) {
        const cuts = Float64Array.from(
          watched,
          ({ node }) => forecast.value.rates[horizon * NODES + node] ?? NaN,
        );
        waiting.push({ target: t + horizon + 1, horizon, cuts });
      }
      waiting.sort((a, b) => a.target - b.target);
    }
    watched.forEach(({ level }, at) => {
      for (const count of below[at] ?? []) {
        // The node that begins at a level lies above its quantile: by at most its own share.
        expect(count / scored).toBeGreaterThan(level - 0.03);
        expect(count / scored).toBeLessThan(Math.min(1, level + 0.07));
      }
    });
  });

  it("learns what comes every four minutes, however far above the mean it is", () => {
    const model = new DemandModel(OPTIONS);
    for (let t = 0; t < 900; t += 1) observe(model, t, t % 4 === 0 ? 800 + (t % 3) : 0);
    // The last step was 899: the next, 900, is one of those. More than four times the mean, which is 200.
    const medians = [0, 1, 2, 3].map((horizon) => {
      return (ratesOf(model)[horizon * NODES + Math.floor(NODES / 3)] ?? NaN) * STEP_SECONDS;
    });
    expect(medians[0]).toBeGreaterThan(750);
    expect(medians[0]).toBeLessThan(850);
    for (const median of medians.slice(1)) expect(median).toBeLessThan(50);
  });

  it("has ascending nodes, none negative, whatever comes", () => {
    const model = new DemandModel(OPTIONS);
    const random = seededRandom(12);
    for (let t = 0; t < 1500; t += 1) {
      const chance = random();
      observe(
        model,
        t,
        chance < 0.05 ? undefined : chance < 0.1 ? 1e6 : chance < 0.5 ? 0 : countOf(3, random),
      );
      const rates = ratesOf(model);
      const isSound = rates.every(
        (rate, at) =>
          Number.isFinite(rate) &&
          rate >= 0 &&
          (at % NODES === 0 || rate >= (rates[at - 1] ?? Infinity)),
      );
      expect(isSound).toBe(true);
    }
  });

  it("goes on identically after a restart", () => {
    const model = new DemandModel(OPTIONS);
    const random = seededRandom(13);
    for (let t = 0; t < 2500; t += 1)
      observe(model, t, t % 97 === 0 ? undefined : loadAt(t, random));
    const snapshot = JSON.parse(JSON.stringify(model.snapshot())) as Json;
    const restored = new DemandModel(OPTIONS);
    restored.restore(snapshot);
    expect(ratesOf(restored)).toEqual(ratesOf(model));
    for (let t = 2500; t < 3300; t += 1) {
      const calls = loadAt(t, random);
      observe(model, t, calls);
      observe(restored, t, calls);
    }
    expect(ratesOf(restored)).toEqual(ratesOf(model));
    expect(restored.snapshot()).toEqual(model.snapshot());
  });

  it("refuses a snapshot that is not its own, by the field", () => {
    const model = new DemandModel(OPTIONS);
    const snapshot = new DemandModel({ ...OPTIONS, stepSeconds: 30 }).snapshot();
    expect(() => {
      model.restore(snapshot);
    }).toThrow("demand.stepSeconds");
    expect(() => {
      model.restore({ format: "demand-2" });
    }).toThrow("demand.format");
  });
});
