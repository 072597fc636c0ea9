import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type {
  CostComparison,
  Drift,
  DriftContribution,
  FailedReason,
  ModelResult,
  WarmingUpReason,
  WorkloadClass,
} from "../core/index.js";
import { DRIFT_CAUSES, GUARDS, ready, warmingUp } from "../core/index.js";
import { decisionOf, resources, target } from "./fixture.js";
import { explain } from "./sentences.js";
import type { ExplanationInputs } from "./sentences.js";

function sentencesOf(fields: Partial<ExplanationInputs> = {}): string[] {
  return explain({
    decision: decisionOf(),
    observedCallsPerSecond: undefined,
    unconfirmedSilenceSeconds: 0,
    drift: warmingUp("too_few_windows"),
    driftThreshold: 0.5,
    cost: warmingUp("no_usage_yet"),
    capacity: undefined,
    targetUtilizationRatio: 0.7,
    horizonSeconds: 60,
    ...fields,
  });
}

function driftWith(
  contributions: readonly Partial<DriftContribution>[],
  fields: Partial<Drift> = {},
): ModelResult<Drift> {
  return ready({
    score: 0.8123,
    confidence: 0.954,
    sinceSeconds: undefined,
    contributions: contributions.map((contribution) => ({
      segment: "analysts",
      cause: "timing",
      share: 0.5,
      severity: 0.25,
      recent: undefined,
      learned: undefined,
      ...contribution,
    })),
    ...fields,
  });
}

describe("the headline", () => {
  it.each([
    ["Keep 2 replicas.", decisionOf()],
    ["Keep 1 replica.", decisionOf({ current: resources(1), ...target(resources(1)) })],
    ["Grow from 2 to 6 replicas.", decisionOf(target(resources(6)))],
    ["Shrink from 2 to 1 replica.", decisionOf(target(resources(1)))],
    [
      "Keep 2 replicas, each with 2.5 CPU cores and 3 GiB memory and 1.91 MiB/s network.",
      decisionOf(
        target(
          resources(2, { cpuCores: 2.5, memoryBytes: 3 * 2 ** 30, networkBytesPerSecond: 2e6 }),
        ),
      ),
    ],
  ])("%s", (sentence, decision) => {
    expect(sentencesOf({ decision })[0]).toBe(sentence);
  });
});

describe("what is held", () => {
  // Regression: a configured 2 beside 8 that stabilization held after the load had calmed read
  // "Grow from 2 to 8 replicas.".
  it.each([
    ["Hold 8 replicas although 2 would do.", 2, 8, [["stabilization", 6]]],
    [
      "Hold 8 replicas although 2 would do.",
      8,
      8,
      [
        ["load", -6],
        ["stabilization", 6],
      ],
    ],
    // Nobody calls: none would do, but nobody runs none.
    [
      "Hold 8 replicas.",
      8,
      8,
      [
        ["load", -8],
        ["scale_down_rate", 8],
      ],
    ],
    // Down, although not as far as it would.
    [
      "Shrink from 8 to 7 replicas.",
      8,
      7,
      [
        ["load", -6],
        ["scale_down_rate", 5],
      ],
    ],
    // Up to what is needed, or to what the configuration says: held from nowhere.
    ["Grow from 2 to 3 replicas.", 2, 3, [["reactive_floor", 1]]],
    [
      "Grow from 2 to 3 replicas.",
      2,
      3,
      [
        ["load", -1],
        ["minimum_replicas", 2],
      ],
    ],
    // Ten are wanted and twelve were, but the rate allows four: that is growth.
    [
      "Grow from 2 to 4 replicas.",
      2,
      4,
      [
        ["load", 8],
        ["stabilization", 2],
        ["scale_up_rate", -8],
      ],
    ],
  ] as const)("%s (from %i to %i by %j)", (sentence, current, replicas, causes) => {
    const decision = decisionOf({
      current: resources(current),
      ...target(resources(replicas)),
      contributions: causes.map(([cause, change]) => ({ cause, replicas: change })),
    });
    expect(sentencesOf({ decision })[0]).toBe(sentence);
  });

  it("does not claim that fewer would do when nobody knows", () => {
    const decision = decisionOf({
      status: { status: "failed", reason: "stale_input" },
      contributions: [{ cause: "hold_on_unknown", replicas: 6 }],
      ...target(resources(8)),
    });
    expect(sentencesOf({ decision })[0]).toBe("Hold 8 replicas.");
  });
});

describe("the status", () => {
  const reasons: readonly (WarmingUpReason | FailedReason)[] = [
    "no_calls_yet",
    "too_few_windows",
    "too_few_calls",
    "no_usage_yet",
    "stale_input",
    "partial_coverage",
    "key_changed",
    "fit_failed",
    "non_finite_input",
  ];

  it.each(reasons)("%s is said in words", (reason) => {
    const status = { status: "failed", reason } as { status: "failed"; reason: FailedReason };
    const [, sentence] = sentencesOf({
      decision: decisionOf({ status, branch: "reactive" }),
      observedCallsPerSecond: 5,
      capacity: { callsPerSecond: 10, limitedBy: "cpu" },
    });
    expect(sentence).toMatch(
      /^It never goes below what runs, and up only with the observed load, because [a-z].*\.$/,
    );
    expect(sentence).not.toContain("_");
  });

  it("it does not claim to follow a load that is unknown", () => {
    const status = { status: "failed", reason: "stale_input" } as const;
    const [, sentence] = sentencesOf({ decision: decisionOf({ status, branch: "reactive" }) });
    expect(sentence).toBe(
      "It holds what there is, because no calls are reported any more, and whether nobody calls or nothing reports is unknown.",
    );
  });
});

describe("a stale cost", () => {
  it("is not taken for calls that are not reported", () => {
    const status = { status: "failed", reason: "stale_input" } as const;
    const forecast = { originSeconds: 0, level: 0.9, points: [] };
    const [, sentence] = sentencesOf({
      decision: decisionOf({ status, branch: "reactive", forecast }),
      observedCallsPerSecond: 5,
      cost: { status: "failed", reason: "stale_input" },
    });
    expect(sentence).toBe(
      "It holds what there is, because what a call costs has not been measured lately: the service's own metrics are not read any more.",
    );
  });
});

// Regression: "Shrink from 40 to 1" by the network alone, with no word that the CPU was unknown.
describe("an unknown CPU", () => {
  it("is named, and what makes it known", () => {
    const status = { status: "warming_up", reason: "no_usage_yet" } as const;
    const [, sentence] = sentencesOf({
      decision: decisionOf({ status, branch: "reactive" }),
      observedCallsPerSecond: 5,
      capacity: { callsPerSecond: 4755, limitedBy: "network_only" },
    });
    expect(sentence).toContain("what a call takes of a replica's CPU is not known");
    expect(sentence).toContain("allocation.callsPerSecondPerReplica");
  });
});

// Regression: "keep" beside "Shrink from 30 to 3 replicas." read like a contradiction.
describe("the branch keep", () => {
  it.each([
    ["Behavior is as learned; the size follows the load and its forecast.", 0.9],
    ["The drift is not certain enough to act on; the size follows the load and its forecast.", 0.5],
  ])("%s", (sentence, driftThreshold) => {
    expect(sentencesOf({ drift: driftWith([]), driftThreshold })).toContain(sentence);
  });

  it("does not claim that behavior is as learned before it is", () => {
    expect(sentencesOf()).toContain(
      "What behavior is typical is not learned yet; the size follows the load and its forecast.",
    );
  });

  it.each(["drift", "shape", "event", "reactive"] as const)("is not said of %s", (branch) => {
    const sentences = sentencesOf({ decision: decisionOf({ branch }) });
    expect(sentences.join(" ")).not.toContain("the size follows");
  });
});

describe("drift", () => {
  it("is told from its threshold on, with its time, score and confidence", () => {
    const drift = driftWith([], { sinceSeconds: Date.UTC(2026, 2, 1, 14, 5, 20) / 1000 });
    expect(sentencesOf({ drift })[1]).toBe(
      "Behavior has drifted since 14:05:20 UTC (score 0.812, confidence 95%).",
    );
    const atThreshold = sentencesOf({ drift, driftThreshold: 0.8123 });
    expect(atThreshold.filter((sentence) => sentence.includes("drifted"))).toEqual([]);
  });

  it.each([
    [
      "analysts: GET /export went from 2% to 31% of their calls.",
      { cause: "operation_mix", operation: "GET /export", learned: 0.02, recent: 0.312 },
    ],
    [
      "analysts: GET /export went from 0% to 0.42% of their calls.",
      { cause: "operation_mix", operation: "GET /export", learned: 0, recent: 0.0042 },
    ],
    [
      "analysts: the size of responses went from 512 B to 1.5 MiB on average.",
      { cause: "response_payload", learned: 512, recent: 1.5 * 2 ** 20 },
    ],
    [
      "analysts: the size of requests went from 0 B to 2 KiB on average.",
      { cause: "request_payload", learned: 0, recent: 2048 },
    ],
    ["analysts: the pace of calls changed (distance 0.25 of 1).", { cause: "timing" }],
    [
      "analysts: which operations are called changed (distance 0.25 of 1).",
      { cause: "operation_mix" },
    ],
  ] as const)("%s", (sentence, contribution) => {
    expect(sentencesOf({ drift: driftWith([contribution]) })[2]).toBe(sentence);
  });

  it("every cause has words", () => {
    for (const cause of DRIFT_CAUSES) {
      const sentence = sentencesOf({ drift: driftWith([{ cause }]) })[2];
      expect(sentence).toMatch(/^analysts: [a-z ]+ changed \(distance 0\.25 of 1\)\.$/);
    }
  });

  it("lists three details, none twice", () => {
    const contributions = [
      { cause: "timing" },
      { cause: "timing" },
      { cause: "formats" },
      { cause: "arguments" },
      { cause: "permissions" },
    ] as const;
    const details = sentencesOf({
      decision: decisionOf({ branch: "drift" }),
      drift: driftWith(contributions),
    }).slice(2);
    expect(details).toHaveLength(3);
    expect(new Set(details).size).toBe(3);
  });

  it("neither none nor all is claimed of nearly so", () => {
    const drift = driftWith([], { confidence: 0.9999 });
    expect(sentencesOf({ drift })[1]).toContain("confidence over 99%");
  });
});

describe("the predicted workload", () => {
  const cost: ModelResult<CostComparison> = ready({
    recent: {
      cpuSecondsPerCall: 0.08,
      networkBytesPerCall: 2 ** 20,
      memoryBytesPerReplica: 2 ** 30,
      durationSeconds: 0.1,
    },
    learned: {
      cpuSecondsPerCall: 0.0125,
      networkBytesPerCall: 1536,
      memoryBytesPerReplica: 2 ** 28,
      durationSeconds: 0.02,
    },
  });
  const predicted = (name: WorkloadClass) => ({
    class: name,
    probabilities: {
      normal: 0,
      compute_intensive: 0,
      memory_intensive: 0,
      transfer_intensive: 0,
      [name]: 0.87,
    },
  });

  it.each([
    [
      "compute_intensive",
      "The work is heavier on CPU (probability 87%): a call takes 80 ms of CPU instead of 12.5 ms of CPU.",
    ],
    [
      "memory_intensive",
      "The work is heavier on memory (probability 87%): a replica holds 1 GiB instead of 256 MiB.",
    ],
    [
      "transfer_intensive",
      "The work is heavier on data transfer (probability 87%): a call moves 1 MiB instead of 1.5 KiB.",
    ],
  ] as const)("%s", (name, sentence) => {
    const decision = decisionOf({ branch: "shape", predictedWorkload: predicted(name) });
    expect(sentencesOf({ decision, cost })[1]).toBe(sentence);
  });

  it("is not worth a word when it is normal", () => {
    const decision = decisionOf({ predictedWorkload: predicted("normal") });
    expect(sentencesOf({ decision, cost }).join(" ")).not.toContain("The work is");
  });
});

describe("load and capacity", () => {
  const forecast = {
    originSeconds: 0,
    level: 0.9,
    points: [{ horizonSeconds: 300, point: 61.26, lower: 55.04, upper: 70, chosen: "ets" }],
  };

  it("are told with their interval and their limit", () => {
    const decision = decisionOf({ forecast });
    const capacity = { callsPerSecond: 12.345, limitedBy: "network" } as const;
    expect(sentencesOf({ decision, observedCallsPerSecond: 48.6, capacity }).slice(2)).toEqual([
      "48.6 calls/s now; in 5 min 61.3 (between 55 and 70), by ets.",
      "A replica takes 12.3 calls/s, limited by its network.",
    ]);
  });

  // Regression: a horizon beyond the longest forecast was answered silently with the longest.
  it("say how far the forecast goes when more was asked for", () => {
    const sentence = "The forecast goes 5 min ahead; what comes up to 1 h ahead is not known.";
    const decision = decisionOf({ forecast });
    expect(sentencesOf({ decision, horizonSeconds: 3600 })).toContain(sentence);
    expect(sentencesOf({ decision, horizonSeconds: 300 })).not.toContain(sentence);
  });

  it.each([
    // Regression: 10 are configured, and "7 calls/s, as configured" was said.
    ["given", "A replica takes 7 calls/s: 70% of the 10 configured."],
    ["cpu", "A replica takes 7 calls/s, limited by its CPU."],
    ["network_only", "A replica's network takes 7 calls/s; what its CPU takes is unknown."],
  ] as const)("limited by %s", (limitedBy, sentence) => {
    expect(sentencesOf({ capacity: { callsPerSecond: 7, limitedBy } })).toContain(sentence);
  });

  // Regression: "0 calls/s now" was said of a silence that may be an outage.
  it("do not call a load the present one that was before a silence", () => {
    const decision = decisionOf({ forecast });
    const silent = { decision, observedCallsPerSecond: 20, unconfirmedSilenceSeconds: 40 };
    expect(sentencesOf(silent)).toContain(
      "20 calls/s before the last 40 s without a call; in 5 min 61.3 (between 55 and 70), by ets.",
    );
  });
});

describe("the guards", () => {
  it("each is named and explained", () => {
    const contributions = GUARDS.map((cause) => ({ cause, replicas: 1 }));
    const sentences = sentencesOf({ decision: decisionOf({ contributions }) }).slice(2);
    expect(sentences).toHaveLength(GUARDS.length);
    for (const [index, guard] of GUARDS.entries()) {
      // Each adds one to the two that run and to what the ones before added.
      const held = `${index + 3} instead of ${index + 2}`;
      expect(sentences[index]).toMatch(new RegExp(`^Held at ${held} by ${guard}: [a-z].*\\.$`));
    }
  });

  // Regression: "Shrink from 3 to 2" beside "Limited by stabilization: not down until ...".
  it("say what was held, and at what", () => {
    const decision = decisionOf({
      current: resources(3),
      ...target(resources(2)),
      contributions: [
        { cause: "load", replicas: -2 },
        { cause: "stabilization", replicas: 1 },
      ],
    });
    const sentences = sentencesOf({ decision });
    expect(sentences[0]).toBe("Shrink from 3 to 2 replicas.");
    expect(sentences.at(-1)).toBe(
      "Held at 2 instead of 1 by stabilization: not down until the lower number has held for the stabilization time.",
    );
  });

  it("say why a silence holds, and that nobody knows whether fewer would do", () => {
    const decision = decisionOf({
      contributions: [
        { cause: "load", replicas: -1 },
        { cause: "hold_on_unknown", replicas: 1 },
      ],
    });
    const sentences = sentencesOf({ decision, unconfirmedSilenceSeconds: 30 });
    expect(sentences[0]).toBe("Hold 2 replicas.");
    expect(sentences.at(-1)).toBe(
      "Held at 2 instead of 1 by hold_on_unknown: no call for 30 s: whether nobody calls or nothing is reported is not known yet.",
    );
  });
});

describe("any number", () => {
  it("is written without an exponent and without more digits than it is worth", () => {
    const number = fc.double({ min: 0, max: 1e15, noNaN: true });
    fc.assert(
      fc.property(number, number, number, (load, point, bytes) => {
        const decision = decisionOf({
          forecast: {
            originSeconds: 0,
            level: 0.9,
            points: [{ horizonSeconds: 60, point, lower: 0, upper: point, chosen: "naive" }],
          },
        });
        const contribution = { cause: "response_payload", recent: bytes, learned: load } as const;
        const drift = driftWith([contribution]);
        for (const sentence of sentencesOf({ decision, drift, observedCallsPerSecond: load })) {
          expect(sentence).not.toMatch(/\de[+-]?\d|NaN|Infinity|undefined/);
          // At most six decimals, and none that says nothing.
          expect(sentence).not.toMatch(/\.\d{7}|\.\d*0(?!\d)/);
        }
      }),
    );
  });
});
