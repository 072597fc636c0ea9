import type { Backtest } from "./backtest.js";
import { replicasFor, supplyOf } from "./cluster/cluster.js";

const MILLISECONDS_PER_SECOND = 1000;

/** The judged part as CSV lines: what was called, what it needed, what each tuned policy had serving. */
export function* timelineLines({ cluster, policies, spans }: Backtest): Generator<string> {
  yield ["time", "calls", "demanded", ...policies.map(({ policy }) => policy.name)].join(",");
  const supplies = policies.map(({ asked }) => supplyOf(asked, cluster.startUpSteps));
  for (let t = spans.judged.from; t < spans.judged.to; t += 1) {
    const calls = cluster.calls[t] ?? NaN;
    const seconds = cluster.startSeconds + t * cluster.stepSeconds;
    const time = new Date(seconds * MILLISECONDS_PER_SECOND).toISOString();
    // What is unknown is an empty cell, never a number.
    const load = Number.isNaN(calls) ? ["", ""] : [calls, replicasFor(calls, cluster)];
    yield [time, ...load, ...supplies.map((supply) => supply[t] ?? "")].join(",");
  }
}
