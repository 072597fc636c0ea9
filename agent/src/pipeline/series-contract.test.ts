import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { DriftAssessor } from "../assessment/drift.js";
import { observationAt, WORKLOAD } from "../core/fixture.js";
import { addCall, addDeviation, emptyWindow } from "../behavior/window-summary.js";
import { seededRandom } from "../core/index.js";
import type { Json, ModelResult, Persistent, WindowSummary } from "../core/index.js";
import { StreamingAnomaly } from "../models/anomaly/streaming-anomaly.js";
import { FeatureChanges } from "../models/changepoint/feature-changes.js";
import { findChanges } from "../models/changepoint/offline-segmentation.js";
import { OnlineChangeDetector } from "../models/changepoint/online-detector.js";
import { WorkloadCost } from "../models/cost/workload-cost.js";
import { SeriesWatch } from "../models/series/series-watch.js";

/** A model that sees a number at each step, and what it says after it. */
interface SeriesModel {
  observe(step: number, value: number): readonly ModelResult<unknown>[];
  /** What it says without a new value; it may not change anything. */
  look?(): readonly ModelResult<unknown>[];
  readonly snapshot: () => Json;
  readonly restore: (snapshot: Json) => void;
}

const STEP_SECONDS = 300;
const START_SECONDS = 1_700_006_400;
const MINUTE_SECONDS = 60;
const SEASON_STEPS = 48;

function secondsAt(step: number): number {
  return START_SECONDS + step * STEP_SECONDS;
}

function persistent(
  part: Persistent,
  model: Omit<SeriesModel, "snapshot" | "restore">,
): SeriesModel {
  return {
    ...model,
    snapshot: () => part.snapshot(),
    restore: (snapshot) => {
      part.restore(snapshot);
    },
  };
}

function detector(seasonSteps?: number): SeriesModel {
  const part = new OnlineChangeDetector(seasonSteps);
  return persistent(part, { observe: (_step, value) => [part.observe(value, 7)] });
}

function anomaly(): SeriesModel {
  const part = new StreamingAnomaly();
  return persistent(part, { observe: (step, value) => [part.observe(secondsAt(step), value)] });
}

/** Values in the thousands are that many calls at most: a test need not make millions. */
function window(step: number, value: number): WindowSummary {
  const end = secondsAt(step + 1);
  const made = emptyWindow(WORKLOAD, "all", secondsAt(step), end);
  if (!Number.isFinite(value) || value < 0) return made;
  for (let call = 0; call <= Math.min(5, value); call += 1) {
    const operation = call % 2 === 0 ? "GET /a" : `GET /${Math.floor(value) % 3}`;
    addCall(made, observationAt(end - 1, { operation, responseBytes: value }));
    addDeviation(made, "response_payload", value);
  }
  return made;
}

function watch(): SeriesModel {
  const part = new SeriesWatch({
    windowSeconds: STEP_SECONDS,
    seasonSeconds: SEASON_STEPS * STEP_SECONDS,
  });
  const look = (): ModelResult<unknown>[] =>
    Object.values(part.features()).flatMap(({ changeProbability, anomalyScore }) =>
      anomalyScore === undefined ? [changeProbability] : [changeProbability, anomalyScore],
    );
  return persistent(part, {
    look,
    observe: (step, value) => {
      const isKnown = Number.isFinite(value) && value >= 0;
      part.observe(secondsAt(step), isKnown ? value : undefined, window(step, value));
      return look();
    },
  });
}

/** By the sizes of calls alone: readings of counters are not kept, so that a restart is nobody's cost. */
function cost(): SeriesModel {
  const part = new WorkloadCost({ recentHalfLifeSeconds: 3000, learnedHalfLifeSeconds: 86_400 });
  let now = START_SECONDS;
  const look = (): ModelResult<unknown>[] => [part.compare(now)];
  return persistent(part, {
    look,
    observe: (step, value) => {
      now = secondsAt(step + 1);
      part.recordCalls(window(step, value));
      return look();
    },
  });
}

function drift(): SeriesModel {
  const part = new DriftAssessor({
    windowSeconds: STEP_SECONDS,
    falseAlarmIntervalSeconds: 604_800,
    referenceHalfLifeSeconds: 86_400,
    warmUpWindows: 20,
    newNormalSeconds: 7200,
  });
  const look = (): ModelResult<unknown>[] => [part.overall(), part.segment("all")];
  return persistent(part, {
    look,
    observe: (step, value) => {
      part.observe([window(step, value)]);
      return look();
    },
  });
}

const models: [string, () => SeriesModel][] = [
  ["online change detector", () => detector()],
  ["online change detector with a season", () => detector(SEASON_STEPS)],
  ["streaming anomaly", anomaly],
  ["series watch", watch],
  ["cost", cost],
  ["drift", drift],
];

const values = fc.oneof(
  { weight: 8, arbitrary: fc.double({ min: 0, max: 20, noNaN: true }) },
  { weight: 2, arbitrary: fc.constantFrom(0, 0, 5) },
  { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity, 1e300, 5e-324) },
);
/** Mostly steps that follow one another; now and then some are left out. */
const steps = fc.array(
  fc.record({
    value: values,
    wait: fc.oneof(
      { weight: 30, arbitrary: fc.constant(1) },
      { weight: 1, arbitrary: fc.integer({ min: 2, max: 300 }) },
    ),
  }),
  { minLength: 1, maxLength: 220 },
);

function throughJson(snapshot: Json): Json {
  return JSON.parse(JSON.stringify(snapshot)) as Json;
}

function play(model: SeriesModel, series: readonly number[]): readonly ModelResult<unknown>[] {
  return series.flatMap((value, step) => model.observe(step, value));
}

/** Every number in what a ready model says. */
function numbersOf(value: unknown): number[] {
  if (typeof value === "number") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(numbersOf);
}

describe.each(models)("the contract of a model of a series: %s", (_name, create) => {
  it("continues identically after restore(snapshot()), through JSON", () => {
    fc.assert(
      fc.property(steps, fc.nat(220), (list, cut) => {
        const model = create();
        let restored: SeriesModel | undefined;
        let step = 0;
        list.forEach(({ value, wait }, at) => {
          if (at === cut) {
            restored = create();
            restored.restore(throughJson(model.snapshot()));
          }
          step += wait;
          const said = model.observe(step, value);
          if (restored !== undefined) expect(restored.observe(step, value)).toEqual(said);
        });
        if (restored !== undefined) expect(restored.snapshot()).toEqual(model.snapshot());
      }),
      { numRuns: 25 },
    );
  });

  it("says the same of the same series, and looking changes nothing", () => {
    const random = seededRandom(3);
    const series = Array.from({ length: 300 }, () => 10 * random());
    const [one, other] = [create(), create()];
    for (const [step, value] of series.entries()) {
      const said = one.observe(step, value);
      for (let look = 0; look < 3; look += 1) if (other.look !== undefined) other.look();
      expect(other.observe(step, value)).toEqual(said);
    }
    expect(other.snapshot()).toEqual(one.snapshot());
  });

  it("says no number that is not finite, whatever comes", () => {
    fc.assert(
      fc.property(steps, (list) => {
        const model = create();
        let step = 0;
        for (const { value, wait } of list) {
          step += wait;
          for (const said of model.observe(step, value)) {
            if (said.status === "ready") {
              for (const number of numbersOf(said.value)) expect(number).not.toBeNaN();
            } else expect(said.reason).toMatch(/^[a-z_]+$/);
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  it.each<[string, readonly number[]]>([
    ["one value", [5]],
    ["nothing but gaps", Array.from({ length: 300 }, () => NaN)],
    ["nothing but infinity", Array.from({ length: 300 }, () => Infinity)],
  ])("of %s it says why it can't say anything", (_case, series) => {
    for (const said of play(create(), series)) expect(said.status).not.toBe("ready");
  });

  it("keeps the size of its snapshot however long it runs", () => {
    const random = seededRandom(7);
    const model = create();
    let step = 0;
    const run = (count: number): number => {
      for (let at = 0; at < count; at += 1) model.observe((step += 1), 10 * random());
      return JSON.stringify(model.snapshot()).length;
    };
    // The anomaly remembers two weeks of samples, which are 4,032 steps.
    const first = run(4200);
    expect(run(1000)).toBeLessThan(1.02 * first + 200);
  });

  it("refuses garbage with a TypeError that names the field", () => {
    const good = create();
    play(
      good,
      Array.from({ length: 150 }, (_, at) => at % 5),
    );
    const snapshot = good.snapshot() as Record<string, Json>;
    for (const field of Object.keys(snapshot)) {
      const attempt = (): void => {
        create().restore({ ...snapshot, [field]: [true] });
      };
      expect(attempt, field).toThrow(TypeError);
      expect(attempt, field).toThrow(field);
    }
    for (const garbage of [null, 7, "x", []]) {
      expect(() => {
        create().restore(garbage);
      }).toThrow(TypeError);
    }
  });
});

it("a feature that vanishes is stale after a quarter of an hour, and ready when it is back", () => {
  const changes = new FeatureChanges({
    stepSeconds: MINUTE_SECONDS,
    seasonSteps: undefined,
    waitsForSeason: false,
    delaySteps: 0,
  });
  const random = seededRandom(1);
  let step = 0;
  const go = (count: number, value: () => number): string => {
    for (let at = 0; at < count; at += 1) changes.observe(MINUTE_SECONDS * (step += 1), value(), 9);
    return changes.probability.status;
  };
  expect(changes.probability).toEqual({ status: "warming_up", reason: "too_few_windows" });
  expect(go(100, random)).toBe("warming_up");
  expect(go(1, random)).toBe("ready");
  expect(go(15, () => NaN)).toBe("ready");
  expect(go(1, () => NaN)).toBe("failed");
  expect(changes.probability).toEqual({ status: "failed", reason: "stale_input" });
  expect(go(1, random)).toBe("ready");
});

it("a whole series, segmented twice, is segmented the same", () => {
  const random = seededRandom(5);
  const series = Float64Array.from({ length: 200 }, (_, at) => (at < 90 ? 0 : 3) + random());
  expect(findChanges(series)).toEqual(findChanges(series));
  expect(findChanges(new Float64Array(0)).status).toBe("warming_up");
});
