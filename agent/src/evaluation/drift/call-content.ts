import type { Random } from "../../core/index.js";
import { standardNormal, uniformIndex } from "./draws.js";

/**
 * Sizes of a request and its answer, as deviations from the usual size of the operation on a logarithmic
 * scale, in its standard deviations. Every law here has mean 0, so that geometric means never change; and
 * variance 1 except where the spread is what changes.
 */
export type SizeLaw = (random: Random) => readonly [request: number, response: number];

/** Where two peaks of equal height are, when the variance of both together is 1. */
const PEAK = 0.95;
const PEAK_WIDTH = Math.sqrt(1 - PEAK * PEAK);

/** Normal sizes; `correlation` is that between request and answer. */
export function normalSizes(correlation: number, spread = 1): SizeLaw {
  const own = Math.sqrt(1 - correlation * correlation);
  return (random) => {
    const request = standardNormal(random);
    return [spread * request, spread * (correlation * request + own * standardNormal(random))];
  };
}

/** Either small or large, never in between; request and answer independently. */
export const twoPeaks: SizeLaw = (random) => [onPeak(random), onPeak(random)];

function onPeak(random: Random): number {
  return (random() < 0.5 ? PEAK : -PEAK) + PEAK_WIDTH * standardNormal(random);
}

/** A value of a call's text argument. */
export type TextLaw = (random: Random) => string;

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const CODE_LETTERS = 4;
const CODE_NUMBERS = 10_000_000;
const CODE_DIGITS = 7;

/** A code such as `KDXA-0048213`. */
export const codeText: TextLaw = (random) => {
  let letters = "";
  for (let i = 0; i < CODE_LETTERS; i += 1)
    letters += LETTERS.charAt(uniformIndex(random, LETTERS.length));
  return `${letters}-${String(uniformIndex(random, CODE_NUMBERS)).padStart(CODE_DIGITS, "0")}`;
};

const WORDS = "red small shoes for men under forty euros with laces and free return".split(" ");
const LEAST_WORDS = 2;
const MORE_WORDS = 2;

/** Some words such as `shoes for men`: about as long as a code. */
export const freeText: TextLaw = (random) => {
  const count = LEAST_WORDS + uniformIndex(random, MORE_WORDS);
  return Array.from({ length: count }, () => WORDS[uniformIndex(random, WORDS.length)]).join(" ");
};
