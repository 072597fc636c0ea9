import { describe, expect, it } from "vitest";

import type { Json } from "../core/index.js";
import { InstanceCount } from "./instance-count.js";

function callsOf(...instances: readonly string[]): Map<string, number> {
  return new Map(instances.map((instance) => [instance, 3]));
}

describe("InstanceCount", () => {
  it("is the most instances in a window of the last minute", () => {
    const instances = new InstanceCount();
    expect(instances.count).toBeUndefined();
    instances.observe(10, callsOf("pod-0", "pod-1", "pod-2"));
    instances.observe(20, callsOf("pod-1"));
    expect(instances.count).toBe(3);
    // The window that ended at 10 is a minute old.
    instances.observe(70, callsOf("pod-1", "pod-3"));
    expect(instances.count).toBe(2);
  });

  it("does not add up instances of different windows: a pod that was replaced is not two", () => {
    const instances = new InstanceCount();
    instances.observe(10, callsOf("pod-0"));
    instances.observe(20, callsOf("pod-1"));
    expect(instances.count).toBe(1);
  });

  it("takes no notice of calls whose source does not say where they were served", () => {
    const instances = new InstanceCount();
    instances.observe(10, callsOf("unknown"));
    expect(instances.count).toBeUndefined();
    instances.observe(20, callsOf("unknown", "pod-0"));
    expect(instances.count).toBe(1);
  });

  it("keeps its number in silence, however long, until calls come again", () => {
    const instances = new InstanceCount();
    instances.observe(10, callsOf("pod-0", "pod-1"));
    for (let end = 20; end <= 3600; end += 10) instances.observe(end, new Map());
    expect(instances.count).toBe(2);
    instances.observe(3610, callsOf("pod-0"));
    expect(instances.count).toBe(1);
  });

  it("knows the last window even when windows are longer than a minute", () => {
    const instances = new InstanceCount();
    for (const end of [300, 600]) instances.observe(end, callsOf("pod-0", "pod-1"));
    expect(instances.count).toBe(2);
    expect(instances.snapshot()).toHaveLength(1);
  });

  it("restored, it goes on the same", () => {
    const instances = new InstanceCount();
    instances.observe(10, callsOf("pod-0", "pod-1"));
    instances.observe(20, callsOf("pod-0"));
    const restored = new InstanceCount();
    restored.restore(JSON.parse(JSON.stringify(instances.snapshot())) as Json);
    for (const one of [instances, restored]) one.observe(75, callsOf("pod-0"));
    expect(restored.count).toBe(1);
    expect(restored.snapshot()).toEqual(instances.snapshot());
  });

  it.each([[null], [{}], [[1]], [[["ten", 2]]]])("refuses %j", (snapshot) => {
    expect(() => {
      new InstanceCount().restore(snapshot);
    }).toThrow(TypeError);
  });
});
