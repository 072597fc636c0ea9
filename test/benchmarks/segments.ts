/**
 * Segments found in behavior, on made-up actors whose groups are known: `node
 * test/dist/benchmarks/segments.js`. Prints how well groups are found and how they stay, beside the
 * components of a mixture by BIC as they are; then what it costs a call.
 */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { ClusterJob, Observation } from "../../agent/src/core/index.js";

// The models are no part of the package's interface, so they are taken from where it was built.
const agentManifest = pathToFileURL(createRequire(import.meta.url).resolve("presage/package.json"));
const built = (file: string): string => new URL(`./dist/${file}`, agentManifest).href;
const { ActorClusters } = (await import(
  built("models/clustering/actor-clusters.js")
)) as typeof import("../../agent/src/models/clustering/actor-clusters.js");
const { runClusterJob } = (await import(
  built("models/clustering/cluster-job.js")
)) as typeof import("../../agent/src/models/clustering/cluster-job.js");
const { principalAxes } = (await import(
  built("models/clustering/principal-axes.js")
)) as typeof import("../../agent/src/models/clustering/principal-axes.js");
const { fitMixture } = (await import(
  built("models/payload/mixture-fit.js")
)) as typeof import("../../agent/src/models/payload/mixture-fit.js");
const { SegmentNamer } = (await import(
  built("behavior/segments.js")
)) as typeof import("../../agent/src/behavior/segments.js");
const { adjustedRandIndex, BROWSING, IMPORTING, makeActors, REPORTING } = (await import(
  built("models/clustering/actors.fixture.js")
)) as typeof import("../../agent/src/models/clustering/actors.fixture.js");

const SEEDS = 20;
const FITS = 8;
const REFIT_SECONDS = 900;
/** Median of each actor in a quarter of an hour. */
const CALLS_PER_FIT = 30;
const OPTIONS = {
  maxActors: 1000,
  maxClusters: 6,
  minimumActors: 20,
  refitSeconds: REFIT_SECONDS,
  halfLifeSeconds: 86_400,
};
const AXES = 4;

/** Actors of each behavior, and how alike those of one are: the smaller, the less. */
const POPULATIONS = [
  { counts: [200], behaviors: [BROWSING], concentration: 200 },
  { counts: [200], behaviors: [BROWSING], concentration: 30 },
  { counts: [200], behaviors: [BROWSING], concentration: 8 },
  { counts: [200], behaviors: [BROWSING], concentration: 3 },
  { counts: [800], behaviors: [BROWSING], concentration: 3 },
  { counts: [200], behaviors: [IMPORTING], concentration: 8 },
  { counts: [100, 100], behaviors: [BROWSING, REPORTING], concentration: 30 },
  { counts: [100, 100], behaviors: [BROWSING, REPORTING], concentration: 8 },
  { counts: [160, 40], behaviors: [BROWSING, IMPORTING], concentration: 30 },
  { counts: [100, 60, 40], behaviors: [BROWSING, REPORTING, IMPORTING], concentration: 30 },
  { counts: [300, 150, 50], behaviors: [BROWSING, REPORTING, IMPORTING], concentration: 8 },
] as const;

/** Components that BIC asks for, of the same points on as many axes. */
function componentsByBic({ rows, dimension, noiseVariance, seed }: ClusterJob): number {
  const count = rows.length / dimension;
  const { mean, axes } = principalAxes(rows, count, dimension);
  const points = new Float64Array(count * AXES);
  for (let row = 0; row < count; row += 1) {
    for (let axis = 0; axis < AXES; axis += 1) {
      let sum = 0;
      for (let i = 0; i < dimension; i += 1) {
        sum += ((rows[row * dimension + i] ?? 0) - (mean[i] ?? 0)) * (axes[axis]?.[i] ?? 0);
      }
      points[row * AXES + axis] = sum;
    }
  }
  const deviationFloor = Math.sqrt(noiseVariance);
  const fitted = fitMixture(points, AXES, { seed, maxComponents: 12, deviationFloor });
  return fitted.status === "ready" ? fitted.value.mixture.components : NaN;
}

function runOnce(seed: number, { counts, behaviors, concentration }: (typeof POPULATIONS)[number]) {
  const actors = makeActors(seed, counts, behaviors, concentration);
  const clusters = new ActorClusters(OPTIONS);
  clusters.dueFit(0);
  let milliseconds = 0;
  let components = NaN;
  for (let fit = 0; fit < FITS; fit += 1) {
    const start = fit * REFIT_SECONDS;
    for (const actor of actors) {
      for (const observation of actor.calls(CALLS_PER_FIT, start)) clusters.observe(observation);
    }
    const job = clusters.dueFit(start + REFIT_SECONDS);
    if (job?.kind !== "clusters") continue;
    const before = performance.now();
    const result = runClusterJob(job);
    milliseconds = Math.max(milliseconds, performance.now() - before);
    clusters.adopt(result, () => false);
    components = componentsByBic(job);
  }
  const names = actors.map((actor) =>
    actor
      .calls(0, 0)
      .map(({ call }) => clusters.clusterOf(call))
      .at(0),
  );
  return {
    agreement: adjustedRandIndex(
      names,
      actors.map(({ truth }) => truth),
    ),
    found: Math.max(1, clusters.clusters.length),
    unknown: names.filter((name) => name === undefined).length / actors.length,
    flips: clusters.flips,
    milliseconds,
    components,
  };
}

for (const population of POPULATIONS) {
  const runs = Array.from({ length: SEEDS }, (_, seed) => runOnce(seed + 1, population));
  const truth = population.counts.length;
  const mean = (of: (run: (typeof runs)[number]) => number): number =>
    runs.reduce((sum, run) => sum + of(run), 0) / runs.length;
  process.stdout.write(
    [
      `${population.counts.join("+")} actors, concentration ${population.concentration}:`,
      `adjusted Rand index ${mean(({ agreement }) => agreement).toFixed(3)}`,
      `(least ${Math.min(...runs.map(({ agreement }) => agreement)).toFixed(3)}),`,
      `wrong number of clusters in ${runs.filter(({ found }) => found !== truth).length} of ${SEEDS},`,
      `as BIC's components in ${runs.filter(({ components }) => components !== truth).length},`,
      `${(mean(({ flips }) => flips) / FITS).toFixed(3)} flips a fit,`,
      `longest fit ${Math.max(...runs.map((run) => run.milliseconds)).toFixed(0)} ms,`,
      truth === 1 ? "" : `${(100 * mean(({ unknown }) => unknown)).toFixed(1)}% in no cluster`,
      "\n",
    ].join(" "),
  );
}

const REPEATS = 7;
const NANOSECONDS_PER_MILLISECOND = 1e6;
const observations: Observation[] = makeActors(1, [100, 100], [BROWSING, REPORTING]).flatMap(
  (actor) => actor.calls(500, 0),
);
observations.sort((a, b) => a.call.timeSeconds - b.call.timeSeconds);

function nanoseconds(run: () => void): number {
  const start = performance.now();
  run();
  return ((performance.now() - start) * NANOSECONDS_PER_MILLISECOND) / observations.length;
}

const plain: number[] = [];
const found: number[] = [];
for (let repeat = 0; repeat < REPEATS; repeat += 1) {
  const options = { segmentPriority: [], maxSegments: 20 };
  const namer = new SegmentNamer(options);
  plain.push(
    nanoseconds(() => {
      for (const { call } of observations) namer.segmentOf(call);
    }),
  );
  const clusters = new ActorClusters(OPTIONS);
  const finder = new SegmentNamer(options, clusters);
  found.push(
    nanoseconds(() => {
      for (const observation of observations) {
        finder.segmentOf(observation.call);
        clusters.observe(observation);
      }
    }),
  );
}
const median = (values: number[]): number =>
  values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
process.stdout.write(
  `a call: ${median(plain).toFixed(0)} ns to name its segment, ${median(found).toFixed(0)} ns to follow its caller, too\n`,
);
