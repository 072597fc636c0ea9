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
  it("answers failed when the thread throws, and pauses after five in a row, not for ever", async () => {
    let now = 0;
    const problems: string[] = [];
    const fitter = createFittingWorker({
      threadUrl: scripted("throw new Error('broken')"),
      nowSeconds: () => now,
      onPause: (problem) => problems.push(problem),
    });
    const broken = { kind: "failed", message: "the fitting thread failed: broken" };
    for (let i = 0; i < 5; i += 1) {
      expect(problems).toEqual([]);
      expect(await fitter.fit(trendJob())).toEqual(broken);
    }
    expect(problems).toEqual([
      "5 times in a row without a result, at last: the fitting thread failed: broken; " +
        "the fitting thread is tried again after 600 s",
    ]);
    now = 599;
    expect(await fitter.fit(trendJob())).toEqual({
      kind: "failed",
      message: "the fitting thread keeps failing and is left alone",
    });
    now = 600;
    expect(await fitter.fit(trendJob())).toEqual(broken);
    expect(problems).toHaveLength(2);
    now = 1199;
    expect(await fitter.fit(trendJob())).not.toEqual(broken);
    await fitter.close();
  });

  it("starts another thread after one that ended with its answer, and no job goes with it", async () => {
    const fitter = createFittingWorker({
      threadUrl: scripted(`
        import { parentPort, threadId } from "node:worker_threads";
        parentPort.once("message", ({ id }) => {
          parentPort.postMessage({ id, result: { kind: "failed", message: String(threadId) } });
          parentPort.close();
        });
      `),
    });
    const answers = await Promise.all([1, 2, 3].map(() => fitter.fit(trendJob())));
    const threads = answers.map((answer) => ("message" in answer ? answer.message : ""));
    for (const thread of threads) expect(thread).toMatch(/^\d+$/);
    expect(new Set(threads).size).toBe(3);
    await fitter.close();
  });

  it("gives up a job that takes too long, and none of those that wait behind it", async () => {
    const fitter = createFittingWorker({
      threadUrl: scripted(`
        import { parentPort } from "node:worker_threads";
        parentPort.on("message", ({ id, job }) => {
          const result = { kind: "failed", message: "answered" };
          if (job.originIndex > 0) parentPort.postMessage({ id, result });
        });
      `),
      timeoutSeconds: 1,
    });
    const hanging = { ...trendJob(), originIndex: 0 };
    // When the others come to the head, the limit is over since they were asked for.
    const results = await Promise.all([
      fitter.fit(hanging),
      fitter.fit(trendJob()),
      fitter.fit(trendJob()),
    ]);
    expect(results.map((result) => "message" in result && result.message)).toEqual([
      "no result within 1 s",
      "answered",
      "answered",
    ]);
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
