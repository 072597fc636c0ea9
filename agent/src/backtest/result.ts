import type { Json } from "../core/index.js";
import type { TraceRepairs } from "../evaluation/data/read-trace.js";
import type { Backtest } from "./backtest.js";
import type { Outcome } from "./cluster/outcome.js";
import type { Verdict } from "./verdict.js";

/** The one JSON object of `presage backtest --json`. */
export function resultOf(
  trace: string,
  backtest: Backtest,
  verdict: Verdict,
  repairs: TraceRepairs,
  cpuSeconds: number,
): Readonly<Record<string, Json>> {
  const { cluster, price, spans, policies, oracle } = backtest;
  return {
    trace,
    rows: cluster.calls.length,
    judged_rows: spans.judged.to - spans.judged.from,
    price,
    calls_per_replica: cluster.callsPerReplica,
    step_seconds: cluster.stepSeconds,
    start_up_steps: cluster.startUpSteps,
    repairs: {
      out_of_order: repairs.outOfOrder,
      duplicates: repairs.duplicates,
      absent_zeros: repairs.absentZeros,
      unknown: repairs.unknown,
    },
    policies: Object.fromEntries(
      policies.map(({ policy, tuned, costOverOracle }) => [
        policy.name,
        {
          setting: tuned.setting,
          variant: tuned.variant,
          ...metricsOf(tuned.outcome),
          cost_over_oracle: costOverOracle,
        },
      ]),
    ),
    frontier: Object.fromEntries(
      policies.map(({ policy, frontier }) => [
        policy.name,
        frontier.map(({ setting, variant, outcome }) => ({
          setting,
          variant,
          violation_minutes: outcome.violationMinutes,
          under_provisioned_calls: outcome.underProvisionedCalls,
          pod_hours: outcome.podHours,
        })),
      ]),
    ),
    oracle: { ...metricsOf(oracle.outcome), cost_over_oracle: 1 },
    verdict: verdict.text,
    recommends: verdict.recommends,
    cpu_seconds: cpuSeconds,
  };
}

function metricsOf(outcome: Outcome): Readonly<Record<string, Json>> {
  return {
    violation_minutes: outcome.violationMinutes,
    under_provisioned_calls: outcome.underProvisionedCalls,
    pod_hours: outcome.podHours,
    theta_u: outcome.thetaU,
    theta_o: outcome.thetaO,
    tau_u: outcome.tauU,
    tau_o: outcome.tauO,
    changes_per_hour: outcome.changesPerHour,
  };
}
