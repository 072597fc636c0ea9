/**
 * `node test/dist/benchmarks/pipeline.js`: calls per second through the whole flow in one process (decode,
 * anonymize, order, learn, close windows, decide), beside JSON.parse of the same calls alone; the
 * median of several runs.
 */
import { randomBytes } from "node:crypto";
import { loadConfig } from "presage";
import type * as Fitters from "../../agent/dist/runtime/fitters.js";
import type * as FlowModule from "../../agent/dist/runtime/flow.js";
import { builtModule } from "../harness/built-agent.js";
import { SyntheticCalls } from "../harness/synthetic-calls.js";

// The modules by these names have these types: they are built together.
const { createFlow } = (await builtModule("runtime/flow.js")) as typeof FlowModule;
const { createFitters } = (await builtModule("runtime/fitters.js")) as typeof Fitters;

const RUNS = 5;
const CALLS = 200_000;
const BATCH_CALLS = 500;
/** What a busy workload has, so that there are about 1,000 calls in each window of 10 s. */
const CALLS_PER_SECOND = 100;
const START_SECONDS = 1_750_000_000;
const MILLISECONDS_PER_SECOND = 1000;
const IDENTITY_KEY_BYTES = 32;

const synthetic = new SyntheticCalls(1);
const batches = Array.from({ length: CALLS / BATCH_CALLS }, (_, batch) =>
  JSON.stringify({
    calls: Array.from({ length: BATCH_CALLS }, (_, index) =>
      synthetic.next(START_SECONDS + (batch * BATCH_CALLS + index) / CALLS_PER_SECOND),
    ),
  }),
);

/** Seconds that JSON.parse alone takes. */
function parseSeconds(): number {
  const started = performance.now();
  for (const batch of batches) parsed(batch);
  return (performance.now() - started) / MILLISECONDS_PER_SECOND;
}

/** Seconds that it takes from the text to the recommendation. */
async function flowSeconds(): Promise<number> {
  const fitter = createFitters({ backend: "own" });
  const { ingestion, queue, workloads } = createFlow({
    config: loadConfig({ environment: {} }),
    clock: { now: () => START_SECONDS + CALLS / CALLS_PER_SECOND },
    identityKey: randomBytes(IDENTITY_KEY_BYTES),
    fitter,
    waitForFits: false,
  });
  const started = performance.now();
  let accepted = 0;
  for (const batch of batches) {
    const result = ingestion.ingest(parsed(batch).calls);
    if (result.status === "taken") accepted += result.accepted;
    await workloads.process(queue.take(queue.size));
  }
  await workloads.finish();
  const seconds = (performance.now() - started) / MILLISECONDS_PER_SECOND;
  await fitter.close();
  if (accepted !== CALLS) throw new Error(`${accepted} of ${CALLS} calls were accepted`);
  return seconds;
}

function parsed(batch: string): { readonly calls: readonly unknown[] } {
  // Written above in this very form.
  return JSON.parse(batch) as { readonly calls: readonly unknown[] };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

const parse: number[] = [];
const flow: number[] = [];
for (let run = 0; run < RUNS; run += 1) {
  parse.push(parseSeconds());
  flow.push(await flowSeconds());
}
process.stdout.write(
  `${JSON.stringify({
    runs: RUNS,
    calls: CALLS,
    callsPerSecond: Math.round(CALLS / median(flow)),
    microsecondsPerCall: (median(flow) / CALLS) * 1e6,
    jsonParseCallsPerSecond: Math.round(CALLS / median(parse)),
    timesJsonParse: median(flow) / median(parse),
  })}\n`,
);
