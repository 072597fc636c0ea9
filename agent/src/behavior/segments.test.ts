import { describe, expect, it } from "vitest";

import { ALL_SEGMENTS, UNASSIGNED_SEGMENT } from "../core/index.js";
import { callAt } from "../core/fixture.js";
import { OTHER_SEGMENT, SegmentNamer } from "./segments.js";

const OPTIONS = { segmentPriority: ["admin", "analyst"], maxSegments: 20 };

function segmentOf(roles: readonly string[], groups: readonly string[] = []): string {
  return new SegmentNamer(OPTIONS).segmentOf(callAt(0, { roles, groups }));
}

describe("SegmentNamer", () => {
  it.each([
    ["the role", ["shopper"], [], "shopper"],
    ["the role before the group", ["shopper"], ["emea"], "shopper"],
    ["the group when there is no role", [], ["emea"], "emea"],
    ["neither", [], [], UNASSIGNED_SEGMENT],
    ["the first by priority", ["shopper", "analyst", "admin"], [], "admin"],
    ["the combination, whatever its order", ["partner", "buyer"], [], "buyer+partner"],
    ["the combination without repeats", ["partner", "buyer", "partner"], [], "buyer+partner"],
    // Regression: its series had the same labels as those of the whole workload.
    ["a role named as the whole workload is", [ALL_SEGMENTS], [], "all (role)"],
    // Regression: their callers were taken for those without a role, and for those past the limit.
    ["a role named as those without one are", [UNASSIGNED_SEGMENT], [], "unassigned (role)"],
    ["a group named as the rest is", [], [OTHER_SEGMENT], "other (role)"],
    ["that role twice", [ALL_SEGMENTS, ALL_SEGMENTS], [], "all (role)"],
  ])("%s", (_name, roles, groups, segment) => {
    expect(segmentOf(roles, groups)).toBe(segment);
  });

  it("past the limit callers belong to `other`, and are counted", () => {
    const namer = new SegmentNamer({ segmentPriority: [], maxSegments: 4 });
    const names = ["a", "b", "c", "d", "a", "c"].map((role) =>
      namer.segmentOf(callAt(0, { roles: [role] })),
    );
    expect(names).toEqual(["a", "b", OTHER_SEGMENT, OTHER_SEGMENT, "a", OTHER_SEGMENT]);
    expect(namer.pooledCalls).toBe(3);
    expect(namer.segments).toEqual(["a", "b", OTHER_SEGMENT]);
  });

  it("regression: keeps a place for those without a role, who come last and are not `other`", () => {
    const namer = new SegmentNamer({ segmentPriority: [], maxSegments: 4 });
    for (const role of ["a", "b", "c"]) namer.segmentOf(callAt(0, { roles: [role] }));
    expect(namer.segmentOf(callAt(0))).toBe(UNASSIGNED_SEGMENT);
    expect(namer.segmentOf(callAt(0, { roles: ["d"] }))).toBe(OTHER_SEGMENT);
    expect(namer.segments).toEqual(["a", "b", OTHER_SEGMENT, UNASSIGNED_SEGMENT]);
  });

  it("with one segment everybody is `other`", () => {
    const namer = new SegmentNamer({ segmentPriority: [], maxSegments: 1 });
    namer.segmentOf(callAt(0, { roles: ["a"] }));
    expect(namer.segments).toEqual([OTHER_SEGMENT]);
  });

  it("stays bounded with 100,000 distinct roles", () => {
    const namer = new SegmentNamer(OPTIONS);
    for (let index = 0; index < 100_000; index += 1) {
      namer.segmentOf(callAt(index, { roles: [`role-${index}`] }));
    }
    expect(namer.segments).toHaveLength(19);
    expect(namer.pooledCalls).toBe(100_000 - 18);
    namer.segmentOf(callAt(0));
    expect(namer.segments).toHaveLength(20);
  });

  it("restored, it knows the same segments", () => {
    const options = { segmentPriority: [], maxSegments: 3 };
    const namer = new SegmentNamer(options);
    for (const role of ["a", "__proto__", "c"]) namer.segmentOf(callAt(0, { roles: [role] }));
    const restored = new SegmentNamer(options);
    restored.restore(namer.snapshot());
    for (const role of ["d", "a", "__proto__"]) {
      const call = callAt(0, { roles: [role] });
      expect(restored.segmentOf(call)).toBe(namer.segmentOf(call));
    }
    expect(restored.segments).toEqual(namer.segments);
    expect(() => {
      restored.restore({ segments: [] });
    }).toThrow(TypeError);
  });
});
