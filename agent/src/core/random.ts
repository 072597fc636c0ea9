/** A source of uniform numbers in [0, 1), seeded so that every run can be repeated. */
export type Random = () => number;

/**
 * Mulberry32: a 32-bit generator with a period of 2^32, good enough for simulation and sampling and
 * never used for anything secret. Source: Tommy Ettinger, public domain, 2017.
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
