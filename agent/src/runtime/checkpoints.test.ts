import { expect, it } from "vitest";
import { configSchema } from "../config/schema.js";
import { systemClock } from "../core/index.js";
import { BROWSING, makeActors } from "../models/clustering/actors.fixture.js";
import { checkpointSections } from "./checkpoints.js";
import { createInlineFitter } from "./fitting-worker.js";
import { createFlow } from "./flow.js";
import { Intake } from "./intake.js";

const START_SECONDS = 1_750_000_500;
const ROLES = 6;

// Regression: the models of all segments were taken in one turn, for half a second when they were full.
it("a checkpoint is taken in turns, of one moment all the same", async () => {
  const flow = createFlow({
    config: configSchema.parse({}),
    clock: systemClock,
    identityKey: Buffer.alloc(32),
    fitter: createInlineFitter(),
    waitForFits: true,
  });
  const { queue, workloads } = flow;
  const intake = new Intake(workloads, (error) => {
    throw error;
  });
  const [actor] = makeActors(1, [1], [BROWSING]);
  const callAt = (seconds: number) => {
    const made = actor?.calls(0, 0)[0];
    if (made === undefined) throw new Error("the actor makes no call");
    const timeSeconds = START_SECONDS + seconds;
    return { ...made.call, timeSeconds, roles: [`role ${seconds % ROLES}`] };
  };
  for (let second = 0; second < 600; second += 1) await workloads.process([callAt(second)]);
  const expected = JSON.stringify(workloads.snapshot());

  let turns = 0;
  let isTaken = false;
  const countTurn = (): void => {
    turns += 1;
    // What comes in meanwhile waits until the checkpoint is taken.
    queue.offer([callAt(600 + turns)]);
    intake.wake(queue);
    if (!isTaken) setImmediate(countTurn);
  };
  setImmediate(countTurn);
  const sections = await intake.whenDrained(queue, () => checkpointSections({ workloads }, "key"));
  isTaken = true;

  expect(turns).toBeGreaterThan(ROLES);
  expect(JSON.stringify(sections["workloads"])).toBe(expected);
  await intake.exclusively(() => undefined);
  expect(JSON.stringify(workloads.snapshot())).not.toBe(expected);
});
