import { expect, it } from "vitest";
import { configSchema } from "../config/schema.js";
import { systemClock } from "../core/index.js";
import { BROWSING, makeActors } from "../models/clustering/actors.fixture.js";
import { createInlineFitter } from "./fitting-worker.js";
import { createFlow, droppedBy } from "./flow.js";

const START_SECONDS = 1_750_000_500;

it("regression: what was dropped is still counted when its workload is forgotten, and goes on from there", async () => {
  const flow = createFlow({
    // Places are kept for `other` and `unassigned`: every role after the first goes there, and is counted.
    config: configSchema.parse({ behavior: { maxSegments: 3, clustering: false } }),
    clock: systemClock,
    identityKey: Buffer.alloc(32),
    fitter: createInlineFitter(),
    waitForFits: true,
  });
  const pooled = (): number | undefined =>
    [...droppedBy(flow)].find(({ what }) => what === "segments")?.count;
  const [actor] = makeActors(1, [1], [BROWSING]);
  const callsOfRoles = async (workload: string, timeSeconds: number): Promise<void> => {
    const calls = ["first", "second", "third"].flatMap((role) =>
      (actor?.calls(0, 0) ?? []).slice(0, 1).map(({ call }) => ({
        ...call,
        workload,
        roles: [role],
        timeSeconds,
      })),
    );
    await flow.workloads.process(calls);
    await flow.workloads.advance(timeSeconds + 600);
  };

  await callsOfRoles("default/Deployment/shop", START_SECONDS);
  expect(pooled()).toBe(2);
  expect(flow.workloads.forgetSilentSince(START_SECONDS + 1)).toHaveLength(1);
  expect(pooled()).toBe(2);
  await callsOfRoles("default/Deployment/depot", START_SECONDS);
  expect(pooled()).toBe(4);
});
