import { describe, expect, it } from "vitest";
import { seededRandom } from "../../core/index.js";
import { clusterOf } from "../cluster/fixture.js";
import { walk } from "../walk.js";
import { POLICIES } from "./policies.js";
import { POLICY_NAMES } from "./policy.js";

const STEPS = 2600;
const CHANGED_FROM = 2200;
const BOUNDS = { minimumReplicas: 2, maximumReplicas: 12 };

/** A restless load with a season of a day, silences, spikes and gaps. */
function loadOf(seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: STEPS }, (_, t) => {
    const chance = random();
    if (chance < 0.02) return NaN;
    if (chance < 0.03) return 0;
    if (chance < 0.04) return 900 * random();
    return Math.round(40 + 30 * Math.sin((2 * Math.PI * t) / 1440) + 10 * random());
  });
}

describe.each(POLICY_NAMES)("%s", (name) => {
  const calls = loadOf(5);
  const cluster = clusterOf(calls, BOUNDS);
  const training = cluster.calls.slice(0, 1800);
  const policy = POLICIES[name]({ cluster, training });
  // The first and the last choice stand for all: they differ in everything.
  const variants = [...new Set([policy.variants[0], policy.variants.at(-1)])];

  it("has ascending settings and names its choices apart", () => {
    expect([...policy.settings].sort((a, b) => a - b)).toEqual(policy.settings);
    expect(policy.name).toBe(name);
    const labels = policy.variants.map(({ label }) => label);
    expect(new Set(labels).size).toBe(labels.length);
  });

  it("keeps the bounds, changes nothing on missing data, and does the same again", () => {
    for (const variant of variants) {
      if (variant === undefined) continue;
      const courses = walk(cluster, variant, policy.settings.length);
      const wrong = courses.flatMap((asked) =>
        [...asked].filter(
          (replicas, t) =>
            !(replicas >= BOUNDS.minimumReplicas && replicas <= BOUNDS.maximumReplicas) ||
            (Number.isNaN(calls[t] ?? NaN) && t > 0 && replicas !== asked[t - 1]),
        ),
      );
      expect(wrong).toEqual([]);
      expect(walk(cluster, variant, policy.settings.length)).toEqual(courses);
    }
  });

  it("never sees what is to come", () => {
    const changed = clusterOf(
      calls.map((load, t) =>
        t < CHANGED_FROM ? load : (calls[STEPS - 1 - (t - CHANGED_FROM)] ?? 0),
      ),
      BOUNDS,
    );
    for (const variant of variants) {
      if (variant === undefined) continue;
      const before = walk(cluster, variant, policy.settings.length);
      const after = walk(changed, variant, policy.settings.length);
      before.forEach((asked, at) => {
        expect(after[at]?.subarray(0, CHANGED_FROM)).toEqual(asked.subarray(0, CHANGED_FROM));
      });
    }
  });
});
