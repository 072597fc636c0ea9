import { describe, expect, it } from "vitest";
import { SnapshotReader } from "../../core/index.js";
import { ClusterNames } from "./cluster-names.js";

const actors = (from: number, to: number): Set<string> =>
  new Set(Array.from({ length: to - from }, (_, index) => `actor-${from + index}`));

/** What fits find, one after the other; members are where the names that were given put them. */
function namesOf(names: ClusterNames, fits: readonly (readonly Set<string>[])[]) {
  const members = new Map<string, Set<string>>();
  return fits.map((found) => {
    const naming = names.update(found, members);
    naming.names.forEach((name, cluster) => {
      const set = found[cluster];
      if (name !== undefined && set !== undefined) members.set(name, set);
    });
    for (const name of naming.retired) members.delete(name);
    return naming;
  });
}

describe("ClusterNames", () => {
  it("names a cluster that two fits in a row have seen", () => {
    const [first, second] = namesOf(new ClusterNames(6), [
      [actors(0, 20), actors(20, 40)],
      [actors(20, 41), actors(1, 20)],
    ]);
    expect(first?.names).toEqual([undefined, undefined]);
    expect(second?.names).toEqual(["cluster-1", "cluster-2"]);
  });

  it("keeps the name whatever the order of the fit, and gives it to the larger part of a split", () => {
    const naming = namesOf(new ClusterNames(6), [
      [actors(0, 20), actors(20, 60)],
      [actors(0, 20), actors(20, 60)],
      [actors(20, 60), actors(0, 20)],
      [actors(20, 35), actors(35, 60), actors(0, 20)],
      [actors(20, 35), actors(35, 60), actors(0, 20)],
    ]);
    expect(naming.map(({ names }) => names).slice(2)).toEqual([
      ["cluster-2", "cluster-1"],
      [undefined, "cluster-2", "cluster-1"],
      ["cluster-3", "cluster-2", "cluster-1"],
    ]);
  });

  it("gives a name up after three fits in a row without it, and never uses it again", () => {
    const both = [actors(0, 20), actors(20, 40)];
    const one = [actors(0, 20)];
    const naming = namesOf(new ClusterNames(6), [
      both,
      both,
      one,
      one,
      both,
      one,
      one,
      one,
      both,
      both,
    ]);
    // Found again after two misses, it lives; after three it is another one.
    expect(naming.map(({ retired }) => retired.length)).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 0, 0]);
    expect(naming[4]?.names).toEqual(["cluster-1", "cluster-2"]);
    expect(naming.at(-1)?.names).toEqual(["cluster-1", "cluster-3"]);
  });

  it("has no more names than it may", () => {
    const found = [actors(0, 20), actors(20, 40), actors(40, 60)];
    const names = new ClusterNames(2);
    expect(namesOf(names, [found, found])[1]?.names).toEqual(["cluster-1", "cluster-2", undefined]);
    expect(names.living).toHaveLength(2);
  });

  it("restored, it goes on identically", () => {
    const names = new ClusterNames(6);
    namesOf(names, [[actors(0, 20)], [actors(0, 20), actors(20, 40)]]);
    const restored = new ClusterNames(6);
    restored.restore(new SnapshotReader(names.snapshot(), "names"));
    const found = [actors(0, 20), actors(20, 40)];
    const members = new Map([["cluster-1", actors(0, 20)]]);
    expect(restored.update(found, members)).toEqual(names.update(found, members));
    expect(() => {
      restored.restore(new SnapshotReader({ missed: 1 }, "names"));
    }).toThrow(TypeError);
  });
});
