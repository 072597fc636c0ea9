import { describe, expect, it } from "vitest";
import { SnapshotReader } from "../../core/index.js";
import { FIRST_OPERATION_TOKEN, RARE_TOKEN, Vocabulary } from "./vocabulary.js";

describe("Vocabulary", () => {
  it("numbers operations as they come, until it is full", () => {
    const vocabulary = new Vocabulary(2);
    expect(vocabulary.learn("a")).toBe(FIRST_OPERATION_TOKEN);
    expect(vocabulary.learn("b")).toBe(FIRST_OPERATION_TOKEN + 1);
    expect(vocabulary.learn("c")).toBe(RARE_TOKEN);
    expect(vocabulary.learn("a")).toBe(FIRST_OPERATION_TOKEN);
    expect(vocabulary.tokenOf("c")).toBe(RARE_TOKEN);
    expect(vocabulary.operationOf(FIRST_OPERATION_TOKEN + 1)).toBe("b");
    expect(vocabulary.operationOf(RARE_TOKEN)).toBeUndefined();
  });

  it("gives the number of the rarest to one that has become more frequent", () => {
    const vocabulary = new Vocabulary(2);
    for (const operation of ["a", "a", "a", "b", "c", "c"]) vocabulary.learn(operation);
    expect([...vocabulary.renew()]).toEqual([FIRST_OPERATION_TOKEN + 1]);
    expect(vocabulary.tokenOf("b")).toBe(RARE_TOKEN);
    expect(vocabulary.tokenOf("c")).toBe(FIRST_OPERATION_TOKEN + 1);
    // Nobody waits any more.
    expect([...vocabulary.renew()]).toEqual([]);
  });

  it("stays bounded, and continues identically after a restore", () => {
    const vocabulary = new Vocabulary(3);
    for (let i = 0; i < 1000; i += 1) vocabulary.learn(`n${i % 97}`);
    expect(JSON.stringify(vocabulary.snapshot()).length).toBeLessThan(200);
    const restored = new Vocabulary(3);
    restored.restore(new SnapshotReader(vocabulary.snapshot(), "vocabulary"));
    expect(restored.snapshot()).toEqual(vocabulary.snapshot());
    expect([...restored.renew()]).toEqual([...vocabulary.renew()]);
  });
});
