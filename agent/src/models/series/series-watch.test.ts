import { describe, expect, it } from "vitest";

import { WATCHED_FEATURES, seededRandom, type WatchedFeature } from "../../core/index.js";
import { madeWindow, type MadeWindow } from "./fixture.js";
import { SeriesWatch, statusOfFeatures } from "./series-watch.js";

const MINUTE_SECONDS = 60;
const DAY_MINUTES = 1440;
const START_SECONDS = 1_700_006_400;

interface Told {
  readonly feature: WatchedFeature;
  /** Minute at the end of which it was told. */
  readonly at: number;
  /** Minute from which on the new regime is said to run. */
  readonly since: number;
  /** That it has changed a short time ago, as said then. */
  readonly probability: number;
}

/** A week or so of minutes of ten calls a second with a daily rhythm of 1 to 3. */
function play(
  seed: number,
  minutes: number,
  change: (minute: number) => Partial<MadeWindow> = () => ({}),
): { readonly told: readonly Told[]; readonly watch: SeriesWatch } {
  const random = seededRandom(seed);
  const watch = new SeriesWatch({ windowSeconds: MINUTE_SECONDS, seasonSeconds: 86_400 });
  const last = new Map<WatchedFeature, number>();
  const told: Told[] = [];
  for (let minute = 0; minute < minutes; minute += 1) {
    const rhythm = 2 + Math.sin((2 * Math.PI * minute) / DAY_MINUTES);
    const made = change(minute);
    const window = madeWindow(random, { ...made, calls: 300 * rhythm * (made.calls ?? 1) });
    watch.observe(START_SECONDS + minute * MINUTE_SECONDS, window.calls / MINUTE_SECONDS, window);
    const features = watch.features();
    for (const feature of WATCHED_FEATURES) {
      const time = features[feature].lastChange?.timeSeconds;
      if (time === undefined || last.get(feature) === time) continue;
      last.set(feature, time);
      const { changeProbability } = features[feature];
      const probability = changeProbability.status === "ready" ? changeProbability.value : NaN;
      const since = (time - START_SECONDS) / MINUTE_SECONDS;
      told.push({ feature, at: minute, since, probability });
    }
  }
  return { told, watch };
}

describe("what is no change: at most one told in three days", () => {
  it.each<[string, (minute: number) => Partial<MadeWindow>]>([
    ["a daily rhythm", () => ({})],
    [
      "a rhythm that grows by a tenth a day",
      (minute) => ({ calls: 1 + (0.1 * minute) / DAY_MINUTES }),
    ],
  ])("%s", { timeout: 20_000 }, (_name, change) => {
    expect(play(1, 3 * DAY_MINUTES, change).told.length).toBeLessThanOrEqual(1);
  });
});

describe("what is one: told soon, with its time", () => {
  it.each<[string, WatchedFeature, Partial<MadeWindow>, number, number?]>([
    ["a third more load", "calls_per_second", { calls: 1.35 }, 60, 2 * DAY_MINUTES + 200],
    ["requests twice as large", "request_bytes", { bytes: 2 }, 10],
    ["answers half as fast", "duration_seconds", { duration: 2 }, 10],
    ["five times the errors", "error_ratio", { errors: 0.05 }, 10],
    ["another mix", "operation_mix", { mix: 0.85 }, 10],
  ])("%s", (_name, feature, changed, within, since = 600) => {
    const { told } = play(3, since + within + 5, (minute) => (minute < since ? {} : changed));
    const found = told.find((one) => one.feature === feature && one.at >= since);
    expect(found?.at).toBeLessThanOrEqual(since + within);
    expect(Math.abs((found?.since ?? NaN) - since)).toBeLessThanOrEqual(10);
    expect(found?.probability).toBeGreaterThanOrEqual(0.98);
  });
});

it("the load waits for two seasons, the rest for 100 minutes; the anomaly for 100 of five", () => {
  const { watch } = play(5, 110);
  const features = watch.features();
  expect(features.calls_per_second.changeProbability).toEqual({
    status: "warming_up",
    reason: "too_few_windows",
  });
  expect(features.request_bytes.changeProbability.status).toBe("ready");
  expect(statusOfFeatures(features, (state) => state.changeProbability).status).toBe("ready");
  expect(statusOfFeatures(features, (state) => state.anomalyScore)).toEqual({
    status: "warming_up",
    reason: "too_few_windows",
  });
  const later = play(5, 2 * DAY_MINUTES + 10).watch.features();
  expect(later.calls_per_second.changeProbability.status).toBe("ready");
  expect(later.calls_per_second.anomalyScore?.status).toBe("ready");
  expect(later.request_bytes.anomalyScore).toBeUndefined();
});

it("each feature starts in a minute of its own, so that no window pays for all", () => {
  const ready = Array.from({ length: 9 }, (_, after) => {
    const features = Object.values(play(5, 99 + after).watch.features());
    return features.filter(({ changeProbability }) => changeProbability.status === "ready").length;
  });
  // A start takes 100 minutes and the next value is judged; the load, which comes first, waits for its season.
  expect(ready).toEqual([0, 0, 0, 1, 2, 3, 4, 5, 5]);
});

it("an outage is stale input, no change and no anomaly", () => {
  const { watch, told } = play(6, 2 * DAY_MINUTES + 300);
  const before = told.length;
  const random = seededRandom(6);
  let seconds = START_SECONDS + (2 * DAY_MINUTES + 300) * MINUTE_SECONDS;
  for (let minute = 0; minute < 60; minute += 1) {
    watch.observe(seconds, undefined, madeWindow(random, { calls: 0 }));
    seconds += MINUTE_SECONDS;
  }
  const features = watch.features();
  expect(before).toBeLessThanOrEqual(1);
  for (const { changeProbability, anomalyScore } of Object.values(features)) {
    expect(changeProbability).toEqual({ status: "failed", reason: "stale_input" });
    if (anomalyScore === undefined) continue;
    expect(anomalyScore).toEqual({ status: "failed", reason: "stale_input" });
  }
});

it("regression: a service that is called from 9 to 18 h gets ready, and its hours are no changes", () => {
  const random = seededRandom(8);
  const watch = new SeriesWatch({ windowSeconds: MINUTE_SECONDS, seasonSeconds: 86_400 });
  const [opens, closes, days] = [540, 1080, 14];
  const told = new Set<number>();
  const changedAt = (days - 1) * DAY_MINUTES + 720;
  let readyAt: number | undefined;
  for (let minute = opens; minute < changedAt + 30; minute += 1) {
    const ofDay = minute % DAY_MINUTES;
    const isOpen = ofDay >= opens && ofDay < closes;
    const rhythm = isOpen ? 2 + Math.sin((Math.PI * (ofDay - opens)) / (closes - opens)) : 0;
    const window = madeWindow(random, { calls: 300 * rhythm * (minute < changedAt ? 1 : 1.5) });
    // Silence is taken for an outage after 300 s.
    const isReported = ofDay >= opens && ofDay < closes + 5;
    const callsPerSecond = isReported ? window.calls / MINUTE_SECONDS : undefined;
    watch.observe(START_SECONDS + minute * MINUTE_SECONDS, callsPerSecond, window);
    const { changeProbability, lastChange } = watch.features().calls_per_second;
    if (changeProbability.status === "ready") readyAt ??= minute;
    if (lastChange !== undefined) told.add((lastChange.timeSeconds - START_SECONDS) / 60);
  }
  // Two days after the first call, and the call that follows.
  expect(readyAt).toBe(opens + 2 * DAY_MINUTES);
  // Nothing in eleven days, then half as many calls again.
  expect(told.size).toBe(1);
  for (const minute of told) expect(Math.abs(minute - changedAt)).toBeLessThanOrEqual(5);
});

it("a load that triples is unusual within an hour", () => {
  const random = seededRandom(7);
  const stepSeconds = 300;
  const daySteps = 288;
  const watch = new SeriesWatch({ windowSeconds: stepSeconds, seasonSeconds: 86_400 });
  const since = 4 * daySteps;
  for (let step = 0; step < since + 12; step += 1) {
    const rhythm = 2 + Math.sin((2 * Math.PI * step) / daySteps);
    const window = madeWindow(random, { calls: 1500 * rhythm * (step < since ? 1 : 3) });
    watch.observe(START_SECONDS + step * stepSeconds, window.calls / stepSeconds, window);
  }
  const { anomalyScore } = watch.features().calls_per_second;
  expect(anomalyScore?.status === "ready" && anomalyScore.value).toBeGreaterThan(0.4);
});
