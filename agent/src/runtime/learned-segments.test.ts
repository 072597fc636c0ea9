import { describe, expect, it } from "vitest";
import { configSchema } from "../config/schema.js";
import type { Call, Random, WorkloadState } from "../core/index.js";
import { seededRandom, systemClock } from "../core/index.js";
import { BROWSING, IMPORTING, makeActors, REPORTING } from "../models/clustering/actors.fixture.js";
import type { MadeActor } from "../models/clustering/actors.fixture.js";
import { createInlineFitter } from "./fitting-worker.js";
import { createFlow } from "./flow.js";
import type { Flow } from "./flow.js";

const START_SECONDS = 1_750_000_500;
const MINUTE_SECONDS = 60;
const HOUR_MINUTES = 60;
/** Hours of calls take seconds, and longer where other programs run. */
const TIMEOUT_MILLISECONDS = 60_000;

function newFlow(onWindow: (state: WorkloadState) => void): Flow {
  return createFlow({
    config: configSchema.parse({}),
    clock: systemClock,
    identityKey: Buffer.alloc(32),
    fitter: createInlineFitter(),
    waitForFits: true,
    onWindow: (_workload, _interval, state) => {
      onWindow(state);
    },
  });
}

/** A minute of one actor: calls of its behavior, at times of a Poisson process. */
function minuteOf(
  actor: MadeActor,
  minute: number,
  callsAMinute: number,
  random: Random,
  truth?: number,
): Call[] {
  const calls: Call[] = [];
  for (;;) {
    const before = calls.at(-1)?.timeSeconds ?? START_SECONDS + minute * MINUTE_SECONDS;
    const timeSeconds = before - (Math.log(1 - random()) * MINUTE_SECONDS) / callsAMinute;
    if (timeSeconds >= START_SECONDS + (minute + 1) * MINUTE_SECONDS) return calls;
    for (const { call } of actor.calls(0, 0, truth)) calls.push({ ...call, timeSeconds });
  }
}

async function process(flow: Flow, calls: Call[]): Promise<void> {
  await flow.workloads.process(calls.sort((a, b) => a.timeSeconds - b.timeSeconds));
}

function isInAlarm(state: WorkloadState | undefined, name: string): boolean {
  const drift = state?.segments.find(({ segment }) => segment === name)?.drift;
  return drift?.status === "ready" && drift.value.score > 0.5;
}

describe("segments that are learned from behavior", { timeout: TIMEOUT_MILLISECONDS }, () => {
  it("show the drift of actors that change their behavior at once, and put them elsewhere only later", async () => {
    const random = seededRandom(3);
    const actors = makeActors(1, [60, 30], [REPORTING, IMPORTING]);
    let state: WorkloadState | undefined;
    const alarms = new Map<string, number>();
    let minute = 0;
    const flow = newFlow((next) => {
      state = next;
      for (const { segment } of next.segments) {
        if (!alarms.has(segment) && isInAlarm(next, segment)) alarms.set(segment, minute);
      }
    });
    const clusterOf = (actor: MadeActor | undefined): string | undefined => {
      const call = actor?.calls(0, 0)[0]?.call;
      return call && flow.workloads.pipelines[0]?.learning.clusters.clusterOf(call);
    };
    const run = async (minutes: number, changed: ReadonlySet<MadeActor>): Promise<void> => {
      for (const end = minute + minutes; minute < end; minute += 1) {
        const calls = actors.flatMap((actor) =>
          minuteOf(actor, minute, 3, random, changed.has(actor) ? 1 : undefined),
        );
        await process(flow, calls);
      }
    };
    await run(2 * HOUR_MINUTES, new Set());
    const reporting = clusterOf(actors[59]);
    expect(reporting).toMatch(/^cluster-/);
    expect(clusterOf(actors[89])).not.toBe(reporting);
    expect([...alarms]).toEqual([]);

    const changed = new Set(actors.slice(0, 18));
    await run(HOUR_MINUTES / 2, changed);
    // Seen in the segment they are in, within minutes, and there they stay meanwhile.
    expect(alarms.get(reporting ?? "")).toBeLessThan(2 * HOUR_MINUTES + 10);
    expect(state?.overall.drift).toMatchObject({ status: "ready" });
    expect(clusterOf(actors[0])).toBe(reporting);
  });
});

describe("a segment of few calls", { timeout: TIMEOUT_MILLISECONDS }, () => {
  it("shares models that are ready, until it goes on with a copy of them, and raises no alarm", async () => {
    const random = seededRandom(5);
    const [large, small] = makeActors(1, [1, 1], [BROWSING, REPORTING]);
    if (large === undefined || small === undefined) throw new Error("no actors");
    const states: WorkloadState[] = [];
    const flow = newFlow((state) => states.push(state));
    for (let minute = 0; minute < 4 * HOUR_MINUTES; minute += 1) {
      const calls = [
        ...minuteOf(large, minute, 60, random).map((call) => ({ ...call, roles: ["large"] })),
        ...(minute < HOUR_MINUTES ? [] : minuteOf(small, minute, 5, random)).map((call) => ({
          ...call,
          roles: ["small"],
        })),
      ];
      await process(flow, calls);
    }
    const of = (state: WorkloadState | undefined) =>
      state?.segments.find(({ segment }) => segment === "small");
    const first = states.find((state) => of(state) !== undefined);
    expect(of(first)?.sharesModelsOf).toBe("all");
    expect(of(first)?.models.sequence).toEqual({ status: "ready" });
    // 300 calls at 5 a minute are an hour.
    const own = states.find(
      (state) => of(state) !== undefined && of(state)?.sharesModelsOf === undefined,
    );
    const minutes = ((own?.timeSeconds ?? NaN) - (first?.timeSeconds ?? NaN)) / MINUTE_SECONDS;
    expect(minutes).toBeGreaterThan(45);
    expect(minutes).toBeLessThan(75);
    expect(of(own)?.models.sequence).toEqual({ status: "ready" });
    expect(states.filter((state) => isInAlarm(state, "small"))).toEqual([]);
  });
});
