import type { DemandForecast } from "../core/index.js";

/**
 * What each replica is expected to be of use. The k-th replica ("rank" k) serves the calls over what k - 1
 * replicas can take: its use in a step is E[clip(load - k + 1, 0, 1)], with the load in replicas. Higher
 * ranks are never of more use than lower ones.
 */
export class ExpectedUse {
  readonly #maximumRank: number;
  #horizons = 0;
  #ranks = 0;
  /** Sums over the first steps, [rank][0..horizons]. */
  #sums = new Float64Array(0);
  /** For one step: the share of nodes that use exactly so many whole replicas, and the rest of a replica. */
  #whole = new Float64Array(0);
  #rest = new Float64Array(0);

  /** Ranks above `maximumRank` are of no use. */
  constructor(maximumRank: number) {
    this.#maximumRank = maximumRank;
  }

  /** Ranks above this are of no use at any horizon. */
  get ranks(): number {
    return this.#ranks;
  }

  get horizons(): number {
    return this.#horizons;
  }

  /** Takes up a new forecast. `callsPerSecondPerReplica` fill a replica. */
  take(forecast: DemandForecast, callsPerSecondPerReplica: number): void {
    const { horizons, shares, rates } = forecast;
    const nodes = shares.length;
    let most = 0;
    for (const rate of rates) if (rate > most) most = rate;
    const ranks = Math.min(this.#maximumRank, Math.ceil(most / callsPerSecondPerReplica));
    const width = horizons + 1;
    if (this.#sums.length < ranks * width) this.#sums = new Float64Array(ranks * width);
    if (this.#whole.length < ranks + 2) {
      this.#whole = new Float64Array(ranks + 2);
      this.#rest = new Float64Array(ranks + 2);
    }
    this.#horizons = horizons;
    this.#ranks = ranks;
    for (let rank = 1; rank <= ranks; rank += 1) this.#sums[(rank - 1) * width] = 0;
    for (let horizon = 1; horizon <= horizons; horizon += 1) {
      this.#whole.fill(0, 0, ranks + 2);
      this.#rest.fill(0, 0, ranks + 2);
      const offset = (horizon - 1) * nodes;
      for (let node = 0; node < nodes; node += 1) {
        const load = (rates[offset + node] ?? 0) / callsPerSecondPerReplica;
        const share = shares[node] ?? 0;
        const full = Math.min(ranks, Math.floor(load));
        this.#whole[full] = (this.#whole[full] ?? 0) + share;
        this.#rest[full + 1] = (this.#rest[full + 1] ?? 0) + share * (load - full);
      }
      let above = 0;
      for (let rank = ranks; rank >= 1; rank -= 1) {
        above += this.#whole[rank] ?? 0;
        const at = (rank - 1) * width + horizon;
        this.#sums[at] = (this.#sums[at - 1] ?? 0) + above + (this.#rest[rank] ?? 0);
      }
    }
  }

  /**
   * Expected use of a rank over the steps 1..`steps` ahead, in replica-steps. Beyond the last horizon it
   * goes on as there.
   */
  sum(rank: number, steps: number): number {
    if (rank > this.#ranks) return 0;
    const last = this.#horizons;
    const row = (rank - 1) * (last + 1);
    if (steps <= last) return this.#sums[row + steps] ?? 0;
    const total = this.#sums[row + last] ?? 0;
    return total + (steps - last) * (total - (this.#sums[row + last - 1] ?? 0));
  }
}
