import { describe, expect, it } from "vitest";
import { seededRandom, SnapshotReader } from "../core/index.js";
import { ConditionalGaussian } from "./conditional-gaussian.js";

const HOUR = 3600;

function table(maxContexts = 100): ConditionalGaussian {
  return new ConditionalGaussian({
    halfLifeSeconds: HOUR,
    maxContexts,
    deviationFloor: 0.05,
    valueRange: 30,
  });
}

describe("ConditionalGaussian", () => {
  it("has nothing to say before there are two values", () => {
    const model = table();
    expect(model.residual("x", 1)).toBeNaN();
    model.learn("x", 1, 0);
    expect(model.residual("x", 1)).toBeNaN();
    expect(model.bits("x", 1)).toBeNaN();
    model.learn("x", 3, 0);
    // Mean 2, variance 1, predictive deviation sqrt(1 * (1 + 1/2)).
    expect(model.residual("x", 4)).toBeCloseTo(2 / Math.sqrt(1.5), 12);
  });

  it("judges a context of few values among all, and one of 30 by itself", () => {
    const model = table();
    for (let i = 0; i < 60; i += 1) model.learn("many", i % 2 === 0 ? 1 : 3, 0);
    for (let i = 0; i < 29; i += 1) model.learn("few", 10, 0);
    // Among all: mean (60 * 2 + 29 * 10) / 89 = 4.607, so that 10 is above it.
    expect(model.residual("few", 10)).toBeGreaterThan(1);
    model.learn("few", 10, 0);
    expect(model.residual("few", 10)).toBeCloseTo(0, 9);
  });

  it("does not explode on constants: the floor of the deviation and the limit of the residual", () => {
    const model = table();
    for (let i = 0; i < 1000; i += 1) model.learn("x", 5, 0);
    // One floor away, predictive factor sqrt(1 + 1/1000).
    expect(model.residual("x", 5.05)).toBeCloseTo(1 / Math.sqrt(1.001), 6);
    expect(model.residual("x", 500)).toBe(8);
    expect(model.residual("x", -500)).toBe(-8);
    // The background alone: 0.01 / 30.
    expect(model.bits("x", 500)).toBeCloseTo(-Math.log2(0.01 / 30), 9);
  });

  it("forgets: after ten half-lives of new values the old mean is gone", () => {
    const model = table();
    for (let i = 0; i < 100; i += 1) model.learn("x", 1, 0);
    for (let i = 0; i < 100; i += 1) model.learn("x", 9, 10 * HOUR);
    // The old ones weigh 100 / 1024: mean (0.0977 * 1 + 100 * 9) / 100.0977 = 8.992.
    expect(Math.abs(model.residual("x", 8.992))).toBeLessThan(0.01);
  });

  it("gives standard normal residuals to values from one normal distribution", () => {
    const random = seededRandom(1);
    const normal = (): number =>
      Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const model = table();
    let sum = 0;
    let squares = 0;
    const count = 5000;
    for (let i = 0; i < count; i += 1) {
      const value = 7 + 2 * normal();
      if (i >= 1000) {
        const residual = model.residual("x", value);
        sum += residual;
        squares += residual * residual;
      }
      model.learn("x", value, i / 1000);
    }
    // Of 4,000: the mean within 5 / sqrt(4000) = 0.08, the variance within 5 * sqrt(2 / 4000) = 0.11.
    expect(Math.abs(sum / 4000)).toBeLessThan(0.08);
    expect(Math.abs(squares / 4000 - 1)).toBeLessThan(0.11);
  });

  it("makes room for a new context only where an old one is forgotten", () => {
    const model = table(2);
    model.learn("a", 1, 0);
    model.learn("b", 1, 0);
    model.learn("c", 1, 0);
    expect([model.contexts, model.contextlessCalls]).toEqual([2, 1]);
    // By now the two weigh an eighth of a call. Places are looked for only every second call.
    model.learn("c", 1, 3 * HOUR);
    model.learn("c", 1, 3 * HOUR);
    expect([model.contexts, model.contextlessCalls]).toEqual([1, 2]);
  });

  it("regression: what it has learned can be restored though rounding carried a mean past its value", () => {
    const model = table();
    // 1.9 * w / w is more than 1.9 at some of these weights, so that the two differences have two signs.
    for (let second = 0; second < 3000; second += 1) model.learn(`${second % 90}`, 1.9, second * 7);
    const restored = table();
    restored.restore(new SnapshotReader(model.snapshot(), "model"));
    expect(restored.snapshot()).toEqual(model.snapshot());
  });
});
