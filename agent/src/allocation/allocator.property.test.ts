import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { Cost, ModelResult, VolumeForecast } from "../core/index.js";
import { failed, ready, warmingUp, WORKLOAD_CLASSES } from "../core/index.js";
import { decide } from "./allocator.js";
import type { AllocationInputs } from "./allocator.js";
import { driftOf } from "./fixture.js";
import { RecommendationHistory } from "./history.js";
import type { AllocationSettings } from "./settings.js";

const NOW_SECONDS = 100_000;

const ratio = fc.double({ min: 0, max: 1, noNaN: true });
const rate = fc.double({ min: 0, max: 1e5, noNaN: true });
const replicas = fc.integer({ min: 1, max: 60 });

const resources = fc.record({
  replicas,
  cpuCores: fc.double({ min: 0, max: 64, noNaN: true }),
  memoryBytes: fc.integer({ min: 0, max: 1e12 }),
  networkBytesPerSecond: fc.double({ min: 0, max: 1e10, noNaN: true }),
});

const settings: fc.Arbitrary<AllocationSettings> = fc
  .record({
    minimumReplicas: replicas,
    span: fc.integer({ min: 0, max: 50 }),
    targetUtilizationRatio: fc.double({ min: 0.05, max: 1, noNaN: true }),
    startUpSeconds: fc.integer({ min: 0, max: 900 }),
    maxScaleUpReplicasPerMinute: fc.double({ min: 0.01, max: 20, noNaN: true }),
    maxScaleDownReplicasPerMinute: fc.double({ min: 0.01, max: 20, noNaN: true }),
    scaleDownStabilizationSeconds: fc.integer({ min: 0, max: 600 }),
    expirySeconds: fc.integer({ min: 1, max: 900 }),
    allowScaleInOnPrediction: fc.boolean(),
    callsPerSecondPerReplica: fc.option(fc.double({ min: 0.001, max: 1e4, noNaN: true }), {
      nil: undefined,
    }),
    driftThreshold: ratio,
    driftConfidenceThreshold: ratio,
  })
  .map(({ span, ...rest }) => ({ ...rest, maximumReplicas: rest.minimumReplicas + span }));

const unknown = fc.constantFrom(
  warmingUp("too_few_windows"),
  warmingUp("no_calls_yet"),
  failed("stale_input"),
  failed("partial_coverage"),
);
function orUnknown<T>(value: fc.Arbitrary<T>): fc.Arbitrary<ModelResult<T>> {
  return fc.oneof({ weight: 4, arbitrary: value.map((known) => ready(known)) }, unknown);
}

const forecast: fc.Arbitrary<VolumeForecast> = fc
  .array(fc.tuple(fc.constantFrom(60, 300, 900), rate, ratio, ratio), { maxLength: 3 })
  .map((points) => ({
    originSeconds: NOW_SECONDS,
    level: 0.9,
    points: points.map(([horizonSeconds, upper, pointShare, lowerShare]) => ({
      horizonSeconds,
      upper,
      point: upper * pointShare,
      lower: upper * pointShare * lowerShare,
      chosen: "naive",
    })),
  }));

const positive = fc.option(fc.double({ min: 0, max: 1e9, noNaN: true }), { nil: undefined });
const cost: fc.Arbitrary<Cost> = fc.record({
  cpuSecondsPerCall: positive,
  networkBytesPerCall: positive,
  memoryBytesPerReplica: positive,
  durationSeconds: positive,
});

const history = fc
  .array(
    fc.tuple(
      fc.integer({ min: 1, max: 120 }),
      replicas,
      fc.option(replicas, { nil: undefined }),
      replicas,
    ),
    {
      maxLength: 20,
    },
  )
  .map((entries) => {
    const built = new RecommendationHistory(600);
    let timeSeconds = NOW_SECONDS - entries.reduce((sum, [gap]) => sum + gap, 0);
    for (const [gap, recommended, reactive, current] of entries) {
      built.add({ timeSeconds, recommended, wanted: recommended, reactive, current });
      timeSeconds += gap;
    }
    return built;
  });

const inputs: fc.Arbitrary<AllocationInputs> = fc.record({
  workload: fc.constant("default/Deployment/shop"),
  timeSeconds: fc.constant(NOW_SECONDS),
  current: resources,
  observedCallsPerSecond: fc.option(rate, { nil: undefined }),
  unconfirmedSilenceSeconds: fc.constantFrom(0, 0, 0, 10, 60),
  askedSinceSeconds: fc.option(fc.integer({ min: NOW_SECONDS - 1000, max: NOW_SECONDS }), {
    nil: undefined,
  }),
  forecast: orUnknown(forecast),
  drift: fc.oneof(
    fc.tuple(ratio, ratio).map(([score, confidence]) => driftOf(score, confidence)),
    unknown,
  ),
  predictedWorkload: orUnknown(
    fc.constantFrom(...WORKLOAD_CLASSES).map((name) => ({
      class: name,
      probabilities: {
        normal: 0.25,
        compute_intensive: 0.25,
        memory_intensive: 0.25,
        transfer_intensive: 0.25,
      },
    })),
  ),
  cost: orUnknown(fc.record({ recent: cost, learned: cost })),
  history,
  horizonSeconds: fc.option(fc.integer({ min: 0, max: 1000 }), { nil: undefined }),
});

/** Whether the regular decisions have never seen as many running. */
function allNew({ current, history }: AllocationInputs): boolean {
  // However long fewer ran in between: by the rule, a short break is no end of it.
  return history.runningSince(current.replicas, NOW_SECONDS, Infinity) === NOW_SECONDS;
}

const FIELDS = ["replicas", "cpuCores", "memoryBytes", "networkBytesPerSecond"] as const;
const RUNS = { numRuns: 500 };

describe("any decision", () => {
  it("has contributions that add up to recommended minus current exactly", () => {
    fc.assert(
      fc.property(settings, inputs, (allowed, given) => {
        const { contributions, recommended, guards } = decide(allowed, given);
        const sum = contributions.reduce((total, { replicas }) => total + replicas, 0);
        expect(sum).toBe(recommended.target.replicas - given.current.replicas);
        for (const { replicas } of contributions) expect(replicas).not.toBe(0);
        const causes = contributions.map(({ cause }) => cause);
        expect(new Set(causes).size).toBe(causes.length);
        expect(causes).toEqual(expect.arrayContaining([...guards]));
      }),
      RUNS,
    );
  });

  it("has lower <= target <= upper in each field, whole replicas, and breaks no limit", () => {
    fc.assert(
      fc.property(settings, inputs, (allowed, given) => {
        const { recommended, status } = decide(allowed, given);
        const { lowerBound, target, upperBound } = recommended;
        // What is unknown never lowers what runs, not even to the maximum.
        const mayLower = status.status === "ready" && given.unconfirmedSilenceSeconds === 0;
        const running = mayLower ? 0 : given.current.replicas;
        const most = Math.max(allowed.maximumReplicas, running);
        for (const field of FIELDS) {
          expect(lowerBound[field]).toBeLessThanOrEqual(target[field]);
          expect(target[field]).toBeLessThanOrEqual(upperBound[field]);
          expect(Number.isFinite(upperBound[field])).toBe(true);
        }
        for (const { replicas } of [lowerBound, target, upperBound]) {
          expect(Number.isInteger(replicas)).toBe(true);
          expect(replicas).toBeGreaterThanOrEqual(allowed.minimumReplicas);
          expect(replicas).toBeLessThanOrEqual(most);
        }
      }),
      RUNS,
    );
  });

  it("never recommends fewer replicas for more predicted demand", () => {
    const growth = fc.double({ min: 1, max: 100, noNaN: true });
    fc.assert(
      fc.property(settings, inputs, forecast, growth, (allowed, given, less, factor) => {
        const more = {
          ...less,
          points: less.points.map((point) => ({
            ...point,
            point: point.point * factor,
            upper: point.upper * factor,
          })),
        };
        const replicasOf = (ahead: VolumeForecast): number =>
          decide(allowed, { ...given, forecast: ready(ahead) }).recommended.target.replicas;
        expect(replicasOf(more)).toBeGreaterThanOrEqual(replicasOf(less));
      }),
      RUNS,
    );
  });

  it("never lowers replicas while something it rests on is not ready", () => {
    fc.assert(
      fc.property(settings, inputs, (allowed, given) => {
        const { status, branch, recommended } = decide(allowed, given);
        fc.pre(status.status !== "ready");
        const lastOne = Math.min(allowed.maximumReplicas, given.history.last ?? 0);
        const held = Math.max(given.current.replicas, lastOne);
        expect(recommended.target.replicas).toBeGreaterThanOrEqual(held);
        expect(branch).toBe("reactive");
      }),
      RUNS,
    );
  });

  // Regression: "Shrink from 40 to 1: a replica takes 4755 calls/s, limited by its network", while nobody
  // knew what its CPU takes.
  it("never lowers replicas by the network alone", () => {
    fc.assert(
      fc.property(settings, inputs, cost, (allowed, given, costs) => {
        const unknownCpu = { ...costs, cpuSecondsPerCall: undefined };
        const { status, recommended } = decide(
          { ...allowed, callsPerSecondPerReplica: undefined },
          { ...given, cost: ready({ recent: unknownCpu, learned: costs }) },
        );
        expect(status.status).not.toBe("ready");
        expect(recommended.target.replicas).toBeGreaterThanOrEqual(given.current.replicas);
      }),
      RUNS,
    );
  });

  it("lowers nothing in a silence of which nobody knows what it is", () => {
    fc.assert(
      fc.property(settings, inputs, (allowed, given) => {
        const silent = { ...given, unconfirmedSilenceSeconds: 10 };
        const { recommended } = decide(allowed, silent);
        const last = given.history.last ?? given.current.replicas;
        const held =
          given.askedSinceSeconds === undefined ? last : Math.max(last, given.current.replicas);
        const most = Math.max(allowed.maximumReplicas, given.current.replicas);
        expect(recommended.target.replicas).toBeGreaterThanOrEqual(Math.min(held, most));
      }),
      RUNS,
    );
  });

  // Regression: asked with 30 running and a history at 3, it answered "Shrink from 30 to 3".
  it("lowers what whoever asks runs no sooner than stabilization and no faster than the rate allow", () => {
    fc.assert(
      fc.property(settings, inputs, (allowed, given) => {
        fc.pre(given.askedSinceSeconds !== undefined);
        const { recommended } = decide(allowed, given);
        const stabilizedSince = NOW_SECONDS - allowed.scaleDownStabilizationSeconds;
        const step = Math.max(1, Math.floor(allowed.maxScaleDownReplicasPerMinute));
        const isNew = (given.askedSinceSeconds ?? 0) >= stabilizedSince && allNew(given);
        const floor = given.current.replicas - (isNew ? 0 : step);
        const least = Math.min(floor, allowed.maximumReplicas);
        expect(recommended.target.replicas).toBeGreaterThanOrEqual(least);
      }),
      RUNS,
    );
  });

  it("never recommends fewer than the observed load needs, as far as the maximum allows", () => {
    fc.assert(
      fc.property(settings, inputs, (allowed, given) => {
        const { reactiveReplicas, recommended } = decide(allowed, given);
        const floor = Math.min(reactiveReplicas ?? 0, allowed.maximumReplicas);
        expect(recommended.target.replicas).toBeGreaterThanOrEqual(floor);
      }),
      RUNS,
    );
  });

  it("never adds fewer replicas for a higher drift score", () => {
    fc.assert(
      fc.property(settings, inputs, ratio, ratio, ratio, (allowed, given, a, b, confidence) => {
        const replicasOf = (score: number): number =>
          decide(allowed, { ...given, drift: driftOf(score, confidence) }).recommended.target
            .replicas;
        expect(replicasOf(Math.max(a, b))).toBeGreaterThanOrEqual(replicasOf(Math.min(a, b)));
      }),
      RUNS,
    );
  });
});
