import type { HeldBackSurprise, Json, NetworkWeights } from "../../core/index.js";
import { SnapshotReader } from "../../core/snapshot-reader.js";
import { inputsFor, SLOTS, START_ROWS, tokenIn, withToken } from "./call-rows.js";
import { LstmKernel } from "./lstm-kernel.js";
import { snapshotOfWeights, weightsFrom } from "./network-snapshot.js";
import { FIRST_OPERATION_TOKEN, RARE_TOKEN } from "./vocabulary.js";

/**
 * The network that scores calls, with what it needs to know of the vocabulary: operations that were
 * numbered after it was trained are rare to it, and so are numbers that mean another operation by now.
 */
export class ServingNetwork {
  readonly kernel: LstmKernel;
  readonly heldBack: HeldBackSurprise;
  /** P(next) as written by the last `predict`. */
  readonly probabilities: Float64Array;
  readonly #rareTokens: Set<number>;
  readonly #stepRows: number[] = [...START_ROWS];
  readonly #packedRows = new Uint16Array(SLOTS);

  constructor(
    weights: NetworkWeights,
    heldBack: HeldBackSurprise,
    rareTokens: Iterable<number> = [],
  ) {
    this.kernel = new LstmKernel(weights);
    this.heldBack = heldBack;
    this.probabilities = new Float64Array(weights.outputs);
    this.#rareTokens = new Set(rareTokens);
  }

  /** Tokens that mean another operation from now on. */
  makeRare(tokens: Iterable<number>): void {
    for (const token of tokens) this.#rareTokens.add(token);
  }

  /** The token that stands for this one in the network. */
  known(token: number): number {
    const { outputs } = this.kernel.weights;
    return token < outputs && !this.#rareTokens.has(token) ? token : RARE_TOKEN;
  }

  /** The state after these steps, from a new one. */
  stateAfter(rows: readonly number[]): Float32Array {
    const state = new Float32Array(this.kernel.stateLength);
    for (let step = 0; step < rows.length / SLOTS; step += 1) this.advance(state, rows, step);
    return state;
  }

  /** Takes the step whose rows these are. */
  advance(state: Float32Array, rows: readonly number[], step: number): void {
    const from = step * SLOTS;
    for (let slot = 0; slot < SLOTS; slot += 1) this.#stepRows[slot] = rows[from + slot] ?? 0;
    withToken(this.#stepRows, 0, this.known(tokenIn(this.#stepRows, 0)));
    this.#packedRows.set(this.#stepRows);
    this.kernel.step(state, this.#packedRows, 0, SLOTS);
  }

  /** Writes P(next) into `probabilities`. */
  predict(state: Float32Array): Float64Array {
    this.kernel.predict(state, this.probabilities);
    return this.probabilities;
  }

  snapshot(): Json {
    const { bits, deviation } = this.heldBack;
    return {
      weights: snapshotOfWeights(this.kernel.weights),
      heldBack: [bits, deviation],
      rareTokens: [...this.#rareTokens],
    };
  }

  /** `tokens`: how many the vocabulary has. Throws a TypeError that names the field. */
  static from(reader: SnapshotReader, units: number, tokens: number): ServingNetwork {
    const field = reader.field("weights");
    const weights = weightsFrom(field, units, { inputs: inputsFor(tokens), outputs: tokens });
    if (weights.outputs < FIRST_OPERATION_TOKEN || weights.inputs !== inputsFor(weights.outputs)) {
      field.refuse("a row for each token");
    }
    const [bits, deviation] = reader.field("heldBack").tuple(2);
    const heldBack = {
      bits: (bits ?? reader).nonNegative(),
      deviation: (deviation ?? reader).nonNegative(),
    };
    const rare = reader.field("rareTokens").items(tokens);
    return new ServingNetwork(
      weights,
      heldBack,
      rare.map((item) => item.count()),
    );
  }
}
