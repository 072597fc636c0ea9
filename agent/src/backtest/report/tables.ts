import type { Backtest } from "../backtest.js";
import type { Outcome } from "../cluster/outcome.js";
import { atEqualPods } from "../text-report.js";
import { bestRival, lookOf } from "./looks.js";
import { escaped, shown } from "./markup.js";

const BAR_PIXELS = 110;
const RATIO_DIGITS = 3;
const SHARE_DIGITS = 2;

const HEADINGS = [
  "policy",
  "setting",
  "cost over oracle",
  "pod-hours",
  "violation minutes",
  "calls over capacity",
  "θ under %",
  "θ over %",
  "τ under %",
  "τ over %",
  "changes/h",
] as const;

/** All policies as tuned, cheapest first, and the oracle. */
export function policyTable(backtest: Backtest): string {
  const sorted = [...backtest.policies].sort((a, b) => a.costOverOracle - b.costOverOracle);
  // A policy that is many times worse would make all bars alike.
  const longest = Math.max(...sorted.map(({ costOverOracle }) => Math.min(2, costOverOracle)));
  const rows = sorted.map((judged) => {
    const { policy, tuned, costOverOracle } = judged;
    const width = Math.round((Math.min(longest, costOverOracle) / longest) * BAR_PIXELS);
    return `<tr class="${lookOf(backtest, judged)}"><td>${policy.name}</td><td>${shown(tuned.setting, digitsOf(tuned.setting))}</td><td><span class="bar" style="width:${width}px"></span> ${shown(costOverOracle, RATIO_DIGITS)}</td>${metricCells(tuned.outcome)}<td class="note">${escaped(choiceOf(policy.knob, tuned.variant))}</td></tr>`;
  });
  const oracle = `<tr class="oracle"><td>oracle</td><td>–</td><td>${shown(1, RATIO_DIGITS)}</td>${metricCells(backtest.oracle.outcome)}<td class="note">knows the future</td></tr>`;
  const head = HEADINGS.map((heading) => `<th>${heading}</th>`).join("");
  return `<div class="scroll"><table><thead><tr>${head}<th class="note">the setting is</th></tr></thead><tbody>${rows.join("")}${oracle}</tbody></table></div>`;
}

function choiceOf(knob: string, variant: string): string {
  return variant === "" ? knob : `${knob}; ${variant}`;
}

function digitsOf(value: number): number {
  return Number.isInteger(value) ? 0 : SHARE_DIGITS;
}

function metricCells(outcome: Outcome): string {
  return [
    shown(outcome.podHours),
    shown(outcome.violationMinutes),
    shown(outcome.underProvisionedCalls),
    shown(outcome.thetaU, SHARE_DIGITS),
    shown(outcome.thetaO, 1),
    shown(outcome.tauU, SHARE_DIGITS),
    shown(outcome.tauO, 1),
    shown(outcome.changesPerHour, SHARE_DIGITS),
  ]
    .map((text) => `<td>${text}</td>`)
    .join("");
}

/** What somebody might choose: pod-hours around those that Presage was tuned to. */
const LEAST_PODS_RATIO = 0.9;
const MOST_PODS_RATIO = 1.6;

/** Presage at the pod-hours of the HPA, of the tuned HPA, and of the best rival, where anybody would be. */
export function equalPodsTable(backtest: Backtest): string {
  const tuned = backtest.policies.find(({ policy }) => policy.name === "presage")?.tuned.outcome;
  const best = bestRival(backtest)?.policy.name;
  const rivals = [...new Set(["hpa", "hpa_tuned", ...(best === undefined ? [] : [best])])];
  const rows = rivals
    .flatMap((rival) => atEqualPods(backtest, rival))
    .filter(({ calls, minutes, podHours }) => {
      const ratio = podHours / (tuned?.podHours ?? NaN);
      const isNear = ratio >= LEAST_PODS_RATIO && ratio <= MOST_PODS_RATIO;
      return isNear && Number.isFinite(calls + minutes);
    })
    .map(
      ({ rival, setting, podHours, calls, minutes }) =>
        `<tr><td>${rival}</td><td>${shown(setting, SHARE_DIGITS)}</td><td>${shown(podHours)}</td><td>${shown(calls, RATIO_DIGITS)}</td><td>${shown(minutes, RATIO_DIGITS)}</td></tr>`,
    );
  if (rows.length === 0) return "<p>No rival's pod-hours are near Presage's.</p>";
  return `<div class="scroll"><table><thead><tr><th>rival</th><th>setting</th><th>pod-hours</th><th>calls over capacity, Presage / rival</th><th>violation minutes, Presage / rival</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}
