import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { seededRandom, type FitJob } from "../core/index.js";
import { createFittingWorker, createInlineFitter } from "./fitting-worker.js";

/** A worker runs JavaScript, so the real thread is tested as it was built. */
const BUILT_THREAD = new URL("../../dist/runtime/fitting-thread.js", import.meta.url);

function scripted(source: string): URL {
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`);
}

function trendJob(): FitJob {
  const random = seededRandom(1);
  const series = Float64Array.from({ length: 120 }, (_, i) => 10 + 0.1 * i + random());
  return { kind: "volume", originIndex: 119, series, horizonSteps: 10, seasonSteps: undefined };
}

/** Four days of hours, for MSTL and Prophet. */
function seasonalJob(): FitJob {
  const random = seededRandom(2);
  return {
    kind: "volume",
    originIndex: 95,
    series: Float64Array.from(
      { length: 96 },
      (_, i) => 20 + 10 * Math.sin((2 * Math.PI * i) / 24) + random(),
    ),
    horizonSteps: 10,
    seasonSteps: 24,
    prophet: { endSeconds: 96 * 3600, stepSeconds: 3600, occurrences: [] },
  };
}

const UNUSABLE: FitJob = {
  kind: "volume",
  originIndex: 1,
  series: Float64Array.of(1, NaN),
  horizonSteps: 1,
  seasonSteps: undefined,
};

describe("createInlineFitter", () => {
  it("fits in the calling thread, and a failed fit is a value", async () => {
    const fitter = createInlineFitter();
    const fitted = await fitter.fit(trendJob());
    // The line goes on: 10 + 0.1 * 129 + 0.5 at the end, within the noise of +-0.5.
    const last = fitted.kind === "volume" ? fitted.paths["ets"]?.at(-1) : undefined;
    expect(last).toBeGreaterThan(22.4);
    expect(last).toBeLessThan(24.4);
    expect(await fitter.fit(UNUSABLE)).toEqual({
      kind: "failed",
      message: "volume: fewer than 12 values",
    });
    await fitter.close();
  });
});

describe.skipIf(!existsSync(BUILT_THREAD))("createFittingWorker, built", () => {
  it("says the same as the inline fitter, job after job", async () => {
    const worker = createFittingWorker({ threadUrl: BUILT_THREAD });
    const inline = createInlineFitter();
    for (const job of [trendJob(), UNUSABLE]) {
      expect(await worker.fit(job)).toEqual(await inline.fit(job));
    }
    const seasonal = await worker.fit(seasonalJob());
    expect(seasonal.kind === "volume" && Object.keys(seasonal.paths)).toEqual(["mstl", "prophet"]);
    expect(seasonal).toEqual(await inline.fit(seasonalJob()));
    await worker.close();
    expect(await worker.fit(trendJob())).toMatchObject({ kind: "failed" });
  });
});

describe("createFittingWorker, with threads that misbehave", () => {
  it("answers failed when the thread throws, and gives up after five in a row", async () => {
    const fitter = createFittingWorker({ threadUrl: scripted("throw new Error('broken')") });
    for (let i = 0; i < 5; i += 1) {
      expect(await fitter.fit(trendJob())).toEqual({
        kind: "failed",
        message: "the fitting thread failed: broken",
      });
    }
    expect(await fitter.fit(trendJob())).toEqual({
      kind: "failed",
      message: "the fitting thread keeps failing and was given up",
    });
    await fitter.close();
  });

  it("starts another thread after one that ended with its answer", async () => {
    const fitter = createFittingWorker({
      threadUrl: scripted(`
        import { parentPort, threadId } from "node:worker_threads";
        parentPort.once("message", ({ id }) => {
          parentPort.postMessage({ id, result: { kind: "failed", message: String(threadId) } });
          parentPort.close();
        });
      `),
    });
    const first = await fitter.fit(trendJob());
    // It has answered but may not have ended yet: a job that it takes along fails, the next does not.
    const answers = [await fitter.fit(trendJob()), await fitter.fit(trendJob())];
    expect(
      answers.filter((answer) => "message" in answer && /^\d+$/.test(answer.message)),
    ).not.toEqual([]);
    expect(answers).not.toContainEqual(first);
    await fitter.close();
  });

  it("gives up a job that takes too long", async () => {
    const fitter = createFittingWorker({
      threadUrl: scripted("setInterval(() => {}, 1000)"),
      timeoutSeconds: 0.05,
    });
    expect(await fitter.fit(trendJob())).toEqual({
      kind: "failed",
      message: "no result within 0.05 s",
    });
    await fitter.close();
  });

  it("refuses more than 64 waiting jobs", async () => {
    const fitter = createFittingWorker({ threadUrl: scripted("setInterval(() => {}, 1000)") });
    const waiting = Array.from({ length: 64 }, () => fitter.fit(trendJob()));
    expect(await fitter.fit(trendJob())).toEqual({
      kind: "failed",
      message: "64 fits are waiting already",
    });
    await fitter.close();
    for (const result of await Promise.all(waiting)) {
      expect(result).toEqual({ kind: "failed", message: "the fitting thread is closed" });
    }
  });
});
