import type { Cluster } from "./cluster/cluster.js";
import type { PolicyVariant } from "./policies/policy.js";

/** What each setting of a variant asks for at the end of each step. */
export function walk(cluster: Cluster, variant: PolicyVariant, settings: number): Uint32Array[] {
  const { calls, startSeconds, stepSeconds, minimumReplicas, maximumReplicas } = cluster;
  const walker = variant.start();
  const courses = Array.from({ length: settings }, () => new Uint32Array(calls.length));
  const asked = new Uint32Array(settings).fill(minimumReplicas);
  const wanted = new Uint32Array(settings);
  let known = 0;
  for (let index = 0; index < calls.length; index += 1) {
    const load = calls[index] ?? NaN;
    const isKnown = !Number.isNaN(load);
    if (isKnown) known = load;
    wanted.set(asked);
    walker.step(
      { index, startSeconds: startSeconds + index * stepSeconds, calls: known, isKnown },
      wanted,
    );
    for (let at = 0; at < settings; at += 1) {
      // Nothing is changed on missing data, and the bounds hold for everybody.
      if (isKnown) {
        asked[at] = Math.min(maximumReplicas, Math.max(minimumReplicas, wanted[at] ?? 0));
      }
      const course = courses[at];
      if (course !== undefined) course[index] = asked[at] ?? minimumReplicas;
    }
  }
  return courses;
}
