import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startAgentProcess, temporaryDirectory } from "./harness/agent-process.js";
import type { AgentProcess } from "./harness/agent-process.js";
import { expectUnharmed, goodCall } from "./harness/expect-unharmed.js";
import { presage } from "./harness/presage-command.js";
import { sendCalls } from "./harness/send-calls.js";

const MILLISECONDS_PER_SECOND = 1000;
const MAX_OPERATIONS = 200;
const MAX_SEGMENTS = 20;
const MANY = 100_000;
const BATCH_CALLS = 2500;
/** A third of it behind and the rest ahead of the clock, which is what the agent takes. */
const SPREAD_SECONDS = 60;

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let agent: AgentProcess;

beforeAll(async () => {
  directory = await temporaryDirectory();
  agent = await startAgentProcess(directory.path, {
    ingestion: { maxOperations: MAX_OPERATIONS },
    behavior: { maxSegments: MAX_SEGMENTS },
  });
});

afterEach(async () => {
  await expectUnharmed(agent);
});

afterAll(async () => {
  await agent.program.stop();
  await directory.remove();
});

describe("names that callers choose", () => {
  it("100,000 distinct paths: at most 200 operations, learned in bounded memory", async () => {
    const fieldsOf = (index: number): object => ({
      service: "paths",
      method: "GET",
      path: `/${word(index)}/${word(index * 31 + 7)}`,
      status: 200,
      roles: ["crawler"],
    });
    await sendMany(fieldsOf);
    const metrics = await agent.metrics();
    expect(metrics.text).not.toContain(word(4711));
    expect(metrics.samples.length).toBeLessThan(5000);
    // The agent does not publish operations; a replay of the same calls tells how many there are.
    const file = join(directory.path, "paths.ndjson");
    const lines = Array.from({ length: MANY }, (_, index) =>
      JSON.stringify({ timestamp: 1_750_000_000 + index / 1000, ...fieldsOf(index) }),
    );
    await writeFile(file, lines.join("\n"));
    const replayed = await presage("replay", file, "--json");
    expect(replayed.exitCode, replayed.stderr).toBe(0);
    const report = JSON.parse(replayed.stdout) as { readonly operations: number };
    expect(report.operations).toBeGreaterThan(0);
    expect(report.operations).toBeLessThanOrEqual(MAX_OPERATIONS);
  });

  it("100,000 distinct routes: 200 operations, the rest counted as dropped", async () => {
    await sendMany((index) => ({
      service: "routes",
      method: "GET",
      route: `/${word(index)}`,
      status: 200,
      roles: ["crawler"],
    }));
    const metrics = await agent.metrics();
    const dropped = metrics.sum("presage_agent_dropped_total", { what: "operations" });
    expect(dropped).toBeGreaterThanOrEqual(MANY - MAX_OPERATIONS);
  });

  it("100,000 distinct roles: 20 segments, the rest in one, and counted", async () => {
    await sendMany((index) => ({
      service: "roles",
      method: "GET",
      route: "/",
      status: 200,
      roles: [`role-${index}`],
    }));
    await eventually(async () => {
      const metrics = await agent.metrics();
      const rates = metrics.find("presage_observed_calls_per_second", { workload: "roles" });
      // The whole workload, and at most 20 segments, one of them of all others.
      expect(rates.length).toBeLessThanOrEqual(MAX_SEGMENTS + 1);
      expect(metrics.samples.length).toBeLessThan(5000);
      const pooled =
        metrics.sum("presage_agent_dropped_total", { what: "segments" }) +
        metrics.sum("presage_agent_dropped_total", { what: "roles" });
      return rates.length > 1 && pooled > MANY / 2;
    });
  });

  it("a label value with quotes and newlines: escaped, so that Prometheus can read it", async () => {
    const role = 'a"b\\c\nd{e="f"} 1\n# HELP x';
    const calls = Array.from({ length: 50 }, (_, index) => ({
      ...goodCall(),
      service: "quotes",
      timestamp: now() - 40 + index / 10,
      roles: [role],
    }));
    await sendCalls(agent.apiUrl, calls);
    await eventually(async () => {
      const { text } = await agent.metrics();
      return text.includes('segment="a\\"b\\\\c\\nd{e=\\"f\\"} 1\\n# HELP x"');
    });
    const { text } = await agent.metrics();
    // Every line is a comment or a sample.
    for (const line of text.trimEnd().split("\n")) {
      expect(line).toMatch(/^# (?:HELP|TYPE) \w+ |^\w+(?:\{.*\})? \S+$/);
    }
  });
});

function now(): number {
  return Date.now() / MILLISECONDS_PER_SECOND;
}

/** Sends {@link MANY} calls of another workload, over {@link SPREAD_SECONDS} of event time. */
async function sendMany(fieldsOf: (index: number) => object): Promise<void> {
  const startSeconds = now() - SPREAD_SECONDS / 3;
  const calls = Array.from({ length: MANY }, (_, index) => ({
    timestamp: startSeconds + (index * SPREAD_SECONDS) / MANY,
    ...fieldsOf(index),
  }));
  expect(await sendCalls(agent.apiUrl, calls, BATCH_CALLS)).toMatchObject({
    accepted: MANY,
    late: 0,
    rejected: 0,
  });
}

/** A word of letters only, another one for each number, so that it does not look like an id. */
function word(index: number): string {
  let rest = index + 1;
  let letters = "";
  while (rest > 0) {
    letters += String.fromCharCode(97 + (rest % 26));
    rest = Math.floor(rest / 26);
  }
  return `w${letters}`;
}

async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("not within a minute");
}
