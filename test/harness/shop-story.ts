import { seededRandom } from "presage";
import { scenario } from "presage-example-shop/scenario";
import type { ScenarioOptions } from "presage-example-shop/scenario";
import { simulatedCall } from "presage-example-shop/simulated-call";
import type { WireCall } from "presage-example-shop/simulated-call";

export type StoryCall = WireCall & { readonly id: string };

/** The demo's story of the shop as calls on the wire, with ids; the same for the same options. */
export function shopStory(options: ScenarioOptions): StoryCall[] {
  const random = seededRandom(options.seed);
  let number = 0;
  return Array.from(scenario(options), (planned) => {
    number += 1;
    return { ...simulatedCall(planned, random), id: `story-${options.seed}-${number}` };
  });
}
