import { expect } from "vitest";
import type { AgentProcess } from "./agent-process.js";
import { sendCalls } from "./send-calls.js";
import { SyntheticCalls } from "./synthetic-calls.js";

const MILLISECONDS_PER_SECOND = 1000;
/** A million good calls take 235 MB; bad ones must not take much more, on newer Node lines with larger heaps too. */
const MAX_MEMORY_BYTES = 300_000_000;

const good = new SyntheticCalls(7, "good");

/** A call of now that nobody could object to. */
export function goodCall() {
  return good.next(Date.now() / MILLISECONDS_PER_SECOND);
}

/** Whatever came in before: the agent is alive, takes good calls, and its memory is bounded. */
export async function expectUnharmed(agent: AgentProcess): Promise<void> {
  expect(agent.program.isRunning).toBe(true);
  const health = await fetch(`${agent.apiUrl}/healthz`);
  expect(health.status).toBe(200);
  expect(await sendCalls(agent.apiUrl, [goodCall()])).toMatchObject({ accepted: 1 });
  expect((await agent.program.peakMemoryBytes()) ?? 0).toBeLessThan(MAX_MEMORY_BYTES);
}
