import { request, Agent as HttpAgent } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { join } from "node:path";
import { startAgentProcess, temporaryDirectory } from "./agent-process.js";
import { PROJECT_ROOT } from "./built-agent.js";
import { RunningProgram } from "./running-program.js";
import type { SendCounts } from "./send-calls.js";

/** What {@link measureIngest} found. Bytes and CPU are unknown where there is no `/proc`. */
export interface IngestFigures extends SendCounts {
  readonly sent: number;
  readonly seconds: number;
  /** As the agent counts them itself, by what became of them. */
  readonly counted: {
    readonly accepted: number;
    readonly duplicate: number;
    readonly late: number;
    readonly lateInQueue: number;
    readonly learned: number;
  };
  readonly cpuSeconds: number | undefined;
  readonly peakMemoryBytes: number | undefined;
  readonly health: {
    readonly asked: number;
    readonly p50Seconds: number;
    readonly p99Seconds: number;
  };
}

const MILLISECONDS_PER_SECOND = 1000;
const HEALTH_INTERVAL_SECONDS = 0.02;
const SEND_SECONDS = 600;
/** After the last call: the lateness, three times, and the agent's look at the clock once a second. */
const SETTLE_SECONDS = 10;
const LATENESS_SECONDS = 2;

/**
 * Sends synthetic calls to an agent from a second process, asks for its health on a connection of
 * its own meanwhile, and measures.
 */
export async function measureIngest(options: {
  readonly calls: number;
  readonly batchCalls: number;
}): Promise<IngestFigures> {
  const directory = await temporaryDirectory();
  const agent = await startAgentProcess(directory.path, {
    ingestion: { latenessSeconds: LATENESS_SECONDS },
  });
  try {
    const cpuBefore = await agent.program.cpuSeconds();
    const sender = new RunningProgram("sender", process.execPath, [
      join(PROJECT_ROOT, "test", "dist", "harness", "call-sender.js"),
      "--url",
      agent.apiUrl,
      "--calls",
      String(options.calls),
      "--batch-calls",
      String(options.batchCalls),
    ]);
    const sending = sender.waitForLine(sentLine, SEND_SECONDS);
    const latencies = await pollHealth(agent.apiUrl, sending);
    const sent = await sending;
    await sender.stop();
    const cpuAfter = await agent.program.cpuSeconds();
    const metrics = await settled(() => agent.metrics(), options.calls);
    const calls = (outcome: string): number =>
      metrics.sum("presage_agent_calls_total", { outcome });
    return {
      ...sent,
      counted: {
        accepted: calls("accepted"),
        duplicate: calls("duplicate"),
        late: calls("late"),
        lateInQueue: metrics.sum("presage_agent_dropped_total", { reason: "late_in_queue" }),
        learned: metrics.sum("presage_agent_learned_calls_total"),
      },
      cpuSeconds:
        cpuBefore === undefined || cpuAfter === undefined ? undefined : cpuAfter - cpuBefore,
      peakMemoryBytes: await agent.program.peakMemoryBytes(),
      health: {
        asked: latencies.length,
        p50Seconds: quantile(latencies, 0.5),
        p99Seconds: quantile(latencies, 0.99),
      },
    };
  } finally {
    await agent.program.stop();
    await directory.remove();
  }
}

/** The metrics once every call has been learned from, or when it is clear that some never will be. */
async function settled<T extends { sum(name: string): number }>(
  read: () => Promise<T>,
  calls: number,
): Promise<T> {
  const deadline = performance.now() + SETTLE_SECONDS * MILLISECONDS_PER_SECOND;
  for (;;) {
    const metrics = await read();
    if (metrics.sum("presage_agent_learned_calls_total") >= calls) return metrics;
    if (performance.now() > deadline) return metrics;
    await wait(MILLISECONDS_PER_SECOND / 2);
  }
}

function sentLine(line: string): (SendCounts & { sent: number; seconds: number }) | undefined {
  // The sender prints one object and nothing else on stdout; what it says on stderr is not JSON.
  return line.startsWith("{")
    ? (JSON.parse(line) as SendCounts & { sent: number; seconds: number })
    : undefined;
}

/** Seconds that each answer of `/healthz` took, asked one after the other, until `done` settles. */
async function pollHealth(apiUrl: string, done: Promise<unknown>): Promise<readonly number[]> {
  const connection = new HttpAgent({ keepAlive: true, maxSockets: 1 });
  const ending = new AbortController();
  const end = (): void => {
    ending.abort();
  };
  void done.then(end, end);
  const latencies: number[] = [];
  while (!ending.signal.aborted) {
    const seconds = await healthSeconds(apiUrl, connection);
    latencies.push(seconds);
    const restSeconds = Math.max(0, HEALTH_INTERVAL_SECONDS - seconds);
    await wait(restSeconds * MILLISECONDS_PER_SECOND);
  }
  connection.destroy();
  return latencies;
}

function healthSeconds(apiUrl: string, agent: HttpAgent): Promise<number> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const outgoing = request(`${apiUrl}/healthz`, { agent }, (response) => {
      response.resume();
      response.once("end", () => {
        resolve((performance.now() - started) / MILLISECONDS_PER_SECOND);
      });
    });
    outgoing.once("error", reject);
    outgoing.end();
  });
}

/** By the nearest rank. */
function quantile(values: readonly number[], ratio: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(ratio * sorted.length) - 1)] ?? NaN;
}
