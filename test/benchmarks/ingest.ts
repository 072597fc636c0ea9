/**
 * `node test/dist/benchmarks/ingest.js [--calls 1000000]`: calls over HTTP from a second process, in
 * batches of 500. Prints the figures; exits 1 when a call was lost or counted twice or a bound is broken.
 */
import { parseArgs } from "node:util";
import { measureIngest } from "../harness/ingest-load.js";

const BATCH_CALLS = 500;
/** The bounds that the project promises for a million calls. */
const MAX_MEMORY_BYTES = 250e6;
const MAX_HEALTH_SECONDS = 0.05;
const MILLION = 1e6;

const { values } = parseArgs({ options: { calls: { type: "string", default: String(MILLION) } } });
const calls = Number(values.calls);
const figures = await measureIngest({ calls, batchCalls: BATCH_CALLS });
const { accepted, duplicate, late, rejected, counted, health, peakMemoryBytes } = figures;

const broken = [
  accepted === calls && counted.accepted === calls ? "" : "accepted is not sent",
  duplicate + late + rejected + counted.late + counted.lateInQueue === 0 ? "" : "calls were lost",
  counted.learned === calls ? "" : "not each call was learned from once",
  (peakMemoryBytes ?? 0) < MAX_MEMORY_BYTES ? "" : `memory: ${MAX_MEMORY_BYTES} bytes at most`,
  health.p99Seconds < MAX_HEALTH_SECONDS ? "" : `/healthz: ${MAX_HEALTH_SECONDS} s at most`,
].filter((problem) => problem !== "");

process.stdout.write(
  `${JSON.stringify(
    {
      ...figures,
      callsPerSecond: Math.round(calls / figures.seconds),
      cpuSecondsPerMillionCalls:
        figures.cpuSeconds === undefined ? undefined : (figures.cpuSeconds / calls) * MILLION,
      broken,
    },
    undefined,
    2,
  )}\n`,
);
if (broken.length > 0) process.exitCode = 1;
