import { ALL_SEGMENTS } from "../../core/index.js";
import type { Moments, Random, WindowSummary } from "../../core/index.js";

/** What the calls of a made-up window are like. */
export interface MadeWindow {
  /** Expected calls. */
  readonly calls: number;
  /** Times as many bytes as usual, 200 and 400 a request. */
  readonly bytes?: number;
  /** Times as long as usual, 50 and 100 ms. */
  readonly duration?: number;
  /** Share of calls that the service fails; .01 unless told. */
  readonly errors?: number;
  /** Share of the first of two operations; .6 unless told. */
  readonly mix?: number;
}

/** A window of two operations: counts are Poisson's, sizes and durations as scattered as exponential ones. */
export function madeWindow(random: Random, made: MadeWindow): WindowSummary {
  const { bytes = 1, duration = 1, errors = 0.01, mix = 0.6 } = made;
  const window: WindowSummary = {
    workload: "default/Deployment/shop",
    segment: ALL_SEGMENTS,
    startSeconds: 0,
    endSeconds: 60,
    calls: 0,
    operations: new Map(),
    transitions: new Map(),
    pauseSeconds: new Map(),
    instances: new Map(),
    deviations: {},
  };
  for (const [name, share, size] of [
    ["GET /a", mix, 1],
    ["POST /b", 1 - mix, 2],
  ] as const) {
    const calls = count(random, made.calls * share);
    window.calls += calls;
    if (calls === 0) continue;
    window.operations.set(name, {
      calls,
      serverErrors: Math.min(calls, count(random, calls * errors)),
      durationSeconds: moments(random, calls, 0.05 * size * duration),
      requestBytes: moments(random, calls, 200 * size * bytes),
      responseBytes: moments(random, calls, 1000 * size * bytes),
    });
  }
  return window;
}

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** The normal approximation serves from here on. */
const LARGE_MEAN = 100;

/** A Poisson count, by products of uniform numbers (Knuth) where it is small. */
function count(random: Random, mean: number): number {
  if (mean > LARGE_MEAN) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
  const limit = Math.exp(-mean);
  let events = 0;
  for (let product = random(); product > limit; product *= random()) events += 1;
  return events;
}

/** Of as many exponential values of this mean; only what their mean is counts here. */
function moments(random: Random, calls: number, mean: number): Moments {
  const sum = calls * mean * Math.max(0.1, 1 + normal(random) / Math.sqrt(calls));
  return { count: calls, sum, sumOfSquares: (2 * sum * sum) / calls };
}
