import type { Json } from "../../core/index.js";
import { encodeFloats, type SnapshotReader } from "../../core/snapshot-reader.js";

/**
 * Where the distribution is cut, as probabilities: coarse in the middle, dense in the upper tail, which
 * decides about the last replicas.
 */
const CUTS: readonly number[] = [
  0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8,
  0.84, 0.87, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.975, 0.98, 0.985, 0.99, 0.993, 0.996, 0.998,
  0.999, 0.9995, 1,
];
export const NODES = CUTS.length - 1;
/** Probability of each node. */
export const NODE_SHARES = Float64Array.from({ length: NODES }, (_, node) => {
  return (CUTS[node + 1] ?? 1) - (CUTS[node] ?? 0);
});

/** A start like so many residuals of a logistic distribution: heavier tails than the normal one. */
const PRIOR_RESIDUALS = 100;
/** The standard deviation of the standard logistic distribution. */
const LOGISTIC_DEVIATION = Math.PI / Math.sqrt(3);
/** Nodes are taken anew when so much has come: a tenth of what there was, within these bounds. */
const RENEWAL_SHARE = 0.1;
const MIN_RENEWAL = 30;

/** The quantile whose misses tell that the spread is wrong at present. */
const WATCHED_QUANTILE = 0.98;
const WATCHED_NODE = CUTS.indexOf(WATCHED_QUANTILE);
/** What a miss adds to the logarithm of the multiplier, and what each step leaves of it. */
const MULTIPLIER_STEP = 0.05;
const MULTIPLIER_DECAY = 0.99;
const MIN_MULTIPLIER = 0.7;
const MAX_MULTIPLIER = 2.5;

/**
 * The distribution of standardized residuals as it was lately, as the means of its parts between fixed
 * probabilities; and a multiplier of what is above 0 that grows at once when a high quantile is missed
 * too often, and shrinks slowly. Source: Gibbs and Candes, "Adaptive Conformal Inference Under Distribution
 * Shift", NeurIPS 2021.
 */
export class ResidualNodes {
  readonly #ring: Float32Array;
  readonly #nodes = new Float64Array(NODES);
  readonly #maxRenewal: number;
  #count = 0;
  #sinceRenewal = 0;
  #logMultiplier = 0;

  /** `capacity` residuals are kept; nodes wait for no more than `maxRenewal` new ones. */
  constructor(capacity: number, maxRenewal: number) {
    this.#ring = new Float32Array(Math.max(capacity, PRIOR_RESIDUALS));
    this.#maxRenewal = maxRenewal;
    for (let i = 0; i < PRIOR_RESIDUALS; i += 1) {
      const probability = (i + 0.5) / PRIOR_RESIDUALS;
      this.#ring[i] = Math.log(probability / (1 - probability)) / LOGISTIC_DEVIATION;
    }
    this.#count = PRIOR_RESIDUALS;
    this.#renew();
  }

  /** The residual that node `node` stands for, in standard deviations. */
  at(node: number): number {
    const value = this.#nodes[node] ?? 0;
    return value > 0 ? value * Math.exp(this.#logMultiplier) : value;
  }

  learn(residual: number): void {
    const isMissed = residual > this.at(WATCHED_NODE);
    const pushed = (isMissed ? 1 : 0) - (1 - WATCHED_QUANTILE);
    const next = MULTIPLIER_DECAY * this.#logMultiplier + MULTIPLIER_STEP * pushed;
    this.#logMultiplier = Math.min(
      Math.log(MAX_MULTIPLIER),
      Math.max(Math.log(MIN_MULTIPLIER), next),
    );
    this.#ring[this.#count % this.#ring.length] = residual;
    this.#count += 1;
    this.#sinceRenewal += 1;
    const due = Math.max(MIN_RENEWAL, RENEWAL_SHARE * this.#count);
    if (this.#sinceRenewal >= Math.min(this.#maxRenewal, due)) this.#renew();
  }

  snapshot(): Json {
    return {
      count: this.#count,
      sinceRenewal: this.#sinceRenewal,
      logMultiplier: this.#logMultiplier,
      ring: encodeFloats(this.#ring.subarray(0, Math.min(this.#count, this.#ring.length))),
      nodes: encodeFloats(this.#nodes),
    };
  }

  restore(reader: SnapshotReader): void {
    const count = reader.field("count").count();
    const sinceRenewal = reader.field("sinceRenewal").count();
    const logMultiplier = reader.field("logMultiplier").number();
    const ring = reader.field("ring").float32s(Math.min(count, this.#ring.length));
    if (!ring.every(Number.isFinite)) reader.field("ring").refuse("finite values");
    const nodes = reader.field("nodes").float64s(NODES);
    if (!nodes.every(Number.isFinite)) reader.field("nodes").refuse("finite values");
    this.#count = count;
    this.#sinceRenewal = sinceRenewal;
    this.#logMultiplier = logMultiplier;
    this.#ring.set(ring);
    this.#nodes.set(nodes);
  }

  #renew(): void {
    this.#sinceRenewal = 0;
    const sorted = this.#ring.slice(0, Math.min(this.#count, this.#ring.length)).sort();
    for (let node = 0; node < NODES; node += 1) {
      const from = Math.min(sorted.length - 1, Math.floor((CUTS[node] ?? 0) * sorted.length));
      const to = Math.max(from + 1, Math.floor((CUTS[node + 1] ?? 1) * sorted.length));
      let sum = 0;
      for (let at = from; at < to; at += 1) sum += sorted[at] ?? 0;
      this.#nodes[node] = sum / (to - from);
    }
  }
}
