import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decisionOf } from "../../explanation/fixture.js";
import { explain } from "../../explanation/sentences.js";
import { chooseReasons } from "./chosen-reasons.js";

/** In the agent's own words, so that a change of these shows here. */
const REASONS = explain({
  decision: decisionOf({
    branch: "drift",
    guards: ["no_scale_in_on_prediction"],
    contributions: [
      { cause: "load", replicas: -1 },
      { cause: "no_scale_in_on_prediction", replicas: 1 },
    ],
    forecast: {
      originSeconds: 1_750_000_000,
      level: 0.9,
      points: [{ horizonSeconds: 60, point: 12.5, lower: 9, upper: 16, chosen: "ets" }],
    },
  }),
  observedCallsPerSecond: 11.4,
  unconfirmedSilenceSeconds: 0,
  drift: {
    status: "ready",
    value: {
      score: 0.9,
      confidence: 0.99,
      sinceSeconds: 1_749_999_000,
      contributions: ["arguments", "permissions", "timing"].map((cause) => ({
        segment: "analysts",
        cause: cause as "timing",
        share: 0.3,
        severity: 0.7,
        recent: undefined,
        learned: undefined,
      })),
    },
  },
  driftThreshold: 0.5,
  cost: { status: "warming_up", reason: "no_usage_yet" },
  capacity: { callsPerSecond: 9, limitedBy: "cpu" },
  targetUtilizationRatio: 0.7,
  horizonSeconds: 60,
});

describe("chooseReasons", () => {
  it("keeps the load, the drift and the guard where there is room for little", () => {
    // One line each but the guard's, which takes two or three.
    const chosen = chooseReasons(REASONS, 69, 5).join(" ");
    expect(chosen).toContain("11.4 calls/s now; in 1 min 12.5");
    expect(chosen).toContain("Behavior has drifted since");
    expect(chosen).toContain("the recent load still needed them.");
    // These stand in the rows above.
    expect(chosen).not.toContain("score");
    expect(chosen).not.toContain("2 replicas");
  });

  it("keeps the load where there is room for one line", () => {
    expect(chooseReasons(REASONS, 69, 1).join()).toMatch(/^11\.4 calls\/s now/);
  });

  it("says why something is unknown before all details", () => {
    const reasons = [
      "Hold 2 replicas.",
      "A replica takes 9 calls/s.",
      "It waits, because it is new.",
    ];
    expect(chooseReasons(reasons, 69, 1)).toEqual(["It waits, because it is new."]);
    expect(chooseReasons(reasons, 69, 2)).toEqual(reasons.slice(1));
    expect(chooseReasons(reasons, 69, 3)).toEqual(reasons);
  });

  it("shows whole sentences in their order, within the room that there is", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 30, max: 150 }),
        fc.integer({ min: 0, max: 30 }),
        (columns, rows) => {
          const lines = chooseReasons(REASONS, columns, rows);
          expect(lines.length).toBeLessThanOrEqual(rows);
          const shown = lines.join(" ");
          const whole = REASONS.map((reason) => reason.replace(/ \(score.*\)/, "")).filter(
            (reason) => shown.includes(reason),
          );
          expect(shown).toBe(whole.join(" "));
        },
      ),
    );
  });
});
