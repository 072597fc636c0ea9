import { ExpectedUse } from "../../allocation/expected-use.js";
import { horizonsFor, replicasByPrice } from "../../allocation/price-rule.js";
import { DemandModel } from "../../models/demand/demand-model.js";
import { replicasFor } from "../cluster/cluster.js";
import { stepsOf, type Policy, type PolicyContext } from "./policy.js";
import { SlidingMaximum } from "./sliding-maximum.js";

/** What a missing replica-minute costs in paid ones. */
const PRICES: readonly number[] = [
  1.5, 2, 3, 4, 6, 8, 12, 16, 20, 28, 40, 60, 90, 140, 200, 300, 500, 1000, 2000, 5000, 20_000,
];
const SEASON_SECONDS = 86_400;
/** While there is no forecast: the largest load of the last minutes. */
const REACTIVE_SECONDS = 300;

/** The production forecast and the production rule; one forecast serves all prices. */
export function presagePolicy({ cluster, ...rest }: PolicyContext): Policy {
  const { stepSeconds, startUpSteps, callsPerReplica, maximumReplicas } = cluster;
  return {
    name: "presage",
    knob: "price of a missing replica-minute",
    settings: PRICES,
    variants: [
      {
        label: "",
        start: () => {
          const horizons = horizonsFor(startUpSteps);
          // Whole days are a season only when steps divide them.
          const seasonSeconds = Math.max(1, Math.round(SEASON_SECONDS / stepSeconds)) * stepSeconds;
          const model = new DemandModel({ stepSeconds, horizons, seasonSeconds });
          const use = new ExpectedUse(maximumReplicas);
          const largest = new SlidingMaximum(stepsOf(REACTIVE_SECONDS, { cluster, ...rest }));
          return {
            step: ({ startSeconds, calls, isKnown }, asked) => {
              const recent = largest.push(calls);
              model.observe(startSeconds, isKnown ? calls / stepSeconds : undefined);
              const forecast = model.forecast();
              if (forecast.status !== "ready") {
                asked.fill(replicasFor(recent, { ...cluster, calls: new Float64Array() }));
                return;
              }
              use.take(forecast.value, callsPerReplica / stepSeconds);
              for (const [at, price] of PRICES.entries()) {
                asked[at] = replicasByPrice(use, asked[at] ?? 1, { price, startUpSteps });
              }
            },
          };
        },
      },
    ],
  };
}
