import { describe, expect, test } from "vitest";

import type { Json } from "../core/index.js";
import { ingestionOf, record } from "./fixture.js";
import type { Ingestion, IngestionOptions } from "./ingestion.js";
import { Operations } from "./operations.js";

const keyOf = (service: string): string => `default/Deployment/${service}`;

/** A snapshot as it comes back from the disk. */
const stored = (ingestion: Ingestion): Json =>
  JSON.parse(JSON.stringify(ingestion.snapshot())) as Json;

/** The same agent after a restart. */
function restarted(before: Ingestion, options: Partial<IngestionOptions>) {
  const after = ingestionOf(options);
  after.ingestion.restore(stored(before));
  return after;
}

describe("workloads", () => {
  test("are bounded", () => {
    const { ingestion } = ingestionOf({ maxWorkloads: 2 });
    const result = ingestion.ingest(["a", "b", "c", "a"].map((service) => record({ service })));
    expect(result).toMatchObject({ accepted: 3, rejected: [{ index: 2, field: "service" }] });
    expect(ingestion.counts().rejected.too_many_workloads).toBe(1);
  });

  test("regression: their limit holds across restarts", () => {
    const options = { maxWorkloads: 2 };
    const { ingestion } = ingestionOf(options);
    ingestion.ingest([record({ service: "a" }), record({ service: "b" })]);
    const after = restarted(ingestion, options).ingestion;
    expect(after.ingest(["b", "c", "a"].map((service) => record({ service })))).toMatchObject({
      accepted: 2,
      rejected: [{ index: 1, field: "service" }],
    });
  });

  test("past a limit that has become smaller are left out", () => {
    const { ingestion } = ingestionOf();
    ingestion.ingest(["a", "b", "c"].map((service) => record({ service })));
    const after = restarted(ingestion, { maxWorkloads: 2 }).ingestion;
    expect(after.workloads).toEqual([keyOf("a"), keyOf("b")]);
  });

  test("that are forgotten free their place and their names, and no count goes back", () => {
    const operations = new Operations({ maxOperations: 1 });
    const { ingestion, queue } = ingestionOf({ maxWorkloads: 1, maxNames: 1, operations });
    const ofA = (role: string, route: string) => record({ service: "a", roles: [role], route });
    ingestion.ingest([ofA("admin", "/x"), ofA("guest", "/y")]);
    queue.take(2);
    expect(ingestion.counts().pastLimit).toMatchObject({ roles: 1, operations: 1 });
    ingestion.forgetWorkload(keyOf("a"));
    expect(ingestion.workloads).toEqual([]);
    expect(operations.named(keyOf("a"))).toEqual([]);
    expect(ingestion.counts().pastLimit).toMatchObject({ roles: 1, operations: 1 });
    expect(ingestion.ingest([record({ service: "b" })])).toMatchObject({ accepted: 1 });
    ingestion.forgetWorkload(keyOf("b"));
    queue.take(1);
    ingestion.ingest([ofA("guest", "/y")]);
    expect(queue.take(1)[0]).toMatchObject({ roles: ["guest"], operation: "GET /y" });
  });

  test("that no one knows are forgotten without a word", () => {
    const { ingestion } = ingestionOf();
    ingestion.forgetWorkload(keyOf("never seen"));
    expect(ingestion.workloads).toEqual([]);
  });
});

describe("names", () => {
  test("regression: their limits hold across restarts, and the same names are kept", () => {
    const named = (name: string) =>
      record({
        roles: [name],
        groups: [name],
        permissions: [name],
        instance: name,
        arguments: { [name]: 1 },
      });
    const options = { maxNames: 1 };
    const { ingestion } = ingestionOf(options);
    ingestion.ingest([named("first")]);
    const after = restarted(ingestion, options);
    after.ingestion.ingest([named("second"), named("first")]);
    const namedAs = (name: string) => ({
      roles: [name],
      groups: [name],
      permissions: [name],
      instance: name,
      argumentShapes: [{ name }],
    });
    expect(after.queue.take(2)).toMatchObject([namedAs("{other}"), namedAs("first")]);
  });

  test("of media types hold across restarts too", () => {
    const { ingestion } = ingestionOf();
    // The limit is 200 of them.
    ingestion.ingest(
      Array.from({ length: 200 }, (_, type) => record({ requestFormat: `text/type-${type}` })),
    );
    const after = restarted(ingestion, {});
    after.ingestion.ingest([
      record({ requestFormat: "text/another" }),
      record({ requestFormat: "text/type-7" }),
    ]);
    expect(after.queue.take(2).map(({ requestFormat }) => requestFormat)).toEqual([
      "{other}",
      "text/type-7",
    ]);
  });

  test("100,000 distinct roles and argument names are bounded and counted", () => {
    const { ingestion, queue } = ingestionOf({ maxNames: 100 });
    const seen = new Set<string>();
    for (let batch = 0; batch < 100; batch++) {
      const records = Array.from({ length: 1000 }, (_, index) => {
        const name = `n${batch * 1000 + index}`;
        return record({ roles: [name, "x"], arguments: { [name]: 1 } });
      });
      expect(ingestion.ingest(records)).toMatchObject({ accepted: 1000 });
      for (const call of queue.take(1000)) {
        call.roles.forEach((role) => seen.add(role));
        call.argumentShapes.forEach((shape) => seen.add(shape.name));
      }
    }
    // 100 roles ("x" among them) and 100 arguments, which share 99 names; and {other}.
    expect(seen.size).toBe(102);
    expect(ingestion.counts().pastLimit).toMatchObject({ roles: 99_901, argument_names: 99_900 });
  });

  test.each([
    ["names is not an object", 7],
    ["names.workloads is not an array", { formats: [] }],
    ["names.workloads is not a string", { formats: [], workloads: [[1, {}]] }],
    ["names.workloads.a.roles is not an array", { formats: [], workloads: [["a", {}]] }],
    ["names.formats is not an array", { workloads: [] }],
  ])("a snapshot that is not one of its own: %s", (message, names) => {
    const { ingestion } = ingestionOf();
    ingestion.ingest([record()]);
    const snapshot = { ...(stored(ingestion) as object), names } as Json;
    const other = ingestionOf().ingestion;
    expect(() => {
      other.restore(snapshot);
    }).toThrow(new TypeError(message));
    expect(other.workloads).toEqual([]);
  });
});
