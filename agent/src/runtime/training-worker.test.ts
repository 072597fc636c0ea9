import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { observationAt } from "../core/fixture.js";
import { seededRandom, SESSION_START, type FitJob } from "../core/index.js";
import { LstmSequenceModel } from "../models/sequence/lstm-sequence-model.js";
import { runSequenceJob } from "../models/sequence/sequence-job.js";
import { createTrainingWorker } from "./training-worker.js";

/** A worker runs JavaScript, so the real thread is tested as it was built. */
const BUILT_THREAD = new URL("../../dist/runtime/training-thread.js", import.meta.url);

function trainingJob(): Extract<FitJob, { kind: "sequence" }> {
  const model = new LstmSequenceModel({ units: 4, minTrainingCalls: 500, sessionGapSeconds: 60 });
  const random = seededRandom(1);
  for (let session = 0; session < 200; session += 1) {
    const door = random() < 0.5 ? "front" : "back";
    for (const [index, operation] of [`in ${door}`, "look", `out ${door}`].entries()) {
      const previousOperation = [SESSION_START, `in ${door}`, "look"][index] ?? SESSION_START;
      const secondsSincePrevious = index === 0 ? undefined : 1;
      const place = { sessionKey: `s${session}`, previousOperation, secondsSincePrevious };
      model.learn(observationAt(100 * session + index, { operation }, place));
    }
  }
  const job = model.dueFit();
  if (job?.kind !== "sequence") throw new Error("no training is due");
  return { ...job, effort: { ...job.effort, epochs: 3, minSteps: 20 } };
}

describe.skipIf(!existsSync(BUILT_THREAD))("createTrainingWorker, built", () => {
  it("trains as the calling thread would, and says what runs", async () => {
    const backends: string[] = [];
    const job = trainingJob();
    const worker = createTrainingWorker({
      backend: "own",
      threadUrl: BUILT_THREAD,
      onBackend: (backend) => backends.push(backend),
    });
    expect(await worker.fit(job)).toEqual(runSequenceJob(job));
    const volume: FitJob = {
      kind: "volume",
      originIndex: 1,
      series: Float64Array.of(1),
      horizonSteps: 1,
      seasonSteps: undefined,
    };
    expect(await worker.fit(volume)).toEqual({ kind: "failed", message: "volume: is no training" });
    expect(backends).toEqual(["own"]);
    await worker.close();
  });

  it("ends its thread when there is nothing to train, and starts another when there is", async () => {
    const backends: string[] = [];
    const worker = createTrainingWorker({
      backend: "own",
      threadUrl: BUILT_THREAD,
      idleSeconds: 0,
      onBackend: (backend) => backends.push(backend),
    });
    const job = trainingJob();
    await worker.fit(job);
    // The timer of the idle thread, of 0 s, was set before this one.
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect((await worker.fit(job)).kind).toBe("sequence");
    expect(backends).toEqual(["own", "own"]);
    await worker.close();
  });

  it("trains with TensorFlow.js where that was chosen", { timeout: 60_000 }, async () => {
    const backends: string[] = [];
    const worker = createTrainingWorker({
      backend: "tensorflow",
      threadUrl: BUILT_THREAD,
      onBackend: (backend) => backends.push(backend),
    });
    const result = await worker.fit(trainingJob());
    expect(result.kind).toBe("sequence");
    expect(["tensorflow", "wasm"]).toContain(backends[0]);
    await worker.close();
  });
});
