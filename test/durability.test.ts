import { readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startAgentProcess, temporaryDirectory } from "./harness/agent-process.js";
import type { AgentProcess } from "./harness/agent-process.js";
import { noneSent, sendBatch, sendCalls } from "./harness/send-calls.js";
import { shopStory } from "./harness/shop-story.js";
import type { StoryCall } from "./harness/shop-story.js";

const MILLISECONDS_PER_SECOND = 1000;
const CHECKPOINT_FILE = "presage.checkpoint";
/** The least that can be configured. */
const CHECKPOINT_INTERVAL_SECONDS = 1;
/** On top of the interval: what taking and writing a checkpoint takes on a busy machine. */
const CHECKPOINT_WRITE_SECONDS = 1;
/** Long enough that only SIGTERM saves. */
const NEVER_SECONDS = 86_400;
/**
 * The story is told at once and ends now; its windows stay open for so long that the agent's look at
 * the clock (three times that) closes none before its calls are in.
 */
const LATENESS_SECONDS = 600;
const STORY_SECONDS = 1700;
const BATCH_CALLS = 150;
const DEADLINE_SECONDS = 20;

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
const running: AgentProcess[] = [];

beforeEach(async () => {
  directory = await temporaryDirectory();
});

afterEach(async () => {
  for (const agent of running.splice(0)) await agent.program.stop();
  await directory.remove();
});

async function start(checkpointSeconds: number): Promise<AgentProcess> {
  const agent = await startAgentProcess(directory.path, {
    ingestion: { latenessSeconds: LATENESS_SECONDS },
    // Has to outlast the time that windows stay open.
    allocation: { expirySeconds: 4 * LATENESS_SECONDS },
    checkpoint: { intervalSeconds: checkpointSeconds },
  });
  running.push(agent);
  return agent;
}

function story(): StoryCall[] {
  return shopStory({
    seed: 1,
    startSeconds: Date.now() / MILLISECONDS_PER_SECOND - STORY_SECONDS,
    durationSeconds: STORY_SECONDS,
    exports: true,
    campaign: true,
  });
}

async function learnedCalls(agent: AgentProcess): Promise<number> {
  const metrics = await agent.metrics();
  return metrics.sum("presage_agent_learned_calls_total", { workload: "shop" });
}

/** How many are learned from once all of `calls` are in: those before the watermark's whole second. */
function expectedLearned(calls: readonly StoryCall[]): number {
  const watermark = Math.floor((calls.at(-1)?.timestamp ?? 0) - LATENESS_SECONDS);
  return calls.filter(({ timestamp }) => timestamp < watermark).length;
}

/** Asks until it is so, for the pipeline works behind the answers. */
async function eventually(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + DEADLINE_SECONDS * MILLISECONDS_PER_SECOND;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within the time`);
    await wait(50);
  }
}

/** Resolves once a checkpoint has been begun after now. */
async function nextCheckpoint(agent: AgentProcess): Promise<void> {
  const afterMilliseconds = Date.now();
  await eventually("a checkpoint", async () => {
    const metrics = await agent.metrics();
    const [age] = metrics.find("presage_agent_checkpoint_age_seconds");
    if (age === undefined) return false;
    return Date.now() - age.value * MILLISECONDS_PER_SECOND > afterMilliseconds + 100;
  });
}

describe("kill -9 in the middle of ingestion", () => {
  it("brings back what was learned, loses at most an interval, and counts each call once", async () => {
    const calls = story();
    const turn = Math.floor(calls.length * 0.75);
    const before = calls.slice(0, turn);
    const during = calls.slice(turn);

    const first = await start(CHECKPOINT_INTERVAL_SECONDS);
    expect(await sendCalls(first.apiUrl, before)).toMatchObject({ accepted: before.length });
    await eventually("learning", async () => {
      return (await learnedCalls(first)) === expectedLearned(before);
    });
    await nextCheckpoint(first);

    // Some seconds of ingestion, so that there are checkpoints within it, cut off by the kill.
    const answered: { readonly batch: readonly StoryCall[]; readonly atSeconds: number }[] = [];
    let killedAtSeconds = Infinity;
    const batches: StoryCall[][] = [];
    for (let from = 0; from < during.length; from += BATCH_CALLS) {
      batches.push(during.slice(from, from + BATCH_CALLS));
    }
    const killAfter = Math.floor(batches.length * 0.8);
    const pauseMilliseconds = (4 * MILLISECONDS_PER_SECOND) / killAfter;
    for (const [index, batch] of batches.entries()) {
      const sending = sendBatch(first.apiUrl, JSON.stringify({ calls: batch }), noneSent());
      if (index === killAfter) {
        killedAtSeconds = performance.now() / MILLISECONDS_PER_SECOND;
        await Promise.all([first.program.kill(), sending.catch(() => undefined)]);
        break;
      }
      await sending;
      answered.push({ batch, atSeconds: performance.now() / MILLISECONDS_PER_SECOND });
      await wait(pauseMilliseconds);
    }
    expect(first.program.exitCode).toBeNull();

    const second = await start(CHECKPOINT_INTERVAL_SECONDS);
    expect(second.logs.join("\n")).toContain("learned state restored");
    const restored = await learnedCalls(second);
    expect(restored).toBeGreaterThanOrEqual(expectedLearned(before));

    // What was answered before the last checkpoint counts once: all of it is known.
    expect(await sendCalls(second.apiUrl, before)).toMatchObject({
      accepted: 0,
      duplicate: before.length,
      late: 0,
      rejected: 0,
    });
    // The rest again: what is new to the agent was answered less than an interval before the kill.
    let lost = 0;
    for (const { batch, atSeconds } of answered) {
      const counts = noneSent();
      await sendBatch(second.apiUrl, JSON.stringify({ calls: batch }), counts);
      expect(counts.accepted + counts.duplicate).toBe(batch.length);
      if (counts.accepted > 0) {
        lost += counts.accepted;
        expect(killedAtSeconds - atSeconds).toBeLessThan(
          CHECKPOINT_INTERVAL_SECONDS + CHECKPOINT_WRITE_SECONDS,
        );
      }
    }
    process.stdout.write(
      `kill -9: ${restored} learned calls came back; ${lost} of ${answered.flatMap(({ batch }) => batch).length} calls answered in the last 4 s had to be sent again\n`,
    );
    await sendCalls(second.apiUrl, during);
    // Each call of the story was learned from once, in spite of the kill and of sending it twice.
    await eventually("learning each call once", async () => {
      return (await learnedCalls(second)) >= expectedLearned(calls);
    });
    await wait(200);
    expect(await learnedCalls(second)).toBe(expectedLearned(calls));
  });
});

describe("SIGTERM", () => {
  it("loses nothing, not even what was answered just before", async () => {
    const calls = story();
    const first = await start(NEVER_SECONDS);
    expect(await sendCalls(first.apiUrl, calls)).toMatchObject({ accepted: calls.length });
    expect(await first.program.stop()).toBe(0);

    const second = await start(NEVER_SECONDS);
    expect(await learnedCalls(second)).toBe(expectedLearned(calls));
    expect(await sendCalls(second.apiUrl, calls)).toMatchObject({
      accepted: 0,
      duplicate: calls.length,
      late: 0,
      rejected: 0,
    });
  });
});

describe("a checkpoint that can't be used", () => {
  const damages: readonly (readonly [string, RegExp, (file: string) => Promise<void>])[] = [
    [
      "truncated",
      /holds \d+ bytes where its header says \d+/,
      async (file) => {
        await truncate(file, 2000);
      },
    ],
    [
      "of a future version",
      /format version 99, this agent reads version 1/,
      async (file) => {
        const text = await readFile(file, "latin1");
        await writeFile(file, text.replace('"version":1', '"version":99'), "latin1");
      },
    ],
    [
      "with a byte changed",
      /checksum/,
      async (file) => {
        const bytes = await readFile(file);
        const middle = Math.floor(bytes.length / 2);
        bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
        await writeFile(file, bytes);
      },
    ],
  ];

  it.each(damages)("%s: is set aside with a message, and the agent starts anew", async (...row) => {
    const [, reason, damage] = row;
    const calls = story().slice(0, 3000);
    const first = await start(NEVER_SECONDS);
    await sendCalls(first.apiUrl, calls);
    await first.program.stop();
    await damage(join(first.dataDirectory, CHECKPOINT_FILE));

    const second = await start(NEVER_SECONDS);
    // Said once, with the reason; not again with what follows from it.
    const messages = second.logs.filter((line) => line.includes("set aside"));
    expect(messages).toHaveLength(1);
    expect(reasonOf(messages[0] ?? "{}")).toMatch(reason);
    expect(second.logs.join("\n")).toContain("learning starts anew");
    const files = await readdir(second.dataDirectory);
    expect(files.filter((name) => name.includes(".set-aside-"))).toHaveLength(1);
    const metrics = await second.metrics();
    expect(metrics.sum("presage_agent_checkpoint_set_aside_total")).toBe(1);
    // Nothing of it is known any more, so all of it can be taken again.
    expect(await sendCalls(second.apiUrl, calls)).toMatchObject({ accepted: calls.length });
  });

  it("leaves the one before it, which is used", async () => {
    const calls = story().slice(0, 3000);
    const first = await start(NEVER_SECONDS);
    await sendCalls(first.apiUrl, calls);
    await first.program.stop();
    const second = await start(NEVER_SECONDS);
    await second.program.stop();
    await truncate(join(second.dataDirectory, CHECKPOINT_FILE), 2000);

    const third = await start(NEVER_SECONDS);
    expect(third.logs.join("\n")).toContain("was set aside");
    expect(third.logs.join("\n")).toContain(
      "learned state restored from the checkpoint before the last one",
    );
    expect(await sendCalls(third.apiUrl, calls)).toMatchObject({ duplicate: calls.length });
  });
});

function reasonOf(line: string): string {
  const entry: unknown = JSON.parse(line);
  return typeof entry === "object" && entry !== null && "reason" in entry
    ? String(entry.reason)
    : "";
}
