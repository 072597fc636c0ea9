import type { TraceRepairs } from "../evaluation/data/read-trace.js";
import type { Backtest } from "./backtest.js";
import { interpolate } from "./comparison.js";
import type { Verdict } from "./verdict.js";

const HOUR_DIGITS = 0;
const RATIO_DIGITS = 3;

/** Equal pod-hours: what Presage has, over what a rival has there. */
export interface EqualPods {
  readonly rival: string;
  readonly setting: number;
  readonly podHours: number;
  /** Ratios; NaN below Presage's cheapest setting, or where the rival has none. */
  readonly calls: number;
  readonly minutes: number;
}

/** Presage against every point of a rival's frontier, at that point's own pod-hours. */
export function atEqualPods({ policies }: Backtest, rivalName: string): readonly EqualPods[] {
  const presage = policies.find(({ policy }) => policy.name === "presage");
  const rival = policies.find(({ policy }) => policy.name === rivalName);
  if (presage === undefined || rival === undefined) return [];
  return rival.frontier.map(({ setting, outcome }) => {
    const { podHours, underProvisionedCalls, violationMinutes } = outcome;
    const calls = interpolate(presage.frontier, podHours, "underProvisionedCalls");
    const minutes = interpolate(presage.frontier, podHours, "violationMinutes");
    return {
      rival: rivalName,
      setting,
      podHours,
      calls: underProvisionedCalls > 0 ? calls / underProvisionedCalls : NaN,
      minutes: violationMinutes > 0 ? minutes / violationMinutes : NaN,
    };
  });
}

/** What was put right in a trace, in a sentence; empty when nothing was. */
export function repairSentence(repairs: TraceRepairs): string {
  const parts = [
    [repairs.outOfOrder, "rows stood after a later one and were put in order"],
    [repairs.duplicates, "rows had the time of another; the last counts"],
    [repairs.absentZeros, "steps without a row were taken for zeros"],
    [repairs.unknown, "steps are unknown, and neither paid nor judged"],
  ] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return told.length === 0 ? "" : `The trace: ${told.join("; ")}.`;
}

/** For people: lines of text. */
export function textReport(
  backtest: Backtest,
  verdict: Verdict,
  repairs: TraceRepairs,
): readonly string[] {
  const { policies, oracle, price } = backtest;
  const header = [
    "policy".padEnd(20),
    ...["setting", "pod-hours", "minutes", "calls over", "cost/oracle"].map((text) =>
      text.padStart(12),
    ),
  ].join("");
  const rows = policies.map(({ policy, tuned, costOverOracle }) =>
    [
      policy.name.padEnd(20),
      String(tuned.setting).padStart(12),
      tuned.outcome.podHours.toFixed(HOUR_DIGITS).padStart(12),
      tuned.outcome.violationMinutes.toFixed(HOUR_DIGITS).padStart(12),
      tuned.outcome.underProvisionedCalls.toFixed(HOUR_DIGITS).padStart(12),
      costOverOracle.toFixed(RATIO_DIGITS).padStart(12),
      tuned.variant === "" ? "" : `  ${tuned.variant}`,
    ].join(""),
  );
  const oracleRow = [
    "(oracle)".padEnd(20),
    "".padStart(12),
    oracle.outcome.podHours.toFixed(HOUR_DIGITS).padStart(12),
    oracle.outcome.violationMinutes.toFixed(HOUR_DIGITS).padStart(12),
    oracle.outcome.underProvisionedCalls.toFixed(HOUR_DIGITS).padStart(12),
    (1).toFixed(RATIO_DIGITS).padStart(12),
  ].join("");
  const equal = ["hpa", "hpa_tuned"].flatMap((rival) => atEqualPods(backtest, rival));
  const known = equal.filter(({ calls, minutes }) => Number.isFinite(calls + minutes));
  return [
    verdict.text,
    "",
    `Tuned on the training part at a price of ${price}, judged on the rest:`,
    header,
    ...rows,
    oracleRow,
    ...(known.length === 0
      ? []
      : [
          "",
          "At a rival's own pod-hours, Presage has of its calls over capacity and violation minutes:",
        ]),
    ...known.map(
      ({ rival, setting, podHours, calls, minutes }) =>
        `${rival.padEnd(12)}${String(setting).padStart(6)}${podHours.toFixed(HOUR_DIGITS).padStart(10)} pod-hours  calls ${calls.toFixed(RATIO_DIGITS)}  minutes ${minutes.toFixed(RATIO_DIGITS)}`,
    ),
    ...[repairSentence(repairs)].filter((line) => line !== "").flatMap((line) => ["", line]),
  ];
}
