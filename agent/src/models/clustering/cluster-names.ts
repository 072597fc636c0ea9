import type { Json, SnapshotReader } from "../../core/index.js";

/** Fits in a row that do not find a cluster any more before it is given up. */
const MISSED_FITS = 3;
/** Two sets of actors are the same cluster when this share of the smaller one is in the other, too. */
const SAME_ABOVE = 0.5;

/** What the names are after a fit. */
export interface Naming {
  /** Of each cluster of the fit; undefined for one that no fit before has seen. */
  readonly names: readonly (string | undefined)[];
  /** Names that are given up: their actors belong to no cluster now. */
  readonly retired: readonly string[];
}

/**
 * Keeps the names of clusters from fit to fit, by the actors that they have in common, the largest
 * overlap first. A new cluster has to be seen by two fits in a row before it has a name; one that three in
 * a row do not find is given up, and its name is never used again.
 */
export class ClusterNames {
  readonly #maxClusters: number;
  /** Living names, and the fits in a row that have missed them. */
  readonly #missed = new Map<string, number>();
  /** Clusters of the last fit that had no name. */
  #candidates: readonly ReadonlySet<string>[] = [];
  #named = 0;

  constructor(maxClusters: number) {
    this.#maxClusters = maxClusters;
  }

  get living(): readonly string[] {
    return [...this.#missed.keys()];
  }

  has(name: string): boolean {
    return this.#missed.has(name);
  }

  /** `found` are the actors of each cluster of a fit, `members` those that belong to each living name. */
  update(
    found: readonly ReadonlySet<string>[],
    members: ReadonlyMap<string, ReadonlySet<string>>,
  ): Naming {
    const names = this.#match(found, members);
    const retired: string[] = [];
    for (const [name, missed] of this.#missed) {
      if (names.includes(name)) this.#missed.set(name, 0);
      else if (missed + 1 < MISSED_FITS) this.#missed.set(name, missed + 1);
      else retired.push(name);
    }
    for (const name of retired) this.#missed.delete(name);
    found.forEach((actors, cluster) => {
      if (names[cluster] !== undefined || this.#missed.size >= this.#maxClusters) return;
      if (!this.#candidates.some((candidate) => areSame(actors, candidate))) return;
      this.#named += 1;
      const name = `cluster-${this.#named}`;
      names[cluster] = name;
      this.#missed.set(name, 0);
    });
    this.#candidates = found.filter((_, cluster) => names[cluster] === undefined);
    return { names, retired };
  }

  snapshot(): Json {
    return {
      missed: [...this.#missed].map(([name, missed]) => [name, missed]),
      candidates: this.#candidates.map((actors) => [...actors]),
      named: this.#named,
    };
  }

  /** Throws a TypeError that names the field. */
  restore(reader: SnapshotReader): void {
    const missed = reader.field("missed").items(this.#maxClusters);
    const candidates = reader.field("candidates").items();
    const named = reader.field("named").count();
    this.#missed.clear();
    for (const pair of missed) {
      const [name, fits] = pair.tuple(2);
      if (name !== undefined && fits !== undefined) this.#missed.set(name.string(), fits.count());
    }
    this.#candidates = candidates.map(
      (actors) => new Set(actors.items().map((actor) => actor.string())),
    );
    this.#named = named;
  }

  #match(
    found: readonly ReadonlySet<string>[],
    members: ReadonlyMap<string, ReadonlySet<string>>,
  ): (string | undefined)[] {
    const pairs = found.flatMap((actors, cluster) =>
      this.living.flatMap((name) => {
        const owned = members.get(name);
        if (owned === undefined || !areSame(actors, owned)) return [];
        return [{ cluster, name, common: commonOf(actors, owned) }];
      }),
    );
    pairs.sort((a, b) => b.common - a.common || a.cluster - b.cluster);
    const names: (string | undefined)[] = found.map(() => undefined);
    for (const { cluster, name } of pairs) {
      if (names[cluster] === undefined && !names.includes(name)) names[cluster] = name;
    }
    return names;
  }
}

function areSame(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return commonOf(a, b) > SAME_ABOVE * Math.min(a.size, b.size);
}

function commonOf(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let common = 0;
  for (const actor of a) if (b.has(actor)) common += 1;
  return common;
}
