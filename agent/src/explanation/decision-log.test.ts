import { describe, expect, it } from "vitest";

import { warmingUp } from "../core/index.js";
import { DecisionLog } from "./decision-log.js";
import type { Explanation } from "./decision-log.js";
import { decisionOf } from "./fixture.js";

function explanation(decisionId: string, workload = "default/Deployment/shop"): Explanation {
  return {
    decision: { ...decisionOf(), decisionId, workload, reasons: [] },
    observedCallsPerSecond: 1,
    drift: warmingUp("too_few_windows"),
    cost: warmingUp("no_usage_yet"),
    forecastQuality: [],
  };
}

function idsOf(explanations: readonly Explanation[]): string[] {
  return explanations.map(({ decision }) => decision.decisionId);
}

describe("DecisionLog", () => {
  it("finds a decision by its id, and those of a workload newest first", () => {
    const log = new DecisionLog(10);
    for (const id of ["a", "b", "c"]) log.add(explanation(id));
    log.add(explanation("x", "default/Deployment/other"));
    expect(log.byId("b")?.decision.decisionId).toBe("b");
    expect(log.byId("z")).toBeUndefined();
    expect(idsOf(log.byWorkload("default/Deployment/shop", 2))).toEqual(["c", "b"]);
    expect(idsOf(log.byWorkload("default/Deployment/shop", 99))).toEqual(["c", "b", "a"]);
    expect(log.byWorkload("default/Deployment/shop", 0)).toEqual([]);
    expect(log.byWorkload("default/Deployment/unknown", 5)).toEqual([]);
  });

  it("keeps the newest of each workload, in both ways to find them", () => {
    const log = new DecisionLog(3);
    log.add(explanation("other", "default/Deployment/other"));
    for (let index = 0; index < 1000; index += 1) log.add(explanation(`d${index}`));
    expect(idsOf(log.byWorkload("default/Deployment/shop", 99))).toEqual(["d999", "d998", "d997"]);
    expect(log.byId("d996")).toBeUndefined();
    expect(log.byId("d997")).toBeDefined();
    expect(log.byId("other")).toBeDefined();
  });
});
