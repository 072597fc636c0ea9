/** A source of uniform numbers in [0, 1), seeded so that every run can be repeated. */
export type Random = () => number;

/**
 * Mulberry32: a 32-bit generator, good enough for simulation and never used for anything secret.
 * Source: Tommy Ettinger, public domain, 2017. The agent has the same one; the shop keeps its own so
 * that it stands alone, as a watched service does.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A draw from the exponential distribution with the given mean, in the unit of the mean. */
export function exponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - random());
}

/** One of `items`, all equally likely. Throws a RangeError when there is none. */
export function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new RangeError("nothing to pick from");
  return item;
}

/** A key of `weights`, with a probability in proportion to its weight. */
export function pickWeighted<K extends string>(
  random: Random,
  weights: Readonly<Partial<Record<K, number>>>,
): K {
  // The keys of a Partial<Record<K, …>> literal are of K; Object.entries forgets it.
  const entries = Object.entries(weights) as [K, number][];
  let left = random() * entries.reduce((total, [, weight]) => total + weight, 0);
  for (const [key, weight] of entries) {
    left -= weight;
    if (left < 0) return key;
  }
  const last = entries.at(-1);
  if (last === undefined) throw new RangeError("nothing to pick from");
  return last[0];
}

/** FNV-1a, 32 bits: the same text gives the same number everywhere. Source: Fowler, Noll, Vo, 1991. */
export function textHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
