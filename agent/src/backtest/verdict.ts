import type { Backtest, JudgedPolicy } from "./backtest.js";
import { compareCosts } from "./comparison.js";

/** Whether Presage is worth its while here, and why, in plain sentences. */
export interface Verdict {
  /** `presage`: use it; `rival`: do not; `either`: the days that were judged can't tell. */
  readonly recommends: "presage" | "rival" | "either";
  readonly text: string;
}

const PERCENT = 100;
/** A difference below this share of the cost is nothing that anybody would notice. */
const NOTICEABLE_RATIO = 0.005;

/**
 * Judges by cost at the price, against the best rival as tuned on the training part, and by whether
 * resampled days agree. A tie speaks for the rival, which is simpler.
 */
export function verdictOf(backtest: Backtest): Verdict {
  const { policies, cluster, spans, price } = backtest;
  const presage = policies.find(({ policy }) => policy.name === "presage");
  const rival = cheapest(policies.filter(({ policy }) => policy.name !== "presage"));
  if (presage === undefined || rival === undefined) {
    const only = presage ?? rival;
    return {
      recommends: "either",
      text: `Nothing was compared: ${only?.policy.name ?? "no policy"} stands alone.`,
    };
  }
  const { ratio, lower, upper } = compareCosts(
    cluster,
    presage.asked,
    rival.asked,
    spans.judged,
    price,
  );
  const name = describe(rival);
  const interval = `90% interval over resampled days: ${percent(lower - 1)} to ${percent(upper - 1)}`;
  const facts = `${factsOf(presage)}; ${factsOf(rival)}.`;
  const gap = percent(Math.abs(ratio - 1), false);
  if (ratio > 1 + NOTICEABLE_RATIO) {
    return {
      recommends: "rival",
      text: `Do not use Presage here: ${name} costs ${gap} less at a price of ${price} (${interval} for Presage over it). ${facts}`,
    };
  }
  if (ratio >= 1 - NOTICEABLE_RATIO || upper >= 1) {
    return {
      recommends: "either",
      text: `These days can't tell Presage from ${name} at a price of ${price}: its cost is ${percent(ratio - 1)} (${interval}). The simpler one is good enough here. ${facts}`,
    };
  }
  return {
    recommends: "presage",
    text: `Presage is worth it here: it costs ${gap} less than ${name}, the best rival, at a price of ${price} (${interval}). ${facts}`,
  };
}

function cheapest(policies: readonly JudgedPolicy[]): JudgedPolicy | undefined {
  return policies.reduce<JudgedPolicy | undefined>(
    (best, policy) =>
      best === undefined || policy.costOverOracle < best.costOverOracle ? policy : best,
    undefined,
  );
}

function describe({ policy, tuned }: JudgedPolicy): string {
  const variant = tuned.variant === "" ? "" : `, ${tuned.variant}`;
  return `${policy.name} (${policy.knob} ${tuned.setting}${variant})`;
}

function factsOf({ policy, tuned: { outcome } }: JudgedPolicy): string {
  return `${policy.name}: ${Math.round(outcome.podHours)} pod-hours, ${Math.round(outcome.violationMinutes)} violation minutes, ${Math.round(outcome.underProvisionedCalls)} calls over capacity`;
}

function percent(share: number, signed = true): string {
  const text = (PERCENT * share).toFixed(1);
  return `${signed && share > 0 ? "+" : ""}${text}%`;
}
