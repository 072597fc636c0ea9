import { describe, expect, it } from "vitest";
import { measureIngest } from "./harness/ingest-load.js";

const CALLS = 50_000;

describe("50,000 calls over HTTP from a second process", () => {
  it("are each accepted and learned from once, in bounded memory, while it answers", async () => {
    const figures = await measureIngest({ calls: CALLS, batchCalls: 500 });
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
});
