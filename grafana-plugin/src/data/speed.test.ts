import { performance } from 'node:perf_hooks';
import { range, readyView } from './fixture';
import { METRICS } from './metrics';

/** 6 hours at 15 seconds. */
const POINTS = 1440;
const WORKLOADS = 50;

/** About three milliseconds once it is compiled; the rest is for a machine that is busy with something else. */
const LIMIT_MS = 30;

it(`reads ${WORKLOADS} workloads of ${POINTS} points in a few milliseconds`, () => {
  const values = Array.from({ length: POINTS }, (_, index) => 10 + Math.sin(index / 50));
  const frames = Array.from({ length: WORKLOADS }, (_, index) => ({
    namespace: 'default',
    workload: `w${index}`,
  })).flatMap((name) => [
    range(METRICS.observed, { ...name, segment: 'all' }, values),
    range(METRICS.driftScore, { ...name, segment: 'all' }, values),
    range(METRICS.forecast, { ...name, horizon_seconds: '60', bound: 'point' }, values),
    range(METRICS.forecast, { ...name, horizon_seconds: '60', bound: 'upper' }, values),
    range(METRICS.currentReplicas, name, values),
  ]);
  const durations = Array.from({ length: 15 }, () => {
    const startMs = performance.now();
    expect(readyView(frames).workloads).toHaveLength(WORKLOADS);
    return performance.now() - startMs;
  });
  // The fastest: others only add to it.
  expect(Math.min(...durations)).toBeLessThan(LIMIT_MS);
});
