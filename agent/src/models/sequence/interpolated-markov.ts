/**
 * A Markov chain of a higher order: P(next | the last n) interpolated with P(next | the last n - 1) and
 * so on down to the uniform distribution, each by Witten and Bell's method C (see
 * ConditionalCategorical): a context in which n calls fell into t kinds gives t / (n + t) of its
 * probability to the shorter one. It learns a bounded set of sequences at once and forgets nothing: the
 * measure that a network has to beat before it may serve.
 *
 * Example, order 1, of 2 symbols: after learning that 1 followed 0, P(1) = (1 + 1/2) / 2 = 3/4 without
 * context, and P(1 | 0) = (1 + 3/4) / 2 = 7/8.
 */
export class InterpolatedMarkov {
  readonly #order: number;
  readonly #symbols: number;
  /** By context, which is the symbols of the past joined, latest first. */
  readonly #contexts = new Map<string, Context>();

  /** Throws a RangeError when the order is negative or there are no symbols. */
  constructor(order: number, symbols: number) {
    if (!(order >= 0) || !(symbols >= 1)) {
      throw new RangeError(`order must be >= 0 and symbols >= 1, got ${order} and ${symbols}`);
    }
    this.#order = order;
    this.#symbols = symbols;
  }

  /** Learns that `next` followed the past, latest symbol last. */
  learn(past: readonly number[], next: number, weight = 1): void {
    for (const key of this.#keys(past)) {
      let context = this.#contexts.get(key);
      if (context === undefined) {
        context = { total: 0, counts: new Map() };
        this.#contexts.set(key, context);
      }
      context.total += weight;
      context.counts.set(next, (context.counts.get(next) ?? 0) + weight);
    }
  }

  /** P(next | past) for every symbol; sums to 1. */
  probabilities(past: readonly number[]): Float64Array {
    const probabilities = new Float64Array(this.#symbols).fill(1 / this.#symbols);
    for (const key of this.#keys(past)) {
      const context = this.#contexts.get(key);
      if (context === undefined) break;
      const kinds = context.counts.size;
      const scale = 1 / (context.total + kinds);
      for (let symbol = 0; symbol < probabilities.length; symbol += 1) {
        probabilities[symbol] = (probabilities[symbol] ?? 0) * kinds * scale;
      }
      for (const [symbol, count] of context.counts) {
        probabilities[symbol] = (probabilities[symbol] ?? 0) + count * scale;
      }
    }
    return probabilities;
  }

  /** Keys of the contexts from the empty one to the longest. */
  *#keys(past: readonly number[]): Generator<string> {
    let key = "";
    yield key;
    for (let back = 1; back <= this.#order; back += 1) {
      const symbol = past.at(-back);
      if (symbol === undefined) return;
      key += `${symbol} `;
      yield key;
    }
  }
}

interface Context {
  total: number;
  readonly counts: Map<number, number>;
}
