import type { Observation } from "../../core/index.js";
import { InterpolatedMarkov } from "../../models/sequence/interpolated-markov.js";
import { PredictionScores, rankOf } from "./prediction-scores.js";

const START = 0;
const RARE = 1;
const FIRST_NAMED = 2;

/** A Markov chain on the same calls: learns from the first part, and is scored on the rest. */
export class MarkovBaseline {
  readonly scores = new PredictionScores();
  readonly #order: number;
  readonly #chain: InterpolatedMarkov;
  readonly #symbols: ReadonlyMap<string, number>;
  readonly #pasts = new Map<string, number[]>();

  /** `named`: the operations that are told apart; all others are one. */
  constructor(order: number, named: readonly string[]) {
    this.#order = order;
    this.#chain = new InterpolatedMarkov(order, FIRST_NAMED + named.length);
    this.#symbols = new Map(named.map((operation, index) => [operation, FIRST_NAMED + index]));
  }

  learn(observation: Observation): void {
    const { past, symbol } = this.#step(observation);
    this.#chain.learn(past, symbol);
    past.push(symbol);
  }

  score(observation: Observation): void {
    const { past, symbol } = this.#step(observation);
    const probabilities = this.#chain.probabilities(past);
    // A start never follows: what the smoothing gave it belongs to the others.
    const share = 1 - (probabilities[START] ?? 0);
    const bits = -Math.log2((probabilities[symbol] ?? 0) / share);
    this.scores.add(bits, symbol === RARE ? 0 : rankOf(probabilities, FIRST_NAMED, symbol));
    past.push(symbol);
  }

  #step({ call, sessionKey, secondsSincePrevious }: Observation): {
    past: number[];
    symbol: number;
  } {
    const key = sessionKey ?? "";
    let past = this.#pasts.get(key);
    if (past === undefined || secondsSincePrevious === undefined) {
      past = [START];
      this.#pasts.set(key, past);
    }
    // Older symbols are no context of this order.
    if (past.length > this.#order + 1) past.shift();
    return { past, symbol: this.#symbols.get(call.operation) ?? RARE };
  }
}
