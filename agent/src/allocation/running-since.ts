interface Sighting {
  readonly timeSeconds: number;
  /** Replicas that ran at that moment. */
  readonly current: number;
}

/**
 * Since when at least `replicas` have run, up to now, as far as the sightings (oldest first) tell; now
 * when they were never seen before. Fewer for less than `breakSeconds` are no end of it: an instance that
 * says nothing for a while has not stopped.
 */
export function runningSince(
  sightings: readonly Sighting[],
  replicas: number,
  nowSeconds: number,
  breakSeconds: number,
): number {
  let sinceSeconds = nowSeconds;
  for (let index = sightings.length - 1; index >= 0; index -= 1) {
    const sighting = sightings[index];
    if (sighting === undefined) break;
    if (sighting.current >= replicas) sinceSeconds = sighting.timeSeconds;
    else if (sighting.timeSeconds < sinceSeconds - breakSeconds) break;
  }
  return sinceSeconds;
}
