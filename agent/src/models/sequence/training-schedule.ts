import type { FitJob, NetworkWeights, Random, TrainingEffort } from "../../core/index.js";
import { inputsFor } from "./call-step.js";
import { grownWeights, GATES, newWeights } from "./lstm-weights.js";
import type { CallSequence, SequenceStore } from "./sequence-store.js";
import { RARE_TOKEN } from "./vocabulary.js";

type SequenceJob = Extract<FitJob, { kind: "sequence" }>;

/** Fewer sequences held back can't tell which of two models is better. */
export const MIN_HELD_BACK = 5;
/** While the store fills, a training pays when this many times as many calls have come as it was trained on. */
const GROWTH = 2;
/** A store that is this full has seen enough for the pace of trainings to become that of renewal. */
const FULL_SHARE = 0.9;
/** Then a training at most so often, event time: 1% of a core at 20 s each. */
const RENEWAL_SECONDS = 3600;
/** A training of which nothing came is asked for again after so long: 3% of a core if that always happens. */
const RETRY_SECONDS = 600;
/** And after so many calls, in the calls that the first one needs: with the same ones it would fail again. */
const RETRY_SHARE = 1 / 4;

/**
 * Calls that one training goes through, all epochs together: 15 s at 128 operations. Who has more calls
 * needs fewer epochs.
 */
const MAX_TRAINED_CALLS = 400_000;

/** From nothing, many epochs at a high rate; later, few at a low one, so that little is forgotten. */
const FIRST_TRAINING: TrainingEffort = {
  epochs: 15,
  minSteps: 1000,
  maxCalls: MAX_TRAINED_CALLS,
  learningRate: 0.02,
};
const LATER_TRAINING: TrainingEffort = {
  epochs: 3,
  minSteps: 300,
  maxCalls: MAX_TRAINED_CALLS,
  learningRate: 0.005,
};

/** When and on what a model was trained last; before the first time all are 0. */
export interface LastTraining {
  /** Calls that the store held then. */
  readonly calls: number;
  readonly seconds: number;
  readonly callsSince: number;
  /** Nothing came of it: it failed, or was under way at a restart or when behavior changed. */
  readonly isLost: boolean;
}

/**
 * Whether it pays to train again. While the store fills, whenever its calls have tripled: the number of trainings grows with the logarithm of the calls. Once it is full, when all that it
 * held may have been replaced and an hour has passed. One of which nothing came is due again
 * sooner: what made it due still holds.
 */
export function isTrainingDue(
  store: SequenceStore,
  heldBack: SequenceStore,
  last: LastTraining,
  nowSeconds: number,
  minCalls: number,
): boolean {
  if (store.steps < minCalls || heldBack.size < MIN_HELD_BACK) return false;
  if (last.isLost) {
    const secondsSince = nowSeconds - last.seconds;
    return last.callsSince >= RETRY_SHARE * minCalls && secondsSince >= RETRY_SECONDS;
  }
  if (last.calls < FULL_SHARE * store.maxSteps) return last.callsSince >= GROWTH * last.calls;
  return last.callsSince >= last.calls && nowSeconds - last.seconds >= RENEWAL_SECONDS;
}

export interface TrainingStart {
  readonly id: number;
  /** Sessions that go on, as far as they are known. */
  readonly openSequences: readonly CallSequence[];
  readonly units: number;
  /** Of the vocabulary. */
  readonly tokens: number;
  /** What serves so far, or undefined. */
  readonly serving: NetworkWeights | undefined;
  /** Tokens that mean another operation than when that was trained. */
  readonly renewed: ReadonlySet<number>;
  readonly seed: number;
  readonly random: Random;
}

/** The work for the fitting thread: plain data of its own. */
export function trainingJob(
  store: SequenceStore,
  heldBack: SequenceStore,
  start: TrainingStart,
): SequenceJob {
  const { serving, units, tokens, random } = start;
  const inputs = inputsFor(tokens);
  const weights =
    serving === undefined
      ? newWeights({ inputs, units, outputs: tokens }, random)
      : renewedWeights(grownWeights(serving, inputs, tokens, random), start.renewed);
  return {
    kind: "sequence",
    id: start.id,
    training: store.data(start.openSequences),
    heldBack: heldBack.data(),
    start: weights,
    startIsTrained: serving !== undefined,
    effort: serving === undefined ? FIRST_TRAINING : LATER_TRAINING,
    seed: start.seed,
  };
}

/** An operation that took another's number starts as a rare one. */
function renewedWeights(weights: NetworkWeights, renewed: ReadonlySet<number>): NetworkWeights {
  if (renewed.size === 0) return weights;
  const { units, outputs } = weights;
  const kernel = weights.kernel.slice();
  const outputKernel = weights.outputKernel.slice();
  const outputBias = weights.outputBias.slice();
  const width = GATES * units;
  const rare = inputsFor(RARE_TOKEN) * width;
  for (const token of renewed) {
    kernel.copyWithin(inputsFor(token) * width, rare, rare + width);
    outputBias[token] = outputBias[RARE_TOKEN] ?? 0;
    for (let unit = 0; unit < units; unit += 1) {
      outputKernel[unit * outputs + token] = outputKernel[unit * outputs + RARE_TOKEN] ?? 0;
    }
  }
  return { ...weights, kernel, outputKernel, outputBias };
}
