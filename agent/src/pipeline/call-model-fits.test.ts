import { describe, expect, it } from "vitest";

import { DriftAssessor } from "../assessment/drift.js";
import { observationAt, WORKLOAD } from "../core/fixture.js";
import { addCall, addDeviation, emptyWindow } from "../behavior/window-summary.js";
import type { CallModel, DriftCause, FitJob, FitResult } from "../core/index.js";
import { seededRandom } from "../core/index.js";
import { SegmentModels } from "../models/segment-models.js";
import { MarkovSequenceModel } from "../models/sequence/markov.js";
import { CallModelFits } from "./call-model-fits.js";
import { PendingFits } from "./pending-fits.js";

const JOB: FitJob = {
  kind: "volume",
  originIndex: 0,
  series: new Float64Array(),
  horizonSteps: 1,
  seasonSteps: undefined,
};
const RESULT: FitResult = { kind: "volume", originIndex: 0, paths: {} };
const WINDOW_SECONDS = 10;
const DELAY_WINDOWS = 12;

/** A model that could always be trained, and tells of what it is given. */
function restless(adopt: (result: FitResult) => readonly DriftCause[]): CallModel {
  const markov = new MarkovSequenceModel();
  return {
    name: "sequence",
    servedBy: "markov",
    causes: markov.causes,
    score: () => undefined,
    learn: () => undefined,
    status: () => markov.status(),
    bits: () => NaN,
    dueFit: () => JOB,
    adopt,
    fork: () => restless(adopt),
    snapshot: () => null,
    restore: () => undefined,
  };
}

function flow(segments: readonly string[], delayWindows = DELAY_WINDOWS) {
  const adopted: string[] = [];
  const dropped: string[] = [];
  /** Segments to which the next result is another algorithm. */
  const changing = new Set<string>();
  const drift = new DriftAssessor({
    windowSeconds: WINDOW_SECONDS,
    falseAlarmIntervalSeconds: 7 * 86_400,
    referenceHalfLifeSeconds: 21_600,
    warmUpWindows: 30,
    newNormalSeconds: 600,
  });
  const fits = new PendingFits(
    { fit: () => Promise.resolve(RESULT) },
    () => delayWindows * WINDOW_SECONDS,
  );
  const models = new Map(
    segments.map((segment) => {
      const adopt = (result: FitResult): readonly DriftCause[] => {
        if (result.kind === "failed") {
          dropped.push(segment);
          return [];
        }
        adopted.push(segment);
        return changing.delete(segment) ? ["call_sequence"] : [];
      };
      return [segment, new SegmentModels(() => [restless(adopt)])];
    }),
  );
  const callModelFits = new CallModelFits(
    { own: models, served: (segment) => [segment] },
    drift,
    fits,
  );
  const random = seededRandom(1);
  let now = 0;
  /** One window, in which the segments' calls surprise by `shift` standard deviations. */
  const window = async (shift: Readonly<Record<string, number>> = {}): Promise<void> => {
    const windows = segments.map((segment) => {
      const summary = emptyWindow(WORKLOAD, segment, now, now + WINDOW_SECONDS);
      for (let call = 0; call < 30; call += 1) {
        addCall(summary, observationAt(now, {}, { segment }));
        const noise = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
        addDeviation(summary, "call_sequence", noise + (shift[segment] ?? 0));
      }
      return summary;
    });
    now += WINDOW_SECONDS;
    drift.observe(windows);
    for (let late = fits.adoptDue(now); late !== undefined; late = fits.adoptDue(now)) await late;
    callModelFits.requestDue(now);
  };
  return { adopted, changing, dropped, drift, models, window };
}

describe("CallModelFits", () => {
  it("trains one segment after the other, however often one of them would be due", async () => {
    const { adopted, window } = flow(["a", "b", "c"]);
    // Asked in window 1, adopted after the delay, when the next is asked.
    for (let index = 0; index < 1 + 7 * DELAY_WINDOWS; index += 1) await window();
    expect(adopted).toEqual(["a", "b", "c", "a", "b", "c", "a"]);
  });

  it("leaves a segment in alarm alone and trains the others", async () => {
    const { adopted, drift, window } = flow(["a", "b"]);
    for (let index = 0; index < 42; index += 1) await window();
    expect(drift.segment("b").status).toBe("ready");
    while (adopted.at(-1) !== "b") await window();
    for (let index = 0; !drift.isInAlarm("b") && index < 20; index += 1) await window({ b: 5 });
    adopted.length = 0;
    for (let index = 0; index < 40; index += 1) await window({ b: 5 });
    expect(drift.isInAlarm("b")).toBe(true);
    expect(new Set(adopted)).toEqual(new Set(["a"]));
    expect(adopted.length).toBeGreaterThanOrEqual(2);
    // After ten minutes it is the new normal.
    for (let index = 0; index < 60; index += 1) await window({ b: 5 });
    expect(drift.isInAlarm("b")).toBe(false);
    expect(adopted).toContain("b");
  });

  it("never gives out what was asked for before an alarm, neither in it nor after it", async () => {
    const { adopted, drift, dropped, window } = flow(["a", "b"]);
    for (let index = 0; index < 42; index += 1) await window();
    // That of b is under way, and comes in the alarm.
    expect([adopted.at(-1), drift.isInAlarm("b")]).toEqual(["a", false]);
    for (let index = 0; dropped.length === 0 && index < DELAY_WINDOWS; index += 1) {
      await window({ b: 5 });
    }
    expect([drift.isInAlarm("b"), dropped]).toEqual([true, ["b"]]);
    adopted.length = 0;
    for (let index = 0; drift.isInAlarm("b") && index < 100; index += 1) await window({ b: 5 });
    expect(drift.isInAlarm("b")).toBe(false);
    expect(adopted).not.toContain("b");
    expect(dropped).toEqual(["b"]);
    // What was made from the new behavior is taken.
    for (let index = 0; index < 3 * DELAY_WINDOWS; index += 1) await window({ b: 5 });
    expect(adopted).toContain("b");
  });

  it("drops what was asked for before an alarm that is over when it comes", async () => {
    // Results take 100 windows; the alarm lasts a few windows less.
    const { adopted, drift, dropped, window } = flow(["a"], 100);
    for (let index = 0; index < 102; index += 1) await window();
    expect([adopted, drift.segment("a").status]).toEqual([["a"], "ready"]);
    for (let index = 0; index < 20 || drift.isInAlarm("a"); index += 1) await window({ a: 5 });
    expect(dropped).toEqual([]);
    while (dropped.length + adopted.length < 2) await window({ a: 5 });
    expect(dropped).toEqual(["a"]);
  });

  it("lets what is usual be learned anew where another algorithm serves", async () => {
    const { changing, drift, window } = flow(["a", "b"]);
    for (let index = 0; index < 42; index += 1) await window();
    changing.add("b");
    while (changing.size > 0) await window();
    expect(drift.segment("b").status).toBe("warming_up");
    expect(drift.segment("a").status).toBe("ready");
    for (let index = 0; index < 30; index += 1) await window({ b: 5 });
    expect(drift.isInAlarm("b")).toBe(false);
  });

  it("gives nothing to a model that was replaced meanwhile", async () => {
    const { adopted, models, window } = flow(["a"]);
    await window();
    const replaced = models.get("a");
    expect(replaced?.replace({ sequence: null }).status).toBe("accepted");
    for (let index = 0; index < DELAY_WINDOWS; index += 1) await window();
    expect(adopted).toEqual([]);
    for (let index = 0; index < DELAY_WINDOWS; index += 1) await window();
    expect(adopted).toEqual(["a"]);
  });
});
