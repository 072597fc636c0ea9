import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clusterOf } from "../cluster/fixture.js";
import { walk } from "../walk.js";
import { awsPolicy } from "./aws.js";
import { cranePolicy } from "./crane.js";
import { autoscalerVariant, HorizontalAutoscaler } from "./horizontal-autoscaler.js";
import { kedaCronPolicy } from "./keda.js";
import { LeastSquaresLine } from "./least-squares-line.js";
import type { Policy, PolicyContext } from "./policy.js";
import { holtWintersPredictiveHpa } from "./predictive-hpa.js";
import {
  autoregressivePolicy,
  seasonalNaivePolicy,
  windowMaximumPolicy,
} from "./simple-forecasts.js";
import { SlidingMaximum } from "./sliding-maximum.js";

const DAY = 1440;

function courseOf(
  policy: (context: PolicyContext) => Policy,
  calls: readonly number[],
  setting: number,
  label: (text: string) => boolean = () => true,
): Uint32Array {
  const cluster = clusterOf(calls);
  const made = policy({ cluster, training: cluster.calls });
  const variant = made.variants.find((candidate) => label(candidate.label));
  if (variant === undefined) throw new Error("there is no such variant");
  const at = made.settings.indexOf(setting);
  return walk(cluster, variant, made.settings.length)[at] ?? new Uint32Array();
}

/** So many days of 10 calls a minute, and 100 from 12:00 to 13:00. */
function daysWithNoon(days: number): number[] {
  return Array.from({ length: days * DAY }, (_, t) => {
    const minute = t % DAY;
    return minute >= 720 && minute < 780 ? 100 : 10;
  });
}

describe("the horizontal pod autoscaler", () => {
  const autoscaler = (windowSeconds: number): HorizontalAutoscaler =>
    new HorizontalAutoscaler({ cluster: clusterOf([]), windowSeconds, tolerance: 0.1 });

  it.each([
    ["within the tolerance, above", 4.3, 4, 4],
    ["within the tolerance, below", 3.7, 4, 4],
    ["above the tolerance", 4.5, 4, 5],
    ["below the tolerance", 2.9, 4, 3],
    ["no load at all: the minimum", 0, 4, 1],
    // The larger of 100% and 4 pods, four times in a minute: 2 x 2^4 = 32 and 2 + 4 x 4 = 18.
    ["faster than it may, from 2", 500, 2, 32],
    // 1 x 2^4 = 16 and 1 + 16 = 17.
    ["faster than it may, from 1", 500, 1, 17],
  ])("%s", (_what, needed, current, replicas) => {
    expect(autoscaler(0).decide(needed, current)).toBe(replicas);
  });

  it("scales down to the largest of what was wanted within its window", () => {
    const held = autoscaler(300);
    let current = 1;
    // A minute each: 8 wanted once, then 2; 300 s later 8 still counts, 360 s later it does not.
    const courses = [8, 2, 2, 2, 2, 2, 2, 2].map(
      (needed) => (current = held.decide(needed, current)),
    );
    expect(courses).toEqual([8, 8, 8, 8, 8, 8, 2, 2]);
  });

  it("reads a utilization that does not stop at 100%", () => {
    // 35 calls on one replica of 10: 350% of it, at a target of 70% five replicas.
    const cluster = clusterOf([35]);
    const variant = autoscalerVariant("", [0.7], { cluster, windowSeconds: 300, tolerance: 0.1 });
    expect([...(walk(cluster, variant, 1)[0] ?? [])]).toEqual([5]);
  });
});

describe("keda", () => {
  it("has its number within the busy hours, from their first minute on", () => {
    // In 12:00 to 13:00 half of the steps have at most 100 calls: at a target of 1 ten replicas of 10.
    const asked = courseOf(kedaCronPolicy, daysWithNoon(2), 1, (text) =>
      text.startsWith("schedule for 0.5"),
    );
    expect(asked[718]).toBe(1);
    // Asked for at the end of 11:59, for 12:00.
    expect(asked[719]).toBe(10);
    expect(asked[778]).toBe(10);
  });
});

describe("the line of predict_linear", () => {
  it("goes on as it went", () => {
    const line = new LeastSquaresLine(4);
    line.push(3);
    expect(line.ahead(3)).toBe(3);
    for (const value of [100, 1, 3, 5, 7]) line.push(value);
    expect(line.ahead(3)).toBeCloseTo(13, 9);
  });

  it("is that of least squares", () => {
    // Through (0, 1), (1, 0), (2, 2): slope .5, mean 1 at 1; two steps after the last, at 4: 2.5.
    const line = new LeastSquaresLine(3);
    for (const value of [1, 0, 2]) line.push(value);
    expect(line.ahead(2)).toBeCloseTo(2.5, 9);
  });
});

describe("those who remember", () => {
  it("Holt-Winters adds the season of a day ahead of it, once it has seen one", () => {
    const asked = courseOf(
      holtWintersPredictiveHpa,
      daysWithNoon(4),
      1,
      (text) => text.startsWith("alpha 0.1") && text.endsWith("window 0 s"),
    );
    // On the first day only when the load is there, later three minutes before.
    expect([...asked.slice(715, 722)]).toEqual([1, 1, 1, 1, 1, 10, 10]);
    const last = [...asked.slice(3 * DAY + 712, 3 * DAY + 722)];
    expect(last[0]).toBeLessThan(3);
    expect(last[5]).toBeGreaterThan(8);
  });

  it("seasonal naive sees yesterday's rise before it comes, and never less than now", () => {
    const calls = daysWithNoon(2);
    const asked = courseOf(
      seasonalNaivePolicy,
      calls,
      0,
      (text) => text.startsWith("season 86400 s, the next 60 s") && text.endsWith("held 0 s"),
    );
    // A replica asked for at the end of minute 717 serves in minute 720.
    expect([...asked.slice(DAY + 715, DAY + 719)]).toEqual([1, 1, 10, 10]);
    expect(asked[720]).toBe(10);
  });

  it("Crane predicts a cycle of a day after three, and nothing without a cycle", () => {
    const fft = (text: string): boolean => text.startsWith("maxValue, margin 0.1, window 0");
    const asked = courseOf(cranePolicy, daysWithNoon(5), 1, fft);
    expect(asked[719]).toBe(1);
    // 100 calls and a margin of a tenth.
    expect(asked[4 * DAY + 718]).toBe(11);
    const steady = courseOf(cranePolicy, new Array<number>(5 * DAY).fill(10), 1, fft);
    expect(Math.max(...steady)).toBe(1);
  });

  it("AWS has an hour's mean ready five minutes before it, from the second day on", () => {
    const asked = courseOf(awsPolicy, daysWithNoon(3), 1, (text) =>
      text.startsWith("mean of 1 days"),
    );
    expect(asked[718]).toBe(1);
    expect(asked[DAY + 713]).toBe(1);
    expect(asked[DAY + 714]).toBe(10);
  });

  it("the autoregression adds the error that it covers", () => {
    const calls = Array.from({ length: 2000 }, (_, t) => 50 + (t % 7 === 0 ? 40 : 0));
    const least = courseOf(autoregressivePolicy, calls, 0.5, (text) => text === "held 0 s");
    const most = courseOf(autoregressivePolicy, calls, 0.999, (text) => text === "held 0 s");
    most.forEach((replicas, t) => {
      expect(replicas).toBeGreaterThanOrEqual(least[t] ?? NaN);
    });
  });

  it("the window's maximum is of its last minutes", () => {
    const asked = courseOf(
      windowMaximumPolicy,
      [10, 40, 10, 10, 10, 10],
      0.5,
      (text) => text === "of 180 s",
    );
    expect([...asked]).toEqual([2, 6, 6, 6, 2, 2]);
  });
});

describe("the sliding maximum", () => {
  it("is the largest of the last values", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.array(fc.integer({ max: 9 })),
        (width, values) => {
          const maximum = new SlidingMaximum(width);
          values.forEach((value, at) => {
            expect(maximum.push(value)).toBe(
              Math.max(...values.slice(Math.max(0, at - width + 1), at + 1)),
            );
          });
        },
      ),
    );
  });
});
