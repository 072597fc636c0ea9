import { describe, expect, it } from "vitest";

import type { Json, Moments, Random } from "../core/index.js";
import { seededRandom, SnapshotReader } from "../core/index.js";
import { DeviationChart } from "./deviation-chart.js";
import type { DeviationChartOptions } from "./deviation-chart.js";

const OPTIONS: DeviationChartOptions = {
  warmUpWindows: 30,
  halfLifeWindows: 2160,
  alarmLevel: 1000,
  twoSided: true,
  toleratedShift: 0.2,
};
const CALLS = 20;
/** Of windows where the time of day is of no interest. */
const NOON_SECONDS = 43_200;

type Draw = (random: Random) => number;

/** Box and Muller: one of the two normal values that two uniform ones give. */
const normal: Draw = (random) =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const exponential: Draw = (random) => -Math.log(1 - random());
/** Student's t with 3 degrees of freedom: a normal over the root of a mean of three squared normals. */
const studentT3: Draw = (random) => {
  const squares = normal(random) ** 2 + normal(random) ** 2 + normal(random) ** 2;
  return normal(random) / Math.sqrt(squares / 3);
};
const rareIndicator: Draw = (random) => (random() < 0.01 ? 1 : 0);

function windowOf(draw: Draw, random: Random, shift = 0, calls = CALLS): Moments {
  const moments = { count: calls, sum: 0, sumOfSquares: 0 };
  for (let call = 0; call < calls; call += 1) {
    const value = draw(random) + shift;
    moments.sum += value;
    moments.sumOfSquares += value * value;
  }
  return moments;
}

function warmedUp(draw: Draw, random: Random, options = OPTIONS): DeviationChart {
  const chart = new DeviationChart(options);
  for (let window = 0; !chart.ready; window += 1) {
    if (window > 1000) throw new Error("the chart never gets ready");
    chart.observe(windowOf(draw, random), NOON_SECONDS);
  }
  return chart;
}

/** Windows until the evidence reaches the alarm level; undefined when it does not within `limit`. */
function windowsToAlarm(chart: DeviationChart, limit: number, next: () => Moments) {
  for (let window = 1; window <= limit; window += 1) {
    chart.observe(next(), NOON_SECONDS);
    if (chart.evidence >= OPTIONS.alarmLevel) return window;
  }
  return undefined;
}

/** As a checkpoint keeps it. */
function throughJson(snapshot: Json): Json {
  return JSON.parse(JSON.stringify(snapshot)) as Json;
}

describe("DeviationChart on behavior that does not change", () => {
  it.each([
    ["normal", normal],
    ["exponential", exponential],
    ["Student t with 3 degrees of freedom", studentT3],
    ["an indicator of 1%", rareIndicator],
  ])("%s: no more false alarms than one in A windows", (_name, draw) => {
    const streams = 200;
    const windows = 300;
    let alarms = 0;
    for (let seed = 1; seed <= streams; seed += 1) {
      const random = seededRandom(seed);
      const chart = warmedUp(draw, random);
      const alarm = windowsToAlarm(chart, windows, () => windowOf(draw, random));
      if (alarm !== undefined) alarms += 1;
    }
    // The mean of the evidence after n windows is n, so by Doob's inequality a stream alarms within 300
    // windows with a probability of at most 300/1000: 60 of 200. A Poisson variable of mean 60 is above
    // 60 + 3.1 sqrt(60) = 84 in one case of a thousand.
    expect(alarms).toBeLessThanOrEqual(84);
  });

  it("sessions that make neighboring windows alike (autocorrelation 0.6) do not look like a change", () => {
    let alarms = 0;
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = seededRandom(seed);
      let common = 0;
      const next = (): Moments => {
        // Windows share a level of standard deviation 0.5, four times what 20 calls scatter by (0.22).
        common = 0.6 * common + 0.5 * Math.sqrt(1 - 0.6 ** 2) * normal(random);
        return windowOf(normal, random, common);
      };
      const chart = new DeviationChart(OPTIONS);
      while (!chart.ready) chart.observe(next(), NOON_SECONDS);
      if (windowsToAlarm(chart, 300, next) !== undefined) alarms += 1;
    }
    expect(alarms).toBeLessThanOrEqual(84);
  });

  // Regressions: likeness was judged by neighbors alone, though calls of a session are few and far between, so
  // that neighbors hardly resemble each other, but all windows of a minute do a little; and the mean of a short
  // warm-up was taken to be exact, so that its error added up to alarms.
  it("sessions that last over many windows (autocorrelations of .15 x .87^k) do not look like a change", () => {
    let alarms = 0;
    const options = { ...OPTIONS, toleratedShift: 0 };
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = seededRandom(seed);
      // The common level has .15 of a window's variance, where 5 calls scatter by 1/5: .15 / .85 x .2 = .035.
      const deviation = Math.sqrt(0.035);
      let common = deviation * normal(random);
      const next = (): Moments => {
        common = 0.87 * common + deviation * Math.sqrt(1 - 0.87 ** 2) * normal(random);
        return windowOf(normal, random, common, 5);
      };
      const chart = new DeviationChart(options);
      while (!chart.ready) chart.observe(next(), NOON_SECONDS);
      if (windowsToAlarm(chart, 300, next) !== undefined) alarms += 1;
    }
    expect(alarms).toBeLessThanOrEqual(84);
  });

  it("an outlier is not a change", () => {
    const random = seededRandom(5);
    const chart = warmedUp(normal, random);
    chart.observe(windowOf(normal, random, 1000), NOON_SECONDS);
    // Clipped to 4 standard deviations: e^(4 bet - bet^2 / 2) is at most 33 for a bet of 1.
    expect(chart.evidence).toBeLessThan(OPTIONS.alarmLevel / 10);
  });

  it("a constant that changes by less than a fifth of the least spread stays unnoticed", () => {
    const chart = new DeviationChart(OPTIONS);
    const constant = (value: number): Moments => ({
      count: CALLS,
      sum: CALLS * value,
      sumOfSquares: CALLS * value * value,
    });
    for (let window = 0; window < 100; window += 1) chart.observe(constant(1), NOON_SECONDS);
    expect(chart.ready).toBe(true);
    // The least spread is 0.1, a fifth of it 0.02.
    for (let window = 0; window < 300; window += 1) chart.observe(constant(1.019), NOON_SECONDS);
    // Without a deviation R <- (1 + R) e^(-bet^2 / 2) rests at 7.5 and 1.5 for the two bets.
    expect(chart.evidence).toBeCloseTo(4.5, 1);
  });
});

describe("DeviationChart on behavior that changes", () => {
  it.each([
    ["up", 1],
    ["down", -1],
  ])(
    "finds a shift of one standard deviation of a window beyond the tolerated, %s",
    (_name, sign) => {
      const delays: number[] = [];
      for (let seed = 1; seed <= 50; seed += 1) {
        const random = seededRandom(seed);
        const chart = warmedUp(normal, random);
        for (let window = 0; window < 200; window += 1)
          chart.observe(windowOf(normal, random), NOON_SECONDS);
        const shift = sign * (0.2 + 1 / Math.sqrt(CALLS));
        const delay = windowsToAlarm(chart, 200, () => windowOf(normal, random, shift));
        delays.push(delay ?? Infinity);
      }
      delays.sort((a, b) => a - b);
      // A bet of 1 grows by 1 - 0.5 = 0.5 a window and has to reach 4 x 1000: ln(4000) / 0.5 = 17 windows.
      expect(delays[24]).toBeLessThanOrEqual(25);
      // Where the learned mean happens to lean that way, a shift this small is learned before it is found.
      expect(delays[47]).toBeLessThanOrEqual(100);
    },
  );

  // Regression: the chart learned the first windows of a change with a weight of 1/31 each and shrank the
  // evidence with them: right after the warm-up no change was ever found, however large.
  it.each([0.8, 1, 2, 5])(
    "finds a shift of %f standard deviations of a call right after the warm-up",
    (shift) => {
      for (let seed = 1; seed <= 20; seed += 1) {
        const random = seededRandom(seed);
        const chart = warmedUp(normal, random);
        const delay = windowsToAlarm(chart, 30, () => windowOf(normal, random, shift));
        // Twenty windows of warm-up leave open a likeness of (20 x 1 + 30 x 3) / 50 = 2.2 and a mean by 2 x
        // sqrt(2.2 / 20) = .66 of a window. 0.8 - 0.2 = 0.6 of a call is 2.7 of a window, so a deviation is
        // (2.7 - .66) / sqrt(2.2) = 1.4: ln(4000) / (1.4 - 0.5) = 9 windows, three times that for chance.
        expect(delay).toBeLessThanOrEqual(28);
      }
    },
  );

  it("one-sided, a fall is no evidence", () => {
    const random = seededRandom(3);
    const chart = warmedUp(normal, random, { ...OPTIONS, twoSided: false });
    const alarm = windowsToAlarm(chart, 200, () => windowOf(normal, random, -1));
    expect(alarm).toBeUndefined();
  });

  it("does not learn in alarm, and says how far the behavior has gone", () => {
    const random = seededRandom(4);
    const chart = warmedUp(normal, random);
    for (let window = 0; window < 200; window += 1)
      chart.observe(windowOf(normal, random, 2), NOON_SECONDS);
    expect(chart.learnedMean).toBeLessThan(0.5);
    expect(chart.recentMean).toBeGreaterThan(1.5);
    // Two normal distributions two standard deviations apart: 2 Phi(1) - 1 = 0.68.
    expect(chart.severity).toBeCloseTo(0.68, 1);
  });

  it("comes back to rest when behavior does", () => {
    const random = seededRandom(6);
    const chart = warmedUp(normal, random);
    for (let window = 0; window < 200; window += 1)
      chart.observe(windowOf(normal, random, 1), NOON_SECONDS);
    expect(chart.evidence).toBeGreaterThan(OPTIONS.alarmLevel);
    // From e^8 A the slower bet falls by 1/8 a window, to A in 64 windows; twice that for chance.
    for (let window = 0; window < 128; window += 1)
      chart.observe(windowOf(normal, random), NOON_SECONDS);
    expect(chart.evidence).toBeLessThan(OPTIONS.alarmLevel);
  });
});

describe("DeviationChart on a rhythm of the day", () => {
  const WINDOW_SECONDS = 60;
  const WINDOWS_A_DAY = 1440;
  /** A memory of six hours, as by default. */
  const options = { ...OPTIONS, halfLifeWindows: 360 };

  /** Swings by .5 standard deviations of a call, more so every day. */
  function rhythm(window: number): number {
    const day = window / WINDOWS_A_DAY;
    return -(0.5 + 0.05 * day) * Math.cos(2 * Math.PI * day);
  }

  function days(chart: DeviationChart, random: Random, count: number, from = 0): number {
    let inAlarm = 0;
    for (let window = from; window < from + count * WINDOWS_A_DAY; window += 1) {
      chart.observe(windowOf(normal, random, rhythm(window)), window * WINDOW_SECONDS);
      if (chart.evidence >= OPTIONS.alarmLevel) inAlarm += 1;
    }
    return inAlarm;
  }

  // Regression: the mean of the last hours was all that was usual, and lags the rhythm by nine tenths.
  it("raises no alarm, on the first day or later", () => {
    for (let seed = 1; seed <= 5; seed += 1) {
      expect(days(new DeviationChart(options), seededRandom(seed), 5)).toBe(0);
    }
  });

  it.each([
    ["in the morning", 0.25],
    ["at noon", 0.5],
    ["in the evening", 0.75],
  ])("finds a change against it %s", (_name, timeOfDay) => {
    for (const sign of [-1, 1]) {
      const random = seededRandom(11);
      const chart = new DeviationChart(options);
      days(chart, random, 3 + timeOfDay);
      let window = (3 + timeOfDay) * WINDOWS_A_DAY;
      const delay = windowsToAlarm(chart, 100, () => {
        window += 1;
        // The mean of the last hours lags by up to .6, and only what is beyond that too counts.
        return windowOf(normal, random, rhythm(window) + sign * 1.5);
      });
      expect(delay).toBeLessThanOrEqual(30);
    }
  });
});

describe("DeviationChart", () => {
  it("warms up for the stated windows, of those that have calls", () => {
    const random = seededRandom(1);
    const chart = new DeviationChart(OPTIONS);
    for (let window = 1; window < OPTIONS.warmUpWindows; window += 1) {
      expect(chart.observe(windowOf(normal, random), NOON_SECONDS)).toBe(0);
      expect(chart.observe(undefined, NOON_SECONDS)).toBe(0);
      expect(chart.observe({ count: 0, sum: 0, sumOfSquares: 0 }, NOON_SECONDS)).toBe(0);
    }
    expect(chart.ready).toBe(false);
    expect(chart.severity).toBe(0);
    chart.observe(windowOf(normal, random), NOON_SECONDS);
    expect(chart.ready).toBe(true);
  });

  it.each([10, 45])("restored after %i windows continues identically", (windows) => {
    const random = seededRandom(8);
    const chart = new DeviationChart(OPTIONS);
    for (let window = 0; window < windows; window += 1)
      chart.observe(windowOf(normal, random), NOON_SECONDS);
    const restored = new DeviationChart(OPTIONS);
    restored.restore(new SnapshotReader(throughJson(chart.snapshot()), "chart"));
    for (let window = 0; window < 100; window += 1) {
      const moments = windowOf(normal, random, window > 50 ? 1 : 0);
      expect(restored.observe(moments, NOON_SECONDS)).toBe(chart.observe(moments, NOON_SECONDS));
      expect(restored.evidence).toBe(chart.evidence);
      expect(restored.severity).toBe(chart.severity);
    }
    expect(restored.snapshot()).toEqual(chart.snapshot());
  });

  it.each([
    ["null", null],
    ["a field that is missing", { evidence: { statistics: [0, 0, 0, 0], expectations: [] } }],
    ["an array", []],
  ])("refuses a snapshot that is not its own: %s", (_name, snapshot) => {
    expect(() => {
      new DeviationChart(OPTIONS).restore(new SnapshotReader(snapshot, "chart"));
    }).toThrow(TypeError);
  });
});
