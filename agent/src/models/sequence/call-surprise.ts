import { END_TOKEN, START_TOKEN } from "./vocabulary.js";

/**
 * A probability below this is not believed: no reservoir holds a million calls, so nothing in it can show
 * that something is rarer. It bounds a surprise by 20 bits.
 */
const LEAST_PROBABILITY = 2 ** -20;

/** -log2 of a probability, at most 20 bits. */
export function bitsOf(probability: number): number {
  // Softmax may give the only outcome a little more than 1.
  return Math.max(0, -Math.log2(Math.max(LEAST_PROBABILITY, probability)));
}

/**
 * Divides the scores behind probabilities by a temperature, in place: above 1 they become more alike, as
 * those of a network should be that is too sure of itself (Guo, Pleiss, Sun and Weinberger, "On
 * Calibration of Modern Neural Networks", ICML 2017).
 */
export function temper(probabilities: Float64Array, temperature: number): void {
  if (temperature === 1) return;
  let total = 0;
  for (let i = 0; i < probabilities.length; i += 1) {
    const value = (probabilities[i] ?? 0) ** (1 / temperature);
    probabilities[i] = value;
    total += value;
  }
  for (let i = 0; i < probabilities.length; i += 1) {
    probabilities[i] = (probabilities[i] ?? 0) / total;
  }
}

/** The surprise of a call that has come, in bits: that the session goes on is no part of it. */
export function bitsOfCall(probabilities: Float64Array, token: number): number {
  return bitsOf((probabilities[token] ?? 0) / shareOfCalls(probabilities));
}

/** The probability that any call comes next, and not the end. */
export function shareOfCalls(probabilities: Float64Array): number {
  const rest = 1 - (probabilities[END_TOKEN] ?? 0) - (probabilities[START_TOKEN] ?? 0);
  return Math.max(LEAST_PROBABILITY, rest);
}
