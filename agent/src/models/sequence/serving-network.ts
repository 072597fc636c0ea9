import type { HeldBackSurprise, Json, NetworkWeights } from "../../core/index.js";
import { SnapshotReader } from "../../core/snapshot-reader.js";
import { inputsFor, SLOTS, tokenOf, withToken, writeRows, type CallStep } from "./call-step.js";
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
  readonly #rows = new Uint16Array(SLOTS);

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
  stateAfter(steps: readonly CallStep[]): Float32Array {
    const state = new Float32Array(this.kernel.stateLength);
    for (const step of steps) this.advance(state, step);
    return state;
  }

  /** Takes a step. */
  advance(state: Float32Array, step: CallStep): void {
    writeRows(withToken(step, this.known(tokenOf(step))), this.#rows, 0);
    this.kernel.step(state, this.#rows, 0, SLOTS);
  }

  /** Writes P(next) into `probabilities`. */
  predict(state: Float32Array): Float64Array {
    this.kernel.predict(state, this.probabilities);
    return this.probabilities;
  }

  /** The same network, to which tokens can become rare apart from this one. */
  fork(): ServingNetwork {
    return new ServingNetwork(this.kernel.weights, this.heldBack, this.#rareTokens);
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
