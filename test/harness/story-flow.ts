import { randomBytes } from "node:crypto";
import { loadConfig } from "presage";
import type { WorkloadState } from "presage";
import type { ScenarioOptions } from "presage-example-shop/scenario";
import type * as Fitters from "../../agent/dist/runtime/fitters.js";
import type * as FlowModule from "../../agent/dist/runtime/flow.js";
import { builtModule } from "./built-agent.js";
import { shopStory } from "./shop-story.js";

// The modules by these names have these types: they are built together.
const { createFlow } = (await builtModule("runtime/flow.js")) as typeof FlowModule;
const { createFitters } = (await builtModule("runtime/fitters.js")) as typeof Fitters;

const IDENTITY_KEY_BYTES = 32;
const BATCH_CALLS = 200;

/**
 * Sends the shop's story through the agent's own flow, on event time and with the default configuration.
 * Answers the state at the end of each window. `createCallModels`: other models than the live ones.
 */
export async function storyStates(
  options: ScenarioOptions,
  createCallModels?: FlowModule.FlowOptions["createCallModels"],
): Promise<readonly WorkloadState[]> {
  const states: WorkloadState[] = [];
  const fitter = createFitters({ backend: "own", isUrgent: true });
  let nowSeconds = options.startSeconds;
  const { ingestion, queue, workloads } = createFlow({
    config: loadConfig({ environment: {} }),
    clock: { now: () => nowSeconds },
    identityKey: randomBytes(IDENTITY_KEY_BYTES),
    fitter,
    waitForFits: true,
    ...(createCallModels === undefined ? {} : { createCallModels }),
    onWindow: (_workload, _interval, state) => {
      states.push(state);
    },
  });
  try {
    const calls = shopStory(options);
    for (let from = 0; from < calls.length; from += BATCH_CALLS) {
      const batch = calls.slice(from, from + BATCH_CALLS);
      nowSeconds = batch.at(-1)?.timestamp ?? nowSeconds;
      const result = ingestion.ingest(batch);
      if (result.status !== "taken" || result.accepted !== batch.length) {
        throw new Error(`not all calls were taken: ${JSON.stringify(result)}`);
      }
      await workloads.process(queue.take(queue.size));
    }
    await workloads.finish();
  } finally {
    await fitter.close();
  }
  return states;
}
