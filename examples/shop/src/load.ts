/**
 * The load as a process: replays the scenario against the shop over loopback, and tells how it goes
 * in JSON lines on stdout. Ends by itself when the scenario does, or on SIGTERM.
 */
import { Agent, request } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { identityHeaders } from "./identity.js";
import {
  CAMPAIGN_BEGINS_SECONDS,
  EXPORTS_BEGIN_SECONDS,
  scenario,
  STORY_SECONDS,
  type PlannedCall,
} from "./scenario.js";
import { storyClock } from "./story-clock.js";

const { values } = parseArgs({
  options: {
    url: { type: "string" },
    seed: { type: "string", default: "1" },
    "clock-start-seconds": { type: "string" },
    "machine-start-seconds": { type: "string" },
    "story-start-seconds": { type: "string" },
    "time-rate": { type: "string", default: "1" },
    "duration-seconds": { type: "string", default: String(STORY_SECONDS) },
    "maximum-calls": { type: "string", default: "10000000" },
    "no-exports": { type: "boolean", default: false },
    "no-campaign": { type: "boolean", default: false },
  },
});
if (values.url === undefined) throw new TypeError("--url of the shop is needed");

const MILLISECONDS_PER_SECOND = 1000;
/** At once; past it the load waits, as a crowd in front of a door does. */
const MAXIMUM_CONCURRENT_CALLS = 64;
const CALL_TIMEOUT_MILLISECONDS = 10_000;
const PROGRESS_SECONDS = 10;
const FIRST_ERROR_STATUS = 400;

const nowSeconds = Date.now() / MILLISECONDS_PER_SECOND;
const rate = Number(values["time-rate"]);
const clock = storyClock({
  startSeconds: Number(values["clock-start-seconds"] ?? nowSeconds),
  machineStartSeconds: Number(values["machine-start-seconds"] ?? nowSeconds),
  rate,
});
const startSeconds = Number(values["story-start-seconds"] ?? clock.now());
const durationSeconds = Number(values["duration-seconds"]);
const target = new URL(values.url);
// In turn, so that no connection idles until the shop closes it just as it is used again.
const agent = new Agent({
  keepAlive: true,
  maxSockets: MAXIMUM_CONCURRENT_CALLS,
  scheduling: "fifo",
});

const stopping = new AbortController();
const stop = (): void => {
  stopping.abort();
};
process.once("SIGTERM", stop);
process.once("SIGINT", stop);

const counts = { sent: 0, answered: 0, refused: 0, failed: 0 };
let inFlight = 0;
let onRoom: (() => void) | undefined;

/** Resolves when the answer has been read, or has failed; never rejects. */
function send(call: PlannedCall): Promise<void> {
  return new Promise((resolve) => {
    const [method] = call.operation.split(" ");
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    let answered = false;
    const outgoing = request({
      agent,
      host: target.hostname,
      port: target.port,
      method,
      path: call.path,
      timeout: CALL_TIMEOUT_MILLISECONDS,
      headers: {
        ...identityHeaders(call),
        ...(body === undefined
          ? {}
          : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
      },
    });
    outgoing.on("response", (response) => {
      response.resume();
      response.on("end", () => {
        answered = true;
        counts.answered += 1;
        if ((response.statusCode ?? 0) >= FIRST_ERROR_STATUS) counts.refused += 1;
      });
    });
    outgoing.on("timeout", () => outgoing.destroy(new Error("timeout")));
    // What went wrong shows in the counts; "close" follows in any case.
    outgoing.on("error", () => undefined);
    outgoing.on("close", () => {
      if (!answered) counts.failed += 1;
      resolve();
    });
    outgoing.end(body);
  });
}

function tell(event: string, storySeconds: number): void {
  process.stdout.write(`${JSON.stringify({ event, storySeconds, ...counts })}\n`);
}

const phases = [
  ...(values["no-exports"] ? [] : [{ event: "exports_begin", atSeconds: EXPORTS_BEGIN_SECONDS }]),
  ...(values["no-campaign"]
    ? []
    : [{ event: "campaign_begins", atSeconds: CAMPAIGN_BEGINS_SECONDS }]),
  ...(durationSeconds > STORY_SECONDS ? [{ event: "story_ends", atSeconds: STORY_SECONDS }] : []),
];
let nextProgressSeconds = PROGRESS_SECONDS;

for (const call of scenario({
  seed: Number(values.seed),
  durationSeconds,
  startSeconds,
  exports: !values["no-exports"],
  campaign: !values["no-campaign"],
})) {
  const aheadSeconds = (call.timeSeconds - clock.now()) / rate;
  if (aheadSeconds > 0) await wait(aheadSeconds * MILLISECONDS_PER_SECOND);
  if (inFlight >= MAXIMUM_CONCURRENT_CALLS) await new Promise<void>((room) => (onRoom = room));
  if (stopping.signal.aborted || counts.sent >= Number(values["maximum-calls"])) break;
  const storySeconds = call.timeSeconds - startSeconds;
  while (phases[0] !== undefined && storySeconds >= phases[0].atSeconds) {
    tell(phases[0].event, phases[0].atSeconds);
    phases.shift();
  }
  if (storySeconds >= nextProgressSeconds) {
    tell("progress", storySeconds);
    nextProgressSeconds += PROGRESS_SECONDS;
  }
  counts.sent += 1;
  inFlight += 1;
  void send(call).then(() => {
    inFlight -= 1;
    onRoom?.();
    onRoom = undefined;
  });
}
while (inFlight > 0) await wait(20);
agent.destroy();
if (durationSeconds <= STORY_SECONDS) tell("story_ends", clock.now() - startSeconds);
tell("done", clock.now() - startSeconds);
