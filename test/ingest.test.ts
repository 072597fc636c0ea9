import { describe, expect, it } from "vitest";
import { startAgentProcess, temporaryDirectory } from "./harness/agent-process.js";
import { measureIngest } from "./harness/ingest-load.js";
import { sendCalls } from "./harness/send-calls.js";
import { SyntheticCalls } from "./harness/synthetic-calls.js";

const CALLS = 50_000;
const MILLISECONDS_PER_SECOND = 1000;

describe("50,000 calls over HTTP from a second process", () => {
  it("are each accepted and learned from once, in bounded memory, while it answers", async () => {
    const figures = await measureIngest({ calls: CALLS, batchCalls: 500 });
    process.stdout.write(
      `${Math.round(CALLS / figures.seconds)} calls/s, ${figures.cpuSeconds ?? NaN} CPU-seconds, ${figures.retries} batches sent again\n`,
    );
    expect(figures).toMatchObject({
      sent: CALLS,
      accepted: CALLS,
      duplicate: 0,
      late: 0,
      rejected: 0,
      counted: { accepted: CALLS, duplicate: 0, late: 0, lateInQueue: 0, learned: CALLS },
    });
    expect(figures.peakMemoryBytes ?? 0).toBeLessThan(250e6);
    expect(figures.health.asked).toBeGreaterThan(10);
    // Five times the bound of the benchmark: other programs may keep both cores busy during the tests.
    expect(figures.health.p99Seconds).toBeLessThan(0.25);
  });

  // More than `behavior.maxReorderCalls`: what no longer fits must not make the rest of its second late.
  it("regression: within one second of event time, none of them is late", async () => {
    const directory = await temporaryDirectory();
    const agent = await startAgentProcess(directory.path);
    try {
      const synthetic = new SyntheticCalls(2);
      const startSeconds = Math.ceil(Date.now() / MILLISECONDS_PER_SECOND);
      const calls = Array.from({ length: CALLS }, (_, index) =>
        synthetic.next(startSeconds + index / CALLS),
      );
      const counts = await sendCalls(agent.apiUrl, calls);
      expect(counts).toMatchObject({ accepted: CALLS, late: 0, rejected: 0 });
      const metrics = await agent.metrics();
      expect(metrics.sum("presage_agent_dropped_total", { reason: "late_in_queue" })).toBe(0);
    } finally {
      await agent.program.stop();
      await directory.remove();
    }
  });
});
