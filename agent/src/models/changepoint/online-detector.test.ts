import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom, type Json } from "../../core/index.js";
import { OnlineChangeDetector, type OnlineChange } from "./online-detector.js";

type Series = (at: number) => number;

const DAY_STEPS = 144;
const LENGTH = 4000;
const SEEDS = [1, 2, 3, 4];

/** Normal noise of deviation 1 whose values depend on the one before by `inertia`. */
function noise(seed: number, inertia = 0): Series {
  const random = seededRandom(seed);
  let last = 0;
  return () => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    last = inertia * last + Math.sqrt(1 - inertia ** 2) * normal;
    return last;
  };
}

function uniform(seed: number, of: (random: number) => number): Series {
  const random = seededRandom(seed);
  return () => of(random());
}

interface Told {
  readonly at: number;
  /** Where the new regime is said to have begun. */
  readonly start: number;
}

function changes(series: Series, length: number, seasonSteps?: number): Told[] {
  const detector = new OnlineChangeDetector(seasonSteps);
  const told: Told[] = [];
  for (let at = 0; at < length; at += 1) {
    const found = detector.observe(series(at));
    if (found.status === "ready" && found.value.isDetection) {
      told.push({ at, start: at - (found.value.ageSteps ?? NaN) });
    }
  }
  return told;
}

const day = (at: number): number => 5 * Math.sin((2 * Math.PI * at) / DAY_STEPS);

describe("what is no change: at most 2 told in 16,000 steps", () => {
  it.each<[string, (seed: number) => Series, number?]>([
    ["white noise", (seed) => noise(seed)],
    ["inertia of .7", (seed) => noise(seed, 0.7)],
    ["a ramp", (seed) => withNoise(noise(seed), (at) => 0.05 * at)],
    ["a ramp with inertia", (seed) => withNoise(noise(seed, 0.7), (at) => 0.05 * at)],
    ["a season that is known", (seed) => withNoise(noise(seed), day), DAY_STEPS],
    ["the same with inertia", (seed) => withNoise(noise(seed, 0.7), day), DAY_STEPS],
    ["a slow season", (seed) => withNoise(noise(seed), (at) => 5 * Math.sin(at / 318))],
    ["blips on a constant", (seed) => uniform(seed, (random) => (random < 0.01 ? 5 : 0))],
    ["a long tail", (seed) => uniform(seed, (random) => -Math.log(1 - random))],
    ["a constant", () => () => 7],
  ])("%s", (_name, of, seasonSteps) => {
    // Measured over 20 seeds and 10,000 steps: at most .5 in 10,000, so .8 are expected here.
    const told = SEEDS.flatMap((seed) => changes(of(seed), LENGTH, seasonSteps));
    expect(told.length).toBeLessThanOrEqual(2);
  });
});

describe("what is a change: told once, soon, with its time", () => {
  const AT = 600;

  it.each<[string, number, (normal: number, at: number) => number, number?]>([
    ["a level higher by 3", 0, (normal) => normal + 3],
    ["a level lower by 5", 0, (normal) => normal - 5],
    ["a level higher by 6, with inertia", 0.7, (normal) => normal + 6],
    ["a noise 3 times as large", 0, (normal) => 3 * normal],
    ["a noise a third as large", 0, (normal) => normal / 3],
    ["a level higher by 3 on a known season", 0, (normal, at) => normal + day(at) + 3, DAY_STEPS],
  ])("%s", (_name, inertia, after, seasonSteps) => {
    const before = seasonSteps === undefined ? (): number => 0 : day;
    let found = 0;
    let others = 0;
    for (let seed = 1; seed <= 10; seed += 1) {
      const normal = noise(100 + seed, inertia);
      const told = changes(
        (at) => (at < AT ? normal(at) + before(at) : after(normal(at), at)),
        AT + 200,
        seasonSteps,
      );
      const right = told.filter(({ at, start }) => at < AT + 60 && Math.abs(start - AT) <= 20);
      found += Math.min(1, right.length);
      others += told.length - Math.min(1, right.length);
    }
    expect(found).toBeGreaterThanOrEqual(9);
    expect(others).toBeLessThanOrEqual(2);
  });

  it("two changes are told twice, whatever the unit", () => {
    const level = (at: number): number => (at < 400 ? 0 : at < 700 ? 6 : -2);
    for (const unit of [1e-9, 1, 1e9]) {
      const normal = noise(7);
      const told = changes((at) => unit * (normal(at) + level(at)), 1000);
      expect(told.map(({ start }) => Math.round(start / 10))).toEqual([40, 70]);
    }
  });

  it("the end of a constant, within 8 steps", () => {
    const told = changes((at) => (at < 500 ? 3 : 4), 520);
    expect(told).toHaveLength(1);
    expect(told[0]?.at).toBeLessThan(508);
  });
});

describe("what can't be said has a reason", () => {
  it("warms up for 100 steps, or two seasons", () => {
    for (const [seasonSteps, start] of [
      [undefined, 100],
      [DAY_STEPS, 2 * DAY_STEPS],
    ] as const) {
      const detector = new OnlineChangeDetector(seasonSteps);
      for (let at = 0; at < start; at += 1) {
        expect(detector.observe(at % 7)).toEqual({
          status: "warming_up",
          reason: "too_few_windows",
        });
      }
      expect(detector.observe(1).status).toBe("ready");
    }
  });

  it.each([NaN, Infinity, -Infinity, 1e300])("%d is a step without a value", (gap) => {
    const normal = noise(5);
    const detector = new OnlineChangeDetector();
    for (let at = 0; at < 1000; at += 1) {
      const isGap = at % 3 === 1;
      const found = detector.observe(isGap ? gap : normal(at) + 0.05 * at);
      if (isGap) expect(found).toEqual({ status: "failed", reason: "non_finite_input" });
      else if (found.status === "ready") expect(found.value.isDetection).toBe(false);
    }
  });

  it("a series of gaps is never ready", () => {
    const detector = new OnlineChangeDetector();
    for (let at = 0; at < 300; at += 1) expect(detector.observe(NaN).status).toBe("failed");
    expect(detector.observe(1).status).toBe("warming_up");
  });

  it.each([1, 0, -3, 2.5, NaN, 1e9])("refuses a season of %d steps", (seasonSteps) => {
    expect(() => new OnlineChangeDetector(seasonSteps)).toThrow(RangeError);
  });
});

it("probabilities are between 0 and 1, and a restored detector goes on identically", () => {
  const values = fc.oneof(
    { weight: 6, arbitrary: fc.double({ min: 0, max: 10, noNaN: true }) },
    { weight: 2, arbitrary: fc.constantFrom(0, 0, 1) },
    { weight: 1, arbitrary: fc.constantFrom(1e99, -1e99, 5e-324, NaN, Infinity) },
  );
  fc.assert(
    fc.property(
      fc.array(values, { minLength: 101, maxLength: 400 }),
      fc.nat(400),
      fc.constantFrom(undefined, 2, 24),
      (steps, cut, seasonSteps) => {
        const detector = new OnlineChangeDetector(seasonSteps);
        let restored = detector;
        steps.forEach((value, at) => {
          if (at === cut) {
            restored = new OnlineChangeDetector(seasonSteps);
            restored.restore(JSON.parse(JSON.stringify(detector.snapshot())) as Json);
          }
          const found = detector.observe(value);
          if (restored !== detector) expect(restored.observe(value)).toEqual(found);
          if (found.status === "ready") expectPossible(found.value);
        });
      },
    ),
    { numRuns: 30 },
  );
});

it("memory is bounded: a snapshot grows no more", () => {
  const detector = new OnlineChangeDetector(24);
  const normal = noise(9);
  const sizes = [2000, 2000].map((steps) => {
    for (let at = 0; at < steps; at += 1) detector.observe(normal(at));
    return JSON.stringify(detector.snapshot()).length;
  });
  // Numbers as text differ in length.
  expect(Math.abs((sizes[1] ?? 0) - (sizes[0] ?? 0))).toBeLessThan(100);
});

it("refuses a snapshot that is none of its own", () => {
  const snapshot = new OnlineChangeDetector(24).snapshot();
  expect(() => {
    new OnlineChangeDetector(12).restore(snapshot);
  }).toThrow("changes.tracker.season");
  expect(() => {
    new OnlineChangeDetector().restore({ format: "other" });
  }).toThrow("changes.format");
});

function withNoise(normal: Series, curve: Series): Series {
  return (at) => curve(at) + normal(at);
}

function expectPossible({ probability, ageSteps }: OnlineChange): void {
  expect(probability).toBeGreaterThanOrEqual(0);
  expect(probability).toBeLessThanOrEqual(1);
  if (ageSteps !== undefined) expect(ageSteps).toBeGreaterThanOrEqual(0);
}
