import fc from "fast-check";
import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { StageDurations } from "./stage-durations.js";

async function textOf(durations: StageDurations<string>): Promise<string[]> {
  const registry = new Registry();
  durations.register(registry);
  return (await registry.metrics()).trimEnd().split("\n");
}

test("the text is a histogram by stage", async () => {
  const durations = new StageDurations(["score", "learn"]);
  // 0.002 s is in the bucket up to 0.01; 1e-4 is on its bound, which belongs to the bucket; 3 s is above all.
  durations.observe("score", 0.002);
  durations.observe("score", 1e-4);
  durations.observe("score", 3);
  const lines = await textOf(durations);
  expect(lines.slice(0, 2)).toEqual([
    "# HELP presage_agent_stage_duration_seconds Time that a stage of the pipeline takes",
    "# TYPE presage_agent_stage_duration_seconds histogram",
  ]);
  const score = lines.filter((line) => line.includes('stage="score"'));
  expect(score.map((line) => line.replace("presage_agent_stage_duration_seconds", ""))).toEqual([
    '_bucket{le="0.000001",stage="score"} 0',
    '_bucket{le="0.00001",stage="score"} 0',
    '_bucket{le="0.0001",stage="score"} 1',
    '_bucket{le="0.001",stage="score"} 1',
    '_bucket{le="0.01",stage="score"} 2',
    '_bucket{le="0.1",stage="score"} 2',
    '_bucket{le="1",stage="score"} 2',
    '_bucket{le="+Inf",stage="score"} 3',
    '_sum{stage="score"} 3.0021',
    '_count{stage="score"} 3',
  ]);
  // A stage that has not run is there with zeros.
  expect(lines).toContain('presage_agent_stage_duration_seconds_count{stage="learn"} 0');
});

test("the JSON form has the same samples", async () => {
  const durations = new StageDurations(["score"]);
  durations.observe("score", 0.5);
  const registry = new Registry();
  durations.register(registry);
  const [metric] = await registry.getMetricsAsJSON();
  expect(metric).toMatchObject({ name: "presage_agent_stage_duration_seconds", type: "histogram" });
  expect(metric?.values).toContainEqual(
    expect.objectContaining({ labels: { le: "1", stage: "score" }, value: 1 }),
  );
});

test("every observation is in exactly one bucket", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.double({ min: 0, max: 100, noNaN: true })), async (seconds) => {
      const durations = new StageDurations(["score"]);
      for (const value of seconds) {
        durations.observe("score", value);
      }
      const lines = await textOf(durations);
      const infinite = lines.find((line) => line.includes("+Inf"));
      expect(infinite).toMatch(new RegExp(` ${seconds.length}$`));
    }),
    { numRuns: 50 },
  );
});

test("an unknown stage is refused", () => {
  const durations: StageDurations<string> = new StageDurations(["score"]);
  expect(() => {
    durations.observe("scroe", 1);
  }).toThrow('"scroe" is not a stage');
});
