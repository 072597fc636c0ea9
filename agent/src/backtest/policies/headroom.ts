import type { Cluster } from "../cluster/cluster.js";
import { replicasFor } from "../cluster/cluster.js";
import { SlidingMaximum } from "./sliding-maximum.js";
import type { PolicyVariant, StepLoad } from "./policy.js";

/**
 * A policy that expects so many calls and adds its setting as a share of them; fewer replicas only when no
 * more were wanted for `holdSteps` steps. `expect` is called for every step, in order.
 */
export function headroomVariant(
  label: string,
  settings: readonly number[],
  cluster: Omit<Cluster, "calls">,
  holdSteps: number,
  startExpecting: () => (load: StepLoad) => number,
): PolicyVariant {
  const whole: Cluster = { ...cluster, calls: new Float64Array() };
  return {
    label,
    start: () => {
      const expect = startExpecting();
      const held = settings.map(() => new SlidingMaximum(holdSteps + 1));
      return {
        step: (load, asked) => {
          const expected = expect(load);
          for (const [at, maximum] of held.entries()) {
            asked[at] = maximum.push(replicasFor(expected * (1 + (settings[at] ?? 0)), whole));
          }
        },
      };
    },
  };
}
