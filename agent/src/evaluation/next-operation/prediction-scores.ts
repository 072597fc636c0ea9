const TOP = 5;

/** How well something foretold the calls that came. */
export interface PredictionScore {
  /** Mean of -log2 of the probability that the operation was given. */
  readonly bits: number;
  /** Share of calls whose operation was the most likely one; the pool of rare ones never counts. */
  readonly top1: number;
  /** Share of calls whose operation was among the five most likely ones. */
  readonly top5: number;
}

/** Adds up bits and ranks, call by call. */
export class PredictionScores {
  readonly bits: number[] = [];
  /** Place of the operation among those that can be named, 1 the most likely; 0 for a rare one. */
  readonly ranks: number[] = [];

  add(bits: number, rank: number): void {
    this.bits.push(bits);
    this.ranks.push(rank);
  }

  score(): PredictionScore {
    const calls = this.bits.length;
    const share = (last: number): number =>
      this.ranks.filter((rank) => rank >= 1 && rank <= last).length / calls;
    return {
      bits: this.bits.reduce((sum, bits) => sum + bits, 0) / calls,
      top1: share(1),
      top5: share(TOP),
    };
  }
}

/**
 * The place of `chosen` among the symbols from `first` on by probability, 1 the most likely: one more than
 * there are likelier ones, and those before it that are as likely.
 */
export function rankOf(probabilities: Float64Array, first: number, chosen: number): number {
  const own = probabilities[chosen] ?? 0;
  let rank = 1;
  for (let symbol = first; symbol < probabilities.length; symbol += 1) {
    const other = probabilities[symbol] ?? 0;
    if (other > own || (other === own && symbol < chosen)) rank += 1;
  }
  return rank;
}
