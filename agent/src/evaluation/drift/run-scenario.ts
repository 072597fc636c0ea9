import type { Config } from "../../config/schema.js";
import type { CallModel, DriftContribution } from "../../core/index.js";
import { ManualClock } from "../../core/index.js";
import { createFlow } from "../../runtime/flow.js";
import { createInlineFitter } from "../../runtime/fitting-worker.js";
import type { Scenario } from "./scenarios.js";
import { simulateCalls } from "./simulate-calls.js";
import type { Moment } from "./simulated-role.js";

/** Midnight of a day (UTC), so that the rhythm of the day begins at night. */
const START_SECONDS = 1_749_945_600;
const SECONDS_PER_HOUR = 3600;
/** Nothing of a simulation is secret; always the same, so that a run can be repeated. */
const IDENTITY_KEY = Buffer.alloc(32, 1);

/** What the agent said at the end of one window. */
export interface WindowVerdict {
  /** End of the window, seconds since the scenario's beginning. */
  readonly endSeconds: number;
  /** Undefined while the agent does not say. */
  readonly score: number | undefined;
  readonly confidence: number | undefined;
  readonly largest: DriftContribution | undefined;
}

export interface RunOptions {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly hours: number;
  /** From the beginning of the change until it is complete; 0 for a change at once. */
  readonly rampSeconds: number;
  readonly config: Config;
  readonly createCallModels: (config: Config) => readonly CallModel[];
}

/** The change begins when two thirds of the time have passed. */
export function changeSeconds(hours: number): number {
  return (2 / 3) * hours * SECONDS_PER_HOUR;
}

/** Sends a simulated scenario through the agent's own flow, on event time. */
export async function runScenario(options: RunOptions): Promise<readonly WindowVerdict[]> {
  const { scenario, seed, hours, rampSeconds, config, createCallModels } = options;
  const verdicts: WindowVerdict[] = [];
  const clock = new ManualClock(START_SECONDS);
  const fitter = createInlineFitter();
  const { ingestion, queue, workloads } = createFlow({
    config,
    clock,
    identityKey: IDENTITY_KEY,
    fitter,
    waitForFits: true,
    createCallModels,
    onWindow: (_workload, _interval, { timeSeconds, overall: { drift } }) => {
      const value = drift.status === "ready" ? drift.value : undefined;
      verdicts.push({
        endSeconds: timeSeconds - START_SECONDS,
        score: value?.score,
        confidence: value?.confidence,
        largest: value?.contributions[0],
      });
    },
  });
  const changeAt = scenario.changes ? changeSeconds(hours) : Infinity;
  const momentAt = (seconds: number): Moment => ({
    seconds,
    progress:
      seconds < changeAt
        ? 0
        : Math.min(1, rampSeconds === 0 ? 1 : (seconds - changeAt) / rampSeconds),
  });
  const slices = simulateCalls({
    roles: scenario.roles,
    startSeconds: START_SECONDS,
    durationSeconds: hours * SECONDS_PER_HOUR,
    momentAt,
    seed,
  });
  try {
    for (const calls of slices) {
      clock.set(Number(calls.at(-1)?.timestamp));
      const result = ingestion.ingest(calls);
      if (result.status !== "taken" || result.accepted !== calls.length) {
        throw new Error(`simulated calls were not taken: ${JSON.stringify(result)}`);
      }
      await workloads.process(queue.take(queue.size));
    }
    await workloads.finish();
  } finally {
    await fitter.close();
  }
  return verdicts;
}
