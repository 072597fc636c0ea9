/**
 * What the payload model costs a call, on made-up calls: `node test/dist/benchmarks/payload.js`. Prints
 * microseconds a call to score, and to score and learn, the ratio to the simple statistics, and the longest
 * single call and taking over of a fit: medians of several runs. Fits run between calls and are not
 * counted, as live, where they run in a thread of their own.
 */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { CallModel, Observation } from "../../agent/src/core/index.js";

// The models are no part of the package's interface, so they are taken from where it was built.
const agentManifest = pathToFileURL(createRequire(import.meta.url).resolve("presage/package.json"));
const built = (file: string): string => new URL(`./dist/${file}`, agentManifest).href;
const { SESSION_START, seededRandom } = (await import(
  built("core/index.js")
)) as typeof import("../../agent/src/core/index.js");
const { MixturePayloadModel } = (await import(
  built("models/payload/mixture-payload-model.js")
)) as typeof import("../../agent/src/models/payload/mixture-payload-model.js");
const { runMixtureJob } = (await import(
  built("models/payload/mixture-job.js")
)) as typeof import("../../agent/src/models/payload/mixture-job.js");
const { PayloadStatisticsModel } = (await import(
  built("models/payload/statistics.js")
)) as typeof import("../../agent/src/models/payload/statistics.js");

const SEED = 1;
const CALLS = 50_000;
const OPERATIONS = 20;
const ARGUMENTS = 3;
const RUNS = 5;
/** As many as a window of 10 s at 100 calls a second. */
const CALLS_BETWEEN_FITS = 1000;
const MICROSECONDS_PER_MILLISECOND = 1000;

const random = seededRandom(SEED);

function normal(): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Each operation has two kinds of answers and three arguments: words, a number, one of five codes. */
const observations = Array.from({ length: CALLS }, (_, at): Observation => {
  const operation = Math.floor(OPERATIONS * random() ** 2);
  const isLarge = random() < 0.3;
  const words = 1 + Math.floor(3 * random());
  return {
    call: {
      workload: "default/Deployment/shop",
      instance: "unknown",
      timeSeconds: at / 10,
      operation: `POST /operation/${operation}`,
      status: 200,
      durationSeconds: 0.1,
      requestBytes: Math.round(100 * (operation + 1) * Math.exp(0.2 * normal())),
      responseBytes: Math.round((isLarge ? 100_000 : 1000) * Math.exp(0.3 * normal())),
      requestFormat: "application/json",
      responseFormat: "application/json",
      argumentShapes: [
        {
          name: "text",
          type: "string",
          length: 6 * words,
          classPattern: Array.from({ length: words }, () => "a").join(" "),
          characterClassBigrams: words === 1 ? { aa: 5 } : { aa: 5 * words, "a ": 1, " a": 1 },
          keyedHash: String(at),
        },
        {
          name: "number",
          type: "integer",
          length: 1 + Math.floor(5 * random()),
          classPattern: "9",
          characterClassBigrams: { "99": 3 },
          keyedHash: String(at),
        },
        {
          name: "code",
          type: "string",
          length: 4,
          classPattern: "A9",
          characterClassBigrams: { AA: 1, A9: 1, "99": 1 },
          keyedHash: String(Math.floor(5 * random())),
        },
      ],
      actor: undefined,
      session: undefined,
      roles: [],
      groups: [],
      permissions: ["orders:write"],
    },
    segment: "shoppers",
    previousOperation: SESSION_START,
    secondsSincePrevious: undefined,
    sessionKey: undefined,
  };
});

interface Cost {
  readonly scoreMicroseconds: number;
  readonly bothMicroseconds: number;
  readonly longestCallMilliseconds: number;
  readonly longestAdoptionMilliseconds: number;
  readonly snapshotBytes: number;
  readonly snapshotMilliseconds: number;
}

function measure(model: CallModel): Cost {
  const deviations = new Float64Array(model.causes.length);
  let longestCallMilliseconds = 0;
  let longestAdoptionMilliseconds = 0;
  let both = 0;
  observations.forEach((observation, at) => {
    const began = performance.now();
    model.score(observation, deviations, 0);
    model.learn(observation);
    const took = performance.now() - began;
    both += took;
    longestCallMilliseconds = Math.max(longestCallMilliseconds, took);
    if (at % CALLS_BETWEEN_FITS !== 0) return;
    const adoption = fit(model);
    longestAdoptionMilliseconds = Math.max(longestAdoptionMilliseconds, adoption);
  });
  const start = performance.now();
  for (const observation of observations) model.score(observation, deviations, 0);
  const scoring = performance.now() - start;
  const snapshotStart = performance.now();
  const snapshotBytes = JSON.stringify(model.snapshot()).length;
  const perCall = MICROSECONDS_PER_MILLISECOND / CALLS;
  return {
    scoreMicroseconds: scoring * perCall,
    bothMicroseconds: both * perCall,
    longestCallMilliseconds,
    longestAdoptionMilliseconds,
    snapshotBytes,
    snapshotMilliseconds: performance.now() - snapshotStart,
  };
}

/** Answers how long the model took to take over what was due, without fitting it. */
function fit(model: CallModel): number {
  const job = model.dueFit();
  if (job?.kind !== "mixture") return 0;
  const result = runMixtureJob(job);
  const began = performance.now();
  model.adopt(result);
  return performance.now() - began;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

function report(name: string, costs: readonly Cost[]): number {
  const of = (key: keyof Cost): number => median(costs.map((cost) => cost[key]));
  const both = of("bothMicroseconds");
  process.stdout.write(
    `${name}: score ${of("scoreMicroseconds").toFixed(2)} us, score and learn ${both.toFixed(2)} us a call, ` +
      `longest call ${of("longestCallMilliseconds").toFixed(2)} ms, longest adoption ` +
      `${of("longestAdoptionMilliseconds").toFixed(2)} ms, snapshot ${(of("snapshotBytes") / 1e6).toFixed(2)} MB ` +
      `in ${of("snapshotMilliseconds").toFixed(1)} ms\n`,
  );
  return both;
}

process.stdout.write(
  `${CALLS} calls, ${OPERATIONS} operations, ${ARGUMENTS} arguments each, medians of ${RUNS} runs\n`,
);
const statistics: Cost[] = [];
const mixture: Cost[] = [];
for (let run = 0; run < RUNS; run += 1) {
  statistics.push(measure(new PayloadStatisticsModel()));
  mixture.push(measure(new MixturePayloadModel()));
}
const simple = report("statistics", statistics);
const full = report("mixture   ", mixture);
process.stdout.write(`mixture over statistics, score and learn: ${(full / simple).toFixed(1)}\n`);
