/**
 * `node test/dist/benchmarks/before-after.js [LOG]`: what the drift score gained from the models of the live
 * agent over a Markov chain and running statistics: on the demo's story, ten seeds of half an hour; and, where
 * the file of a recorded log is given, alarms and forecasts on that.
 */
import { randomBytes } from "node:crypto";
import { loadConfig } from "presage";
import type { WorkloadState } from "presage";
import { EXPORTS_BEGIN_SECONDS } from "presage-example-shop/scenario";
import type * as Alarms from "../../agent/dist/evaluation/drift/alarms.js";
import type * as ModelSets from "../../agent/dist/evaluation/drift/model-sets.js";
import type * as ReadRecorded from "../../agent/dist/ingestion/recorded/read-recorded.js";
import type * as FittingWorker from "../../agent/dist/runtime/fitting-worker.js";
import type * as FlowModule from "../../agent/dist/runtime/flow.js";
import { builtModule } from "../harness/built-agent.js";
import { storyStates } from "../harness/story-flow.js";

// The modules by these names have these types: they are built together.
const { alarmsOf } = (await builtModule("evaluation/drift/alarms.js")) as typeof Alarms;
const { MODEL_SETS } = (await builtModule("evaluation/drift/model-sets.js")) as typeof ModelSets;
const { readRecordedCalls } = (await builtModule(
  "ingestion/recorded/read-recorded.js",
)) as typeof ReadRecorded;
const { createFlow } = (await builtModule("runtime/flow.js")) as typeof FlowModule;
const { createInlineFitter } = (await builtModule(
  "runtime/fitting-worker.js",
)) as typeof FittingWorker;

const START_SECONDS = 1_750_000_000;
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const IDENTITY_KEY_BYTES = 32;
const PERCENT = 100;
const config = loadConfig({ environment: {} });

type CreateCallModels = NonNullable<FlowModule.FlowOptions["createCallModels"]>;

function verdictOf({ timeSeconds, overall: { drift } }: WorkloadState, startSeconds: number) {
  const value = drift.status === "ready" ? drift.value : undefined;
  return {
    endSeconds: timeSeconds - startSeconds,
    score: value?.score,
    confidence: value?.confidence,
    largest: value?.contributions[0],
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
}

/** Delays and false alarms of one variant of the story. */
async function story(
  createCallModels: CreateCallModels,
  exports: boolean,
  campaign: boolean,
): Promise<string> {
  const delays: number[] = [];
  let falseAlarms = 0;
  for (const seed of SEEDS) {
    const options = { seed, startSeconds: START_SECONDS, exports, campaign };
    const states = await storyStates(options, createCallModels);
    const changeAt = exports ? EXPORTS_BEGIN_SECONDS : Infinity;
    const verdicts = states.map((state) => verdictOf(state, START_SECONDS));
    const { alarms } = alarmsOf(verdicts, config.drift, config.windowSeconds, changeAt);
    falseAlarms += alarms.filter(({ atSeconds }) => atSeconds <= changeAt).length;
    const found = alarms.find(({ atSeconds }) => atSeconds > changeAt);
    delays.push(found === undefined ? Infinity : found.atSeconds - changeAt);
  }
  const delay = exports
    ? `, delay median ${median(delays)} s, at most ${Math.max(...delays)} s`
    : "";
  return `${falseAlarms} false alarms in ${SEEDS.length} stories${delay}`;
}

/** Alarms and forecasts on a recorded log. */
async function recorded(file: string, createCallModels: CreateCallModels): Promise<string> {
  const states: WorkloadState[] = [];
  const fitter = createInlineFitter();
  let nowSeconds = 0;
  const { ingestion, queue, workloads } = createFlow({
    config,
    clock: { now: () => nowSeconds },
    identityKey: randomBytes(IDENTITY_KEY_BYTES),
    fitter,
    waitForFits: true,
    createCallModels,
    onWindow: (_workload, _interval, state) => {
      states.push(state);
    },
  });
  for await (const { records } of readRecordedCalls(file, { format: undefined, service: "log" })) {
    nowSeconds = Math.max(nowSeconds, ...records.map(({ timestamp }) => Number(timestamp)));
    ingestion.ingest(records);
    await workloads.process(queue.take(queue.size));
  }
  await workloads.finish();
  await fitter.close();
  const verdicts = states.map((state) => verdictOf(state, 0));
  const judged = verdicts.filter(({ score }) => score !== undefined);
  const inAlarm = judged.filter(
    ({ score = 0, confidence = 0 }) =>
      score > config.drift.threshold && confidence > config.drift.confidenceThreshold,
  );
  const { alarms } = alarmsOf(verdicts, config.drift, config.windowSeconds, Infinity);
  const causes = alarms.map(({ largest }) => largest?.cause ?? "unknown").join(", ");
  const errors = (states.at(-1)?.forecastQuality ?? []).map(
    ({ horizonSeconds, errorRatio, coverageRatio }) =>
      `${horizonSeconds} s ${errorRatio.naive.toFixed(4)} (${coverageRatio.toFixed(3)})`,
  );
  return (
    `${alarms.length} alarms (${causes}), ${((PERCENT * inAlarm.length) / judged.length).toFixed(1)}% of the time; ` +
    `RMSE over naive (coverage): ${errors.join(", ")}`
  );
}

const [file] = process.argv.slice(2);
for (const name of ["before", "after"] as const) {
  const createCallModels = MODEL_SETS[name];
  for (const exports of [false, true]) {
    for (const campaign of [false, true]) {
      const variant = `exports ${exports ? "yes" : "no"}, campaign ${campaign ? "yes" : "no"}`;
      const told = await story(createCallModels, exports, campaign);
      process.stdout.write(`${name}, demo, ${variant}: ${told}\n`);
    }
  }
  if (file === undefined) continue;
  process.stdout.write(`${name}, log: ${await recorded(file, createCallModels)}\n`);
}
