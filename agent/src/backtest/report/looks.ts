import type { Backtest, JudgedPolicy } from "../backtest.js";

/** How a policy is drawn: those that matter most have a color of their own. */
export type Look = "presage" | "hpa" | "hpa_tuned" | "best" | "other";

/** The cheapest policy that is not Presage; undefined when there is none. */
export function bestRival({ policies }: Backtest): JudgedPolicy | undefined {
  return policies
    .filter(({ policy }) => policy.name !== "presage")
    .sort((a, b) => a.costOverOracle - b.costOverOracle)[0];
}

export function lookOf(backtest: Backtest, { policy }: JudgedPolicy): Look {
  const { name } = policy;
  if (name === "presage" || name === "hpa" || name === "hpa_tuned") return name;
  return name === bestRival(backtest)?.policy.name ? "best" : "other";
}

/** Those with a color of their own last, so that they lie on top. */
export function inDrawingOrder(backtest: Backtest): readonly JudgedPolicy[] {
  const order: readonly Look[] = ["other", "hpa_tuned", "hpa", "best", "presage"];
  return [...backtest.policies].sort(
    (a, b) => order.indexOf(lookOf(backtest, a)) - order.indexOf(lookOf(backtest, b)),
  );
}
