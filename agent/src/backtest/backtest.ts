import type { Cluster } from "./cluster/cluster.js";
import { costOf, judge, type Outcome } from "./cluster/outcome.js";
import { oracleRequests } from "./cluster/oracle.js";
import { POLICIES } from "./policies/policies.js";
import type { PolicyName } from "./policies/policy.js";
import { tune, type Spans, type TunedPolicy } from "./tuning.js";

export interface BacktestOptions {
  readonly cluster: Cluster;
  /** What a missing replica-minute costs in paid ones. */
  readonly price: number;
  /** Share of the trace that everything is tuned on. */
  readonly trainShare: number;
  readonly policies: readonly PolicyName[];
  /** One line of progress for a person. */
  readonly tell: (line: string) => void;
}

export interface JudgedPolicy extends TunedPolicy {
  readonly costOverOracle: number;
}

export interface Backtest {
  readonly cluster: Cluster;
  readonly price: number;
  readonly spans: Spans;
  readonly policies: readonly JudgedPolicy[];
  readonly oracle: { readonly asked: Uint32Array; readonly outcome: Outcome };
}

/** Of the training part: what policies learn from before they are compared even for tuning. */
const LEARNING_SHARE = 0.25;
/** Below this many known steps on either side nothing can be said. */
const MIN_STEPS = 100;

/** The trace is too short for what is asked of it. */
export class TooShortError extends Error {
  override readonly name = "TooShortError";
}

/**
 * Every policy on one trace of counts: each walks through it from its begin and sees a step when it is over;
 * it is tuned on the first part and judged on the rest, where the oracle is the measure.
 */
export function backtest(options: BacktestOptions): Backtest {
  const { cluster, price, trainShare, tell } = options;
  const { calls, ...known } = cluster;
  const cut = Math.floor(trainShare * calls.length);
  const spans: Spans = {
    training: { from: Math.max(1, Math.floor(LEARNING_SHARE * cut)), to: cut },
    judged: { from: Math.max(1, cut), to: calls.length },
  };
  for (const part of ["training", "judged"] as const) {
    const { from, to } = spans[part];
    const steps = calls.subarray(from, to).filter((load) => load >= 0).length;
    if (steps < MIN_STEPS) {
      throw new TooShortError(
        `the ${part} part has ${steps} steps of known load; at least ${MIN_STEPS} are needed`,
      );
    }
  }
  const oracleAsked = oracleRequests(cluster, price, spans.judged);
  const oracle = { asked: oracleAsked, outcome: judge(cluster, oracleAsked, spans.judged) };
  const least = costOf(oracle.outcome, price, cluster);
  const context = { cluster: known, training: calls.slice(0, cut) };
  const policies = options.policies.map((name, at) => {
    tell(`${at + 1} of ${options.policies.length}: ${name}`);
    const tuned = tune(cluster, POLICIES[name](context), price, spans);
    return { ...tuned, costOverOracle: costOf(tuned.tuned.outcome, price, cluster) / least };
  });
  return { cluster, price, spans, policies, oracle };
}
