import type { SegmentProfile } from "../../core/index.js";
import type { ActorProfile } from "./actor-profile.js";

/** Operations that a person is told of a cluster. */
const TOLD_OPERATIONS = 3;

/** What actors have in common; each counts the same, however much it calls. */
export function profileOf(
  actors: readonly ActorProfile[],
  operations: readonly string[],
): SegmentProfile {
  const calling = actors.filter(({ calls }) => calls > 0);
  const shares = operations.map((operation, place) => ({
    operation,
    ratio:
      calling.reduce((sum, profile) => sum + profile.operationRatio(place), 0) / calling.length,
  }));
  return {
    actors: actors.length,
    operations: shares
      .filter(({ ratio }) => ratio > 0)
      .sort((a, b) => b.ratio - a.ratio)
      .slice(0, TOLD_OPERATIONS),
  };
}
