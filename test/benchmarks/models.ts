/**
 * What the models cost and how good the forecast of load is, on made-up data or on a trace.
 *
 *   node test/dist/benchmarks/models.js [TRACE.csv.gz]
 *
 * The trace is `minute,count` with times as `1995-07-01 00:00:00`; a missing minute had no calls, and two
 * hours of them are an outage. Prints errors as ratios (root mean squared error over naive's on the same
 * targets) and times in microseconds.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import type { Call, CallModel, Observation } from "../../agent/src/core/index.js";

// The models are no part of the package's interface, so they are taken from where it was built.
const agentManifest = pathToFileURL(createRequire(import.meta.url).resolve("presage/package.json"));
const built = (file: string): string => new URL(`./dist/${file}`, agentManifest).href;
const { SESSION_START, seededRandom } = (await import(
  built("core/index.js")
)) as typeof import("../../agent/src/core/index.js");
const { MarkovSequenceModel } = (await import(
  built("models/sequence/markov.js")
)) as typeof import("../../agent/src/models/sequence/markov.js");
const { PayloadStatisticsModel } = (await import(
  built("models/payload/statistics.js")
)) as typeof import("../../agent/src/models/payload/statistics.js");
const { SelectingVolumeModel } = (await import(
  built("models/volume/selecting-volume-model.js")
)) as typeof import("../../agent/src/models/volume/selecting-volume-model.js");
const { createInlineFitter } = (await import(
  built("runtime/fitting-worker.js")
)) as typeof import("../../agent/src/runtime/fitting-worker.js");

const SEED = 1;
const DAY_SECONDS = 86_400;
const MICROSECONDS_PER_MILLISECOND = 1000;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

const random = seededRandom(SEED);

function normal(): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Poisson-like counts around a daily wave of 5 to 35 calls a second. */
function dailyWave(days: number, windowSeconds: number): number[] {
  return Array.from({ length: (days * DAY_SECONDS) / windowSeconds }, (_, i) => {
    const phase = (2 * Math.PI * i * windowSeconds) / DAY_SECONDS;
    const mean = windowSeconds * (20 + 15 * Math.sin(phase));
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal())) / windowSeconds;
  });
}

const OUTAGE_MINUTES = 120;

function readTrace(file: string): (number | undefined)[] {
  const counts: [number, number][] = gunzipSync(readFileSync(file))
    .toString()
    .split("\n")
    .slice(1)
    .filter((line) => line !== "")
    .map((line) => {
      const [time = "", count = ""] = line.split(",");
      return [Date.parse(`${time.replace(" ", "T")}Z`) / 60_000, Number(count)];
    });
  const rates: (number | undefined)[] = [];
  let previous = counts[0]?.[0] ?? 0;
  for (const [minute, count] of counts) {
    const missing = minute - previous - 1;
    for (let i = 0; i < missing; i += 1) rates.push(missing > OUTAGE_MINUTES ? undefined : 0);
    rates.push(count / 60);
    previous = minute;
  }
  return rates;
}

async function forecastQuality(
  name: string,
  rates: readonly (number | undefined)[],
  windowSeconds: number,
): Promise<void> {
  const model = new SelectingVolumeModel({
    windowSeconds,
    horizonsSeconds: [60, 300, 900],
    level: 0.9,
    seasonSeconds: DAY_SECONDS,
    refitWindows: 30,
  });
  const fitter = createInlineFitter();
  let observing = 0;
  let fitting = 0;
  let fits = 0;
  for (const [index, rate] of rates.entries()) {
    const job = model.dueFit();
    let start = performance.now();
    model.observe(index * windowSeconds, rate);
    observing += performance.now() - start;
    if (job === undefined) continue;
    start = performance.now();
    model.adopt(await fitter.fit(job));
    fitting += performance.now() - start;
    fits += 1;
  }
  const micros = (observing / rates.length) * MICROSECONDS_PER_MILLISECOND;
  print(`\n${name}: ${rates.length} windows of ${windowSeconds} s`);
  print(
    `  ${micros.toFixed(1)} us a window, ${(fitting / fits).toFixed(1)} ms a fit, ${fits} fits`,
  );
  for (const { horizonSeconds, coverageRatio, errorRatio } of model.quality()) {
    const candidates = model
      .candidateErrors()
      .filter((error) => error.horizonSeconds === horizonSeconds)
      .map((error) => `${error.candidate} ${error.ratioToNaive?.toFixed(3) ?? "-"}`);
    print(
      `  ${horizonSeconds} s ahead, the last day: said ${errorRatio.naive.toFixed(3)}, ` +
        `coverage ${coverageRatio.toFixed(3)}; the last hours: ${candidates.join(", ")}`,
    );
  }
}

const CALLS = 200_000;
const OPERATIONS = 30;

function madeUpCalls(): Observation[] {
  const operations = Array.from({ length: OPERATIONS }, (_, i) => `GET /operation${i}/{id}`);
  const permissions = [["read"], ["read", "write"]];
  let previousOperation = SESSION_START;
  return Array.from({ length: CALLS }, (_, i) => {
    const kind = Math.floor(random() * random() * OPERATIONS);
    const operation = operations[kind] ?? "";
    const call: Call = {
      workload: "default/Deployment/shop",
      instance: "unknown",
      timeSeconds: 1_700_000_000 + i / 100,
      operation,
      status: 200,
      durationSeconds: 0.1,
      requestBytes: Math.floor(1000 * random()),
      responseBytes: Math.floor(9000 * random()),
      requestFormat: "application/json",
      responseFormat: kind % 3 === 0 ? "text/html" : "application/json",
      argumentShapes: Array.from({ length: kind % 4 }, (_unused, j) => ({
        name: `argument${j}`,
        type: j % 2 === 0 ? "integer" : "string",
        length: 3,
        classPattern: "9",
        characterClassBigrams: {},
        keyedHash: "0",
      })),
      actor: undefined,
      session: undefined,
      roles: [],
      groups: [],
      permissions: permissions[kind % 2] ?? [],
    };
    const observation: Observation = {
      call,
      segment: "shoppers",
      previousOperation,
      secondsSincePrevious: i === 0 ? undefined : 20 * random(),
      sessionKey: undefined,
    };
    previousOperation = operation;
    return observation;
  });
}

function callCost(model: CallModel, observations: readonly Observation[]): void {
  const deviations = new Float64Array(model.causes.length);
  const start = performance.now();
  for (const observation of observations) {
    model.score(observation, deviations, 0);
    model.learn(observation);
  }
  const micros = ((performance.now() - start) / observations.length) * MICROSECONDS_PER_MILLISECOND;
  print(`  ${model.name}: ${micros.toFixed(2)} us a call, scored and learned`);
}

const observations = madeUpCalls();
print(`${CALLS} calls of ${OPERATIONS} operations`);
callCost(new MarkovSequenceModel(), observations);
callCost(new PayloadStatisticsModel(), observations);

await forecastQuality("a daily wave with noise", dailyWave(4, 10), 10);
const trace = process.argv[2];
if (trace !== undefined) await forecastQuality(trace, readTrace(trace), 60);
