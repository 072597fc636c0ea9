import type { FitJob } from "../../core/index.js";
import type { NetworkWeights, Random } from "../../core/index.js";
import { inputsFor } from "./call-rows.js";
import { grownWeights, GATES, newWeights } from "./lstm-weights.js";
import { BATCH_SEQUENCES } from "./sequence-job.js";
import type { CallSequence, SequenceStore } from "./sequence-store.js";
import { RARE_TOKEN } from "./vocabulary.js";

type SequenceJob = Extract<FitJob, { kind: "sequence" }>;

/** With fewer calls a network only learns them by heart; the Markov chain is better. */
const MIN_TRAINING_STEPS = 1000;
/** Fewer sequences held back can't tell which of two models is better. */
const MIN_HELD_BACK = 5;
/** Training pays when this share of what is trained on is new. */
const RENEWED_SHARE = 0.25;

/**
 * Calls that one training goes through, all epochs together: 15 s at 128 operations, so that other fits
 * do not wait for a minute in the same thread. Who has more calls needs fewer epochs.
 */
const MAX_TRAINED_CALLS = 400_000;

/** How long a training is: so many epochs, and more when there are so few sequences. */
interface Effort {
  readonly epochs: number;
  /** Steps of Adam that it takes at least, whatever there is to learn. */
  readonly minSteps: number;
  readonly learningRate: number;
}

/** From nothing, many epochs at a high rate; later, few at a low one, so that little is forgotten. */
const FIRST_TRAINING: Effort = { epochs: 15, minSteps: 1000, learningRate: 0.02 };
const LATER_TRAINING: Effort = { epochs: 6, minSteps: 300, learningRate: 0.005 };

/** Whether so many new calls are enough to train on. */
export function isTrainingDue(
  store: SequenceStore,
  heldBack: SequenceStore,
  callsSinceTraining: number,
): boolean {
  return (
    store.steps >= MIN_TRAINING_STEPS &&
    heldBack.size >= MIN_HELD_BACK &&
    callsSinceTraining >= Math.max(MIN_TRAINING_STEPS, RENEWED_SHARE * store.steps)
  );
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
  const training = store.data(start.openSequences);
  const effort = serving === undefined ? FIRST_TRAINING : LATER_TRAINING;
  const steps = Math.max(1, Math.ceil(training.steps.length / BATCH_SEQUENCES));
  return {
    kind: "sequence",
    id: start.id,
    training,
    heldBack: heldBack.data(),
    start: weights,
    startIsTrained: serving !== undefined,
    epochs: Math.max(
      1,
      Math.min(
        Math.max(effort.epochs, Math.ceil(effort.minSteps / steps)),
        Math.floor(MAX_TRAINED_CALLS / training.targets.length),
      ),
    ),
    learningRate: effort.learningRate,
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
