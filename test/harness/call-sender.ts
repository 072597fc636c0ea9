/**
 * The sending side as a process of its own: so many synthetic calls with live timestamps, over HTTP, in
 * batches. Prints what became of them as one JSON object on stdout.
 */
import { parseArgs } from "node:util";
import { noneSent, sendBatch } from "./send-calls.js";
import { SyntheticCalls } from "./synthetic-calls.js";
import type { SyntheticCall } from "./synthetic-calls.js";

const MILLISECONDS_PER_SECOND = 1000;

const { values } = parseArgs({
  options: {
    url: { type: "string" },
    calls: { type: "string" },
    "batch-calls": { type: "string", default: "500" },
  },
});
if (values.url === undefined || values.calls === undefined) {
  throw new TypeError("--url and --calls are needed");
}
const total = Number(values.calls);
const batchCalls = Number(values["batch-calls"]);
const synthetic = new SyntheticCalls(1);
const counts = noneSent();
const started = performance.now();
for (let sent = 0; sent < total; sent += batchCalls) {
  const calls: SyntheticCall[] = [];
  const size = Math.min(batchCalls, total - sent);
  for (let index = 0; index < size; index += 1) {
    calls.push(synthetic.next(Date.now() / MILLISECONDS_PER_SECOND));
  }
  await sendBatch(values.url, JSON.stringify({ calls }), counts);
}
const seconds = (performance.now() - started) / MILLISECONDS_PER_SECOND;
process.stdout.write(`${JSON.stringify({ sent: total, seconds, ...counts })}\n`);
