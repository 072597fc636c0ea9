import { performance } from 'node:perf_hooks';
import { range, readyView } from './fixture';
import { METRICS } from './metrics';

/** 6 hours at 15 seconds. */
const POINTS = 1440;
const WORKLOADS = 50;

/**
 * Times what a copy of all values takes, in the same run: about ten once it is compiled. The rest is for a machine
 * that is busy with something else; one that looked at each workload's frames for each other would take hundreds.
 */
const LIMIT_COPIES = 100;

function timed(run: () => void): number {
  const startMs = performance.now();
  run();
  return performance.now() - startMs;
}

it(`reads ${WORKLOADS} workloads of ${POINTS} points in some dozen times what a copy of them takes`, () => {
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
  const runs = Array.from({ length: 15 }, () => ({
    copyMs: timed(() => {
      const copies = frames.map(({ fields }) => fields.map((field) => [...field.values]));
      expect(copies).toHaveLength(frames.length);
    }),
    viewMs: timed(() => {
      expect(readyView(frames).workloads).toHaveLength(WORKLOADS);
    }),
  }));
  // The fastest: others only add to it.
  const viewMs = Math.min(...runs.map((run) => run.viewMs));
  const copyMs = Math.min(...runs.map((run) => run.copyMs));
  expect(viewMs / copyMs).toBeLessThan(LIMIT_COPIES);
});
