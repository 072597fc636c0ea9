import type { Random } from "../../core/index.js";

/** An exponentially distributed number of the given mean. */
export function exponential(random: Random, mean: number): number {
  // 1 - u is never 0.
  return -mean * Math.log(1 - random());
}

/** A standard normal number: Box and Muller, Annals of Mathematical Statistics 29 (1958). */
export function standardNormal(random: Random): number {
  return Math.sqrt(2 * exponential(random, 1)) * Math.cos(2 * Math.PI * random());
}

/** One of `[0, count)`, each as likely. */
export function uniformIndex(random: Random, count: number): number {
  return Math.floor(random() * count);
}
