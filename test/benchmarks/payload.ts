/**
 * What the payload model costs a call, on made-up calls: `node test/dist/benchmarks/payload.js`. Prints
 * microseconds a call to score, and to score and learn (fits included), and the longest single call.
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
const { PayloadStatisticsModel } = (await import(
  built("models/payload/statistics.js")
)) as typeof import("../../agent/src/models/payload/statistics.js");

const SEED = 1;
const CALLS = 50_000;
const OPERATIONS = 20;
const ARGUMENTS = 3;
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

function measure(name: string, model: CallModel): void {
  const deviations = new Float64Array(model.causes.length);
  let longest = 0;
  let start = performance.now();
  for (const observation of observations) {
    const began = performance.now();
    model.score(observation, deviations, 0);
    model.learn(observation);
    longest = Math.max(longest, performance.now() - began);
  }
  const both = perCall(start);
  start = performance.now();
  for (const observation of observations) model.score(observation, deviations, 0);
  const scoring = perCall(start);
  const bytes = JSON.stringify(model.snapshot()).length;
  process.stdout.write(
    `${name}: score ${scoring.toFixed(2)} us, score and learn ${both.toFixed(2)} us a call, longest ` +
      `${longest.toFixed(2)} ms, snapshot ${(bytes / 1e6).toFixed(2)} MB\n`,
  );
}

function perCall(start: number): number {
  return ((performance.now() - start) / CALLS) * MICROSECONDS_PER_MILLISECOND;
}

process.stdout.write(`${CALLS} calls, ${OPERATIONS} operations, ${ARGUMENTS} arguments each\n`);
measure("statistics", new PayloadStatisticsModel());
measure("mixture   ", new MixturePayloadModel());
