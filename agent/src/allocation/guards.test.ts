import { describe, expect, it } from "vitest";

import { historyOf, SETTINGS } from "./fixture.js";
import { applyGuards } from "./guards.js";
import type { GuardContext } from "./guards.js";
import { RecommendationHistory } from "./history.js";

const NOW_SECONDS = 10_000;

function contextOf(fields: Partial<GuardContext> = {}): GuardContext {
  return {
    settings: SETTINGS,
    timeSeconds: NOW_SECONDS,
    currentReplicas: 5,
    reactiveReplicas: 1,
    isKnown: true,
    unconfirmedSilenceSeconds: 0,
    askedSinceSeconds: undefined,
    // Before any guard looks: nothing of it counts any more.
    history: historyOf([[NOW_SECONDS - 5000, 5]]),
    ...fields,
  };
}

/** Five ran for long, two were recommended last, and the load needed four. */
const FIVE_BEFORE_TWO = historyOf(
  [
    [NOW_SECONDS - 5000, 5],
    [NOW_SECONDS - 10, 2],
  ],
  4,
);

describe("applyGuards", () => {
  it.each([
    ["minimum_replicas", 0, { settings: { ...SETTINGS, minimumReplicas: 3 } }, 3],
    ["maximum_replicas", 9, { settings: { ...SETTINGS, maximumReplicas: 7 } }, 7],
    ["scale_up_rate", 12, { settings: { ...SETTINGS, maxScaleUpReplicasPerMinute: 4 } }, 9],
    ["scale_down_rate", 1, { settings: { ...SETTINGS, maxScaleDownReplicasPerMinute: 1 } }, 4],
    ["stabilization", 2, { history: historyOf([[NOW_SECONDS - 100, 6]]) }, 6],
    ["no_scale_in_on_prediction", 2, { history: FIVE_BEFORE_TWO }, 4],
    ["hold_on_unknown", 2, { isKnown: false }, 5],
    ["reactive_floor", 2, { reactiveReplicas: 8 }, 8],
  ] as const)("%s: %i becomes what it allows", (guard, replicas, fields, expected) => {
    const guarded = applyGuards(replicas, contextOf(fields));
    expect(guarded.replicas).toBe(expected);
    expect(guarded.changes.map((change) => change.guard)).toContain(guard);
    const sum = guarded.changes.reduce((total, change) => total + change.replicas, 0);
    expect(sum).toBe(expected - replicas);
  });

  it("lets through what no guard minds", () => {
    expect(applyGuards(5, contextOf())).toEqual({ replicas: 5, changes: [] });
  });

  it("never breaks the maximum, whatever the load needs", () => {
    const settings = { ...SETTINGS, minimumReplicas: 2, maximumReplicas: 3 };
    expect(applyGuards(1, contextOf({ settings, reactiveReplicas: 50 })).replicas).toBe(3);
  });
});

describe("what is unknown", () => {
  // Regression: while the models warmed up, 30 running replicas were lowered to the maximum of 20.
  it("never lowers what runs, not even to the maximum", () => {
    const fields = { isKnown: false, currentReplicas: 30, history: historyOf([]) };
    expect(applyGuards(2, contextOf(fields)).replicas).toBe(30);
    expect(applyGuards(2, contextOf({ ...fields, isKnown: true })).replicas).toBe(20);
  });

  // Regression: the first minutes of an outage were "0 calls/s now", and it advised to shrink.
  it("an unconfirmed silence lowers nothing that was recommended, nor what an asker runs", () => {
    const silent = {
      unconfirmedSilenceSeconds: 30,
      currentReplicas: 4,
      history: historyOf([[NOW_SECONDS - 1000, 4]]),
    };
    expect(applyGuards(2, contextOf(silent))).toEqual({
      replicas: 4,
      changes: [{ guard: "hold_on_unknown", replicas: 2 }],
    });
    const asked = { ...silent, currentReplicas: 30, askedSinceSeconds: NOW_SECONDS - 1000 };
    expect(applyGuards(2, contextOf(asked)).replicas).toBe(30);
    expect(applyGuards(2, contextOf({ ...silent, history: historyOf([]) })).replicas).toBe(4);
  });

  it("adds nothing beyond the maximum", () => {
    const fields = { isKnown: false, currentReplicas: 30, reactiveReplicas: 50 };
    expect(applyGuards(2, contextOf(fields)).replicas).toBe(30);
  });
});

/** Decides every ten seconds what is wanted; the replicas follow at once, or `running` says how many run. */
function follow(
  settings: GuardContext["settings"],
  start: number,
  seconds: number,
  wanted: (second: number) => { replicas: number; reactive: number },
  running?: (second: number) => number,
): Map<number, number> {
  const history = new RecommendationHistory(settings.scaleDownStabilizationSeconds);
  const recommended = new Map<number, number>();
  let current = start;
  for (let second = 0; second <= seconds; second += 10) {
    const timeSeconds = NOW_SECONDS + second;
    const { replicas, reactive } = wanted(second);
    current = running?.(second) ?? current;
    const guarded = applyGuards(replicas, {
      settings,
      timeSeconds,
      currentReplicas: current,
      reactiveReplicas: reactive,
      isKnown: true,
      unconfirmedSilenceSeconds: 0,
      askedSinceSeconds: undefined,
      history,
    });
    history.add({
      timeSeconds,
      recommended: guarded.replicas,
      wanted: Math.max(replicas, reactive),
      reactive,
      current,
    });
    current = guarded.replicas;
    recommended.set(second, current);
  }
  return recommended;
}

describe("stabilization", () => {
  it("holds for its time and then lets go", () => {
    // Ten replicas are needed at first, two from second 100 on.
    const recommended = follow(SETTINGS, 10, 600, (second) => {
      const replicas = second < 100 ? 10 : 2;
      return { replicas, reactive: replicas };
    });
    // Ten were wanted last at second 90. Regression: what was held counted as wanted, and was held for ever.
    expect(recommended.get(390)).toBe(10);
    expect(recommended.get(400)).toBe(2);
  });

  it("a fresh agent that knows already does not take replicas away at once", () => {
    const settings = { ...SETTINGS, maxScaleDownReplicasPerMinute: 1 };
    const recommended = follow(settings, 10, 420, () => ({ replicas: 1, reactive: 1 }));
    // What ran at the start is stabilized for 300 s, as if it had been recommended then.
    const seconds = [0, 300, 310, 360, 370, 420];
    expect(seconds.map((second) => recommended.get(second))).toEqual([10, 10, 9, 9, 8, 8]);
  });

  // In shadow mode nobody follows: five are configured and run, two are needed.
  it("a number that never changes does not hold for ever", () => {
    const settings = { ...SETTINGS, maxScaleDownReplicasPerMinute: 1 };
    const two = () => ({ replicas: 2, reactive: 2 });
    const recommended = follow(settings, 5, 900, two, () => 5);
    // From 5, after 300 s, one a minute.
    const seconds = [300, 310, 360, 370, 430, 900];
    expect(seconds.map((second) => recommended.get(second))).toEqual([5, 4, 4, 3, 2, 2]);
  });

  it("holds what somebody else has added, and takes it away at the rate", () => {
    const settings = { ...SETTINGS, maximumReplicas: 40, maxScaleDownReplicasPerMinute: 10 };
    const two = () => ({ replicas: 2, reactive: 2 });
    const recommended = follow(settings, 2, 1200, two, (second) => (second < 600 ? 2 : 30));
    const seconds = [590, 600, 900, 910, 970, 1030, 1200];
    expect(seconds.map((second) => recommended.get(second))).toEqual([2, 30, 30, 20, 10, 2, 2]);
  });

  it("an instance that says nothing for a minute has not stopped", () => {
    const two = () => ({ replicas: 2, reactive: 2 });
    const recommended = follow(SETTINGS, 5, 900, two, (second) => (second % 120 < 60 ? 5 : 4));
    expect(recommended.get(900)).toBe(2);
  });

  // Regression: the rate and the stabilization looked at the history alone, so 30 became 3 at once.
  it("what whoever asks runs is held when it is told first, then goes at the rate", () => {
    const settings = { ...SETTINGS, maximumReplicas: 40, maxScaleDownReplicasPerMinute: 1 };
    const history = historyOf([
      [NOW_SECONDS - 5000, 3],
      [NOW_SECONDS, 3],
    ]);
    const asked = { settings, history, currentReplicas: 30 };
    expect(applyGuards(3, contextOf({ ...asked, askedSinceSeconds: NOW_SECONDS }))).toEqual({
      replicas: 30,
      changes: [{ guard: "stabilization", replicas: 27 }],
    });
    expect(applyGuards(3, contextOf({ ...asked, askedSinceSeconds: NOW_SECONDS - 301 }))).toEqual({
      replicas: 29,
      changes: [{ guard: "scale_down_rate", replicas: 26 }],
    });
  });
});

describe("the rates", () => {
  it.each([4, 1, 0.5, 0.25, 1.5])(
    "%f replicas a minute up, although the replicas follow at once",
    (perMinute) => {
      const settings = {
        ...SETTINGS,
        maximumReplicas: 100,
        maxScaleUpReplicasPerMinute: perMinute,
      };
      const recommended = follow(settings, 2, 1200, () => ({ replicas: 100, reactive: 0 }));
      const step = Math.max(1, Math.floor(perMinute));
      const lookBackSeconds = 60 / Math.min(1, perMinute);
      for (const [second, replicas] of recommended) {
        expect(Number.isInteger(replicas)).toBe(true);
        const before = recommended.get(second - lookBackSeconds);
        if (before !== undefined) expect(replicas - before).toBeLessThanOrEqual(step);
      }
      // It does go on: in twenty minutes as many steps as fit, and one ahead of its time at the start.
      const last = recommended.get(1200) ?? 0;
      expect(last).toBeGreaterThanOrEqual(2 + step * Math.floor(1200 / lookBackSeconds));
      expect(last).toBeLessThanOrEqual(2 + step * (Math.floor(1200 / lookBackSeconds) + 2));
    },
  );

  it.each([1, 0.5])("%f replicas a minute down, without any stabilization", (perMinute) => {
    const settings = {
      ...SETTINGS,
      scaleDownStabilizationSeconds: 0,
      maxScaleDownReplicasPerMinute: perMinute,
    };
    const recommended = follow(settings, 15, 600, () => ({ replicas: 1, reactive: 1 }));
    const lookBackSeconds = 60 / perMinute;
    for (const [second, replicas] of recommended) {
      const before = recommended.get(second - lookBackSeconds);
      // Regression: without stabilization the history forgot what the rate is measured from.
      if (before !== undefined) expect(before - replicas).toBeLessThanOrEqual(1);
    }
    expect(recommended.get(600)).toBeLessThanOrEqual(15 - 600 / lookBackSeconds + 1);
  });

  it("takes nothing away that somebody else has added", () => {
    const settings = { ...SETTINGS, maxScaleUpReplicasPerMinute: 1 };
    const history = historyOf([[NOW_SECONDS - 60, 2]]);
    const guarded = applyGuards(12, contextOf({ settings, currentReplicas: 10, history }));
    expect(guarded.replicas).toBe(10);
  });
});

describe("no scale-in on a prediction alone", () => {
  const lower = () => ({ replicas: 2, reactive: 6 });

  it("keeps what the load still needs", () => {
    const recommended = follow(SETTINGS, 6, 900, lower);
    expect(recommended.get(900)).toBe(6);
  });

  it("allowed, it goes down to what the load needs now and no further", () => {
    const settings = { ...SETTINGS, allowScaleInOnPrediction: true };
    const recommended = follow(settings, 8, 900, lower);
    expect(recommended.get(900)).toBe(6);
  });
});
