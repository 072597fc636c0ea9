import { describe, expect, it } from "vitest";
import type { FitResult } from "../../core/index.js";
import {
  adjustedRandIndex,
  BROWSING,
  IMPORTING,
  makeActors,
  observationOf,
  REPORTING,
} from "./actors.fixture.js";
import type { MadeActor, MadeBehavior } from "./actors.fixture.js";
import { ActorClusters } from "./actor-clusters.js";
import { runClusterJob } from "./cluster-job.js";

const REFIT_SECONDS = 900;
const OPTIONS = {
  maxActors: 1000,
  maxClusters: 6,
  minimumActors: 20,
  refitSeconds: REFIT_SECONDS,
  halfLifeSeconds: 86_400,
};
const CALLS_AN_EPOCH = 30;

/** Calls of a quarter of an hour, and the fit at its end. */
function epoch(
  clusters: ActorClusters,
  actors: readonly MadeActor[],
  index: number,
  options: { truthOf?: (actor: MadeActor) => number; isInDrift?: boolean } = {},
) {
  const start = index * REFIT_SECONDS;
  for (const actor of actors) {
    for (const call of actor.calls(CALLS_AN_EPOCH, start, options.truthOf?.(actor))) {
      clusters.observe(call);
    }
  }
  const job = clusters.dueFit(start + REFIT_SECONDS);
  if (job?.kind !== "clusters") return undefined;
  return clusters.adopt(runClusterJob(job), () => options.isInDrift === true);
}

function namesOf(clusters: ActorClusters, actors: readonly MadeActor[]): (string | undefined)[] {
  return actors.map(({ name }) => clusters.clusterOf(observationOf({ actor: name }, "", 1).call));
}

function clustersOf(
  seed: number,
  counts: readonly number[],
  behaviors: readonly MadeBehavior[],
  epochs: number,
): { clusters: ActorClusters; actors: MadeActor[] } {
  const clusters = new ActorClusters(OPTIONS);
  clusters.dueFit(0);
  const actors = makeActors(seed, counts, behaviors);
  for (let index = 0; index < epochs; index += 1) epoch(clusters, actors, index);
  return { clusters, actors };
}

describe("ActorClusters", () => {
  it.each([1, 2, 3])("leaves one behavior one, seed %i", (seed) => {
    const { clusters, actors } = clustersOf(seed, [150], [BROWSING], 6);
    expect(clusters.clusters).toEqual([]);
    expect(new Set(namesOf(clusters, actors))).toEqual(new Set([undefined]));
  });

  it.each([
    [
      [100, 60],
      [BROWSING, REPORTING],
    ],
    [
      [80, 60, 40],
      [BROWSING, REPORTING, IMPORTING],
    ],
  ])("tells %j actors apart, and nobody moves afterwards", (counts, behaviors) => {
    const { clusters, actors } = clustersOf(1, counts, behaviors, 3);
    const before = namesOf(clusters, actors);
    const known = actors.filter((_, index) => before[index] !== undefined);
    // The rest have not made 30 calls yet, or are between two clusters.
    expect(known.length).toBeGreaterThan(0.8 * actors.length);
    const truths = known.map(({ truth }) => truth);
    expect(adjustedRandIndex(namesOf(clusters, known), truths)).toBeGreaterThan(0.95);
    expect(clusters.clusters).toHaveLength(counts.length);
    for (let index = 3; index < 7; index += 1) epoch(clusters, actors, index);
    expect(clusters.clusters).toHaveLength(counts.length);
    const moved = namesOf(clusters, actors).filter(
      (name, index) => before[index] !== undefined && name !== before[index],
    );
    expect(moved).toEqual([]);
    expect(clusters.flips).toBe(0);
  });

  it("says what a cluster is", () => {
    const { clusters, actors } = clustersOf(1, [80, 60], [BROWSING, IMPORTING], 3);
    const importers = namesOf(clusters, actors).filter((name, index) => {
      return actors[index]?.truth === 1 && name !== undefined;
    });
    const profile = clusters.profile(importers[0] ?? "");
    expect(profile?.actors).toBe(importers.length);
    expect(profile?.operations[0]?.operation).toBe("POST /imports");
    expect(profile?.operations[0]?.ratio).toBeCloseTo(0.6, 1);
  });

  it("puts a newcomer where it belongs at its thirtieth call, without another fit", () => {
    const { clusters, actors } = clustersOf(1, [80, 60], [BROWSING, IMPORTING], 3);
    const [newcomer] = makeActors(77, [0, 1], [BROWSING, IMPORTING]);
    if (newcomer === undefined) throw new Error("no newcomer");
    const known = namesOf(clusters, actors).at(-1);
    const calls = Array.from({ length: 30 }, (_, i) => newcomer.calls(0, 3000 + i)).flat();
    for (const call of calls.slice(0, 29))
      clusters.observe({ ...call, call: { ...call.call, actor: "new" } });
    const last = calls[29];
    if (last === undefined) throw new Error("no call");
    const call = { ...last.call, actor: "new" };
    expect(clusters.clusterOf(call)).toBeUndefined();
    clusters.observe({ ...last, call });
    expect(clusters.clusterOf(call)).toBe(known);
    expect(known).toBeDefined();
  });

  it("moves an actor that behaves differently only when two fits in a row say so", () => {
    const { clusters, actors } = clustersOf(1, [80, 60], [BROWSING, IMPORTING], 3);
    const before = namesOf(clusters, actors);
    const changed = actors[0];
    // Some 30 calls an epoch against 90 browsing ones: it takes a while until most are imports.
    const truthOf = (actor: MadeActor): number => (actor === changed ? 1 : actor.truth);
    let pendingFits = 0;
    for (let index = 3; index < 40 && clusters.flips === 0; index += 1) {
      epoch(clusters, actors, index, { truthOf });
      pendingFits += 1;
    }
    expect(pendingFits).toBeGreaterThan(1);
    expect(clusters.flips).toBe(1);
    const after = namesOf(clusters, actors);
    expect(after[0]).not.toBe(before[0]);
    expect(after[0]).toBe(after.at(-1));
  });

  it("changes nothing while one of its segments is in drift", () => {
    const { clusters, actors } = clustersOf(1, [80, 60], [BROWSING, IMPORTING], 1);
    expect(epoch(clusters, actors, 1, { isInDrift: true })?.moved.size).toBe(0);
    expect(clusters.clusters).toEqual([]);
    expect(epoch(clusters, actors, 2)?.moved.get("unassigned")).toBeGreaterThan(0.9);
    expect(clusters.clusters).toHaveLength(2);
  });

  it("takes no notice of a fit that failed or was not asked for", () => {
    const { clusters } = clustersOf(1, [80, 60], [BROWSING, IMPORTING], 3);
    const before = clusters.snapshot();
    const late: FitResult = {
      kind: "clusters",
      id: 1,
      labels: new Int16Array(0),
      partition: undefined,
    };
    for (const result of [late, { kind: "failed", message: "no" } as const]) {
      expect(clusters.adopt(result, () => false).moved.size).toBe(0);
    }
    expect(clusters.snapshot()).toEqual(before);
  });

  it("follows nobody without a name, and forgets who called longest ago", () => {
    const clusters = new ActorClusters({ ...OPTIONS, maxActors: 10 });
    clusters.observe(observationOf({}, undefined, undefined));
    expect(clusters.forgotten).toBe(0);
    for (let index = 0; index < 1000; index += 1) {
      clusters.observe(
        observationOf({ actor: `${index}`, operation: `GET /${index}` }, undefined, undefined),
      );
    }
    expect(clusters.forgotten).toBe(990);
    // Ten profiles of 64 operations and 12 sums, 4 bytes each, in base64, and names.
    expect(JSON.stringify(clusters.snapshot()).length).toBeLessThan(10 * 76 * 4 * 1.4 + 3000);
  });

  it("is off with no clusters allowed", () => {
    const clusters = new ActorClusters({ ...OPTIONS, maxClusters: 0 });
    clusters.observe(observationOf({ actor: "a" }, undefined, undefined));
    expect(clusters.dueFit(1e6)).toBeUndefined();
    expect(clusters.profile("unassigned")).toBeUndefined();
  });

  it("restored, it goes on identically", () => {
    const first = clustersOf(1, [80, 60], [BROWSING, IMPORTING], 3);
    const restored = new ActorClusters(OPTIONS);
    restored.restore(JSON.parse(JSON.stringify(first.clusters.snapshot())) as never);
    const again = clustersOf(1, [80, 60], [BROWSING, IMPORTING], 3);
    for (let index = 3; index < 5; index += 1) {
      epoch(restored, first.actors, index);
      epoch(again.clusters, again.actors, index);
    }
    expect(restored.snapshot()).toEqual(again.clusters.snapshot());
    expect(namesOf(restored, first.actors)).toEqual(namesOf(again.clusters, again.actors));
  });

  it.each([
    [null, "clusters"],
    [{ profiles: { operations: [], actors: [["a", [null, null, 1, "AAAA"]]] } }, "actors[0][1][3]"],
    [{ profiles: { operations: [7], actors: [] } }, "operations[0]"],
  ])("refuses what is no snapshot of its own: %j", (snapshot, field) => {
    expect(() => {
      new ActorClusters(OPTIONS).restore(snapshot);
    }).toThrow(field);
  });
});
