import { describe, expect, it } from "vitest";
import { seededRandom } from "../core/index.js";
import { backtest, TooShortError, type Backtest } from "./backtest.js";
import { clusterOf } from "./cluster/fixture.js";
import { judge } from "./cluster/outcome.js";
import { compareCosts, interpolate } from "./comparison.js";
import type { PolicyName } from "./policies/policy.js";
import { htmlReport } from "./report/html-report.js";
import { resultOf } from "./result.js";
import { atEqualPods, repairSentence, textReport } from "./text-report.js";
import { timelineLines } from "./timeline.js";
import { verdictOf } from "./verdict.js";

const NO_REPAIRS = { outOfOrder: 0, duplicates: 0, absentZeros: 0, unknown: 0 };
const DAY = 1440;

/** Five days of a smooth season with some noise and a gap. */
function smoothLoad(): number[] {
  const random = seededRandom(8);
  return Array.from({ length: 5 * DAY }, (_, t) => {
    if (t > 6000 && t < 6010) return NaN;
    return Math.round(60 - 50 * Math.cos((2 * Math.PI * t) / DAY) + 4 * random());
  });
}

function run(calls: readonly number[], policies: readonly PolicyName[]): Backtest {
  return backtest({
    cluster: clusterOf(calls),
    price: 20,
    trainShare: 0.7,
    policies,
    tell: () => undefined,
  });
}

const smooth = run(smoothLoad(), ["presage", "hpa", "hpa_tuned", "static_peak"]);

describe("the backtest", () => {
  it("tunes on the training part alone", () => {
    const calls = smoothLoad();
    const cut = smooth.spans.judged.from;
    expect(cut).toBe(5040);
    // The judged part another: the choice the same.
    const changed = run(
      calls.map((load, t) => (t < cut ? load : 500)),
      ["hpa_tuned", "static_peak"],
    );
    for (const { policy, tuned } of changed.policies) {
      const before = smooth.policies.find((other) => other.policy.name === policy.name);
      expect(tuned.setting).toBe(before?.tuned.setting);
      expect(tuned.variant).toBe(before?.tuned.variant);
    }
  });

  it("measures by an oracle that nobody beats", () => {
    for (const { policy, costOverOracle, frontier } of smooth.policies) {
      expect(costOverOracle).toBeGreaterThan(1);
      const pods = frontier.map(({ outcome }) => outcome.podHours);
      expect([...pods].sort((a, b) => a - b)).toEqual(pods);
      if (policy.variants.length === 1) expect(frontier.length).toBe(policy.settings.length);
    }
  });

  it("refuses a trace of which too little is known", () => {
    expect(() => run(new Array<number>(90).fill(1), ["hpa"])).toThrow(TooShortError);
    const dark = smoothLoad().map((load, t) => (t < 5040 ? load : NaN));
    expect(() => run(dark, ["hpa"])).toThrow("the judged part has 0 steps");
  });

  it("finds Presage ahead of all on a smooth load, at the price and at equal pod-hours", () => {
    expect(verdictOf(smooth)).toMatchObject({ recommends: "presage" });
    const equal = atEqualPods(smooth, "hpa").filter(({ calls }) => Number.isFinite(calls));
    expect(equal.length).toBeGreaterThan(0);
    for (const { calls } of equal) expect(calls).toBeLessThan(1);
  });
});

describe("the verdict", () => {
  /** Presage asks for `own`, the rival for `other`, for a load of one replica. */
  const verdictFor = (own: number, other: number): ReturnType<typeof verdictOf> => {
    const length = 4 * DAY;
    const cluster = clusterOf(new Array<number>(length).fill(10));
    const spans = { training: { from: 1, to: DAY }, judged: { from: DAY, to: length } };
    const policies = smooth.policies.slice(0, 2).map((judged, at) => {
      const asked = new Uint32Array(length).fill(at === 0 ? own : other);
      const outcome = judge(cluster, asked, spans.judged);
      return {
        ...judged,
        asked,
        costOverOracle: at === 0 ? own : other,
        tuned: { ...judged.tuned, outcome },
      };
    });
    return verdictOf({ ...smooth, cluster, spans, policies });
  };

  it.each([
    [2, 3, "presage", "costs 33.3% less than hpa"],
    [3, 2, "rival", "Do not use Presage here: hpa"],
    [2, 2, "either", "can't tell"],
  ])("of %i against %i replicas is %s", (own, other, recommends, text) => {
    const verdict = verdictFor(own, other);
    expect(verdict.recommends).toBe(recommends);
    expect(verdict.text).toContain(text);
  });

  it("compares nothing when one stands alone", () => {
    expect(verdictOf({ ...smooth, policies: smooth.policies.slice(1, 2) }).text).toContain("hpa");
  });
});

describe("comparisons", () => {
  it("lie on the straight line between settings, and end with the dearest", () => {
    const point = (podHours: number, underProvisionedCalls: number) => ({
      setting: 1,
      variant: "",
      outcome: { ...smooth.oracle.outcome, podHours, underProvisionedCalls },
    });
    const frontier = [point(10, 100), point(20, 40), point(40, 0)];
    expect(interpolate(frontier, 15, "underProvisionedCalls")).toBe(70);
    expect(interpolate(frontier, 40, "underProvisionedCalls")).toBe(0);
    expect(interpolate(frontier, 50, "underProvisionedCalls")).toBe(0);
    expect(interpolate(frontier, 9, "underProvisionedCalls")).toBeNaN();
  });

  it("have an interval that a single bad day widens", () => {
    const length = 11 * DAY;
    const cluster = clusterOf(new Array<number>(length).fill(10));
    const one = new Uint32Array(length).fill(1);
    // Nine replicas more on one of ten days: .9 more on the whole, with one day in ten deciding.
    const bad = one.map((replicas, t) =>
      Math.floor((t - 1) / DAY) === 4 ? replicas + 9 : replicas,
    );
    const span = { from: 1, to: 1 + 10 * DAY };
    const { ratio, lower, upper } = compareCosts(cluster, bad, one, span, 20);
    expect(ratio).toBeCloseTo(1.9, 2);
    expect(lower).toBeLessThan(1.05);
    expect(upper).toBeGreaterThan(2.5);
    expect(compareCosts(cluster, one, one, span, 20)).toEqual({ ratio: 1, lower: 1, upper: 1 });
  });
});

describe("what comes out", () => {
  const verdict = verdictOf(smooth);

  it("has the keys that others read", () => {
    const result = resultOf("t.csv", smooth, verdict, NO_REPAIRS, 1.5);
    const metrics = {
      violation_minutes: expect.any(Number) as number,
      under_provisioned_calls: expect.any(Number) as number,
      pod_hours: expect.any(Number) as number,
    };
    expect(JSON.parse(JSON.stringify(result))).toMatchObject({
      trace: "t.csv",
      rows: 7200,
      policies: {
        presage: {
          ...metrics,
          setting: expect.any(Number) as number,
          theta_u: expect.any(Number) as number,
          theta_o: expect.any(Number) as number,
          tau_u: expect.any(Number) as number,
          tau_o: expect.any(Number) as number,
          changes_per_hour: expect.any(Number) as number,
          cost_over_oracle: expect.any(Number) as number,
        },
      },
      frontier: { hpa: expect.arrayContaining([expect.objectContaining(metrics)]) as unknown[] },
      oracle: metrics,
      verdict: verdict.text,
    });
  });

  it("has a row for each judged step, and nothing where nothing is known", () => {
    const lines = [...timelineLines(smooth)];
    expect(lines.length).toBe(1 + 7200 - 5040);
    expect(lines[0]).toBe("time,calls,demanded,presage,hpa,hpa_tuned,static_peak");
    expect(lines[1]).toMatch(/^1970-01-04T12:00:00.000Z,\d+,\d+(,\d+){4}$/);
    // Step 6001 is unknown.
    expect(lines[1 + 6001 - 5040]).toMatch(/^1970-01-05T04:01:00.000Z,,(,\d+){4}$/);
  });

  it("is a page that stands alone, with a line for each policy and whatever name escaped", () => {
    const html = htmlReport('</title><script>"x"', "<count>", smooth, verdict, NO_REPAIRS);
    expect(html).not.toMatch(/<script|https?:|<link|<img|@import|url\(http|src=/);
    expect(html).toContain("&lt;count&gt;");
    for (const { policy } of smooth.policies) expect(html).toContain(`<td>${policy.name}</td>`);
    expect(html).toContain("prefers-color-scheme: dark");
    expect(html).not.toMatch(/NaN|undefined|Infinity/);
    expect(html.match(/<polyline/g)?.length).toBe(smooth.policies.length);
    expect(html.match(/<section/g)?.length).toBe(html.match(/<\/section>/g)?.length);
  });

  it("says what was put right", () => {
    const repairs = { ...NO_REPAIRS, outOfOrder: 3, unknown: 7 };
    const sentence = repairSentence(repairs);
    expect(sentence).toContain("3 rows stood after a later one");
    expect(sentence).toContain("7 steps are unknown");
    expect(repairSentence(NO_REPAIRS)).toBe("");
    expect(textReport(smooth, verdict, repairs).at(-1)).toBe(sentence);
  });
});
