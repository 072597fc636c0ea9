import type { NetworkWeights, Random, SequenceData } from "../../core/index.js";
import { Adam } from "./adam.js";
import { LstmGradient, type Gradients } from "./lstm-gradient.js";
import { PARTS } from "./lstm-weights.js";

/** Gradients are not carried over more steps than this; most sessions are shorter. */
const TRUNCATED_STEPS = 64;

export interface TrainingSettings {
  readonly epochs: number;
  /** That of the first batch; it falls in a straight line to `FINAL_RATE` of it. */
  readonly learningRate: number;
  /** Sequences that one step of Adam sees. */
  readonly batchSequences: number;
  /** A longer gradient is cut to this length (Pascanu, Mikolov and Bengio, ICML 2013). */
  readonly clipNorm: number;
  /** What is left out at random, shares in [0, 1); nothing unless told. */
  readonly dropout?: { readonly unitRate: number; readonly rowRate: number } | undefined;
  /** Decides the order of the sequences, and what is dropped. */
  readonly random: Random;
  /** Told after each epoch: its number from 1 on and the mean cross entropy of a step, nats. */
  readonly epochDone?: ((epoch: number, loss: number) => void) | undefined;
}

/** What is left of the learning rate at the end: large steps first, small ones to settle. */
const FINAL_RATE = 0.05;

/** A copy of the weights that can be trained without changing the original. */
function copyOfWeights(weights: NetworkWeights): NetworkWeights {
  return {
    ...weights,
    kernel: weights.kernel.slice(),
    recurrent: weights.recurrent.slice(),
    bias: weights.bias.slice(),
    outputKernel: weights.outputKernel.slice(),
    outputBias: weights.outputBias.slice(),
  };
}

/**
 * Trains an LSTM on sequences: minibatches in random order, truncated backpropagation, Adam. Answers new
 * weights. At the size of a sidecar (32 units, 128 operations) a plain loop is several times faster than
 * TensorFlow.js, whose kernels cost more to call than to run; see tfjs-trainer.ts, which does the same.
 *
 * The loss of a batch is the mean cross entropy of its steps, each weighted as its sequence is.
 */
export function trainLstm(
  start: NetworkWeights,
  data: SequenceData,
  settings: TrainingSettings,
): NetworkWeights {
  const weights = copyOfWeights(start);
  const optimizers = {
    kernel: new Adam(weights.kernel),
    recurrent: new Adam(weights.recurrent),
    bias: new Adam(weights.bias),
    outputKernel: new Adam(weights.outputKernel),
    outputBias: new Adam(weights.outputBias),
  };
  const gradients: Gradients = {
    kernel: optimizers.kernel.gradient,
    recurrent: optimizers.recurrent.gradient,
    bias: optimizers.bias.gradient,
    outputKernel: optimizers.outputKernel.gradient,
    outputBias: optimizers.outputBias.gradient,
  };
  const dropout = settings.dropout && { ...settings.dropout, random: settings.random };
  const back = new LstmGradient(weights, TRUNCATED_STEPS, dropout);
  for (const batch of batchesOf(data, settings)) {
    let loss = 0;
    for (const sequence of batch.sequences) {
      const weight = sequence.weight / batch.weight;
      loss += weight * back.add(gradients, data, sequence.from, sequence.steps, weight);
    }
    const squared = PARTS.reduce((sum, part) => sum + optimizers[part].squaredNorm(), 0);
    const norm = Math.sqrt(squared);
    const scale = norm > settings.clipNorm ? settings.clipNorm / norm : 1;
    for (const part of PARTS) optimizers[part].step(batch.learningRate, scale);
    batch.done(loss);
  }
  return weights;
}

interface BatchSequence {
  /** Its first step in the data. */
  readonly from: number;
  readonly steps: number;
  readonly weight: number;
}

export interface Batch {
  readonly sequences: readonly BatchSequence[];
  /** Sum over its sequences of weight times steps. */
  readonly weight: number;
  readonly learningRate: number;
  /** To be told the loss of the batch. */
  readonly done: (loss: number) => void;
}

/** All batches of a training in order; both trainers take the same ones. */
export function* batchesOf(data: SequenceData, settings: TrainingSettings): Generator<Batch> {
  const sequences = sequencesOf(data);
  const perEpoch = Math.ceil(sequences.length / settings.batchSequences);
  const total = settings.epochs * perEpoch;
  let number = 0;
  for (let epoch = 1; epoch <= settings.epochs; epoch += 1) {
    shuffle(sequences, settings.random);
    let lossSum = 0;
    let weightSum = 0;
    for (let from = 0; from < sequences.length; from += settings.batchSequences) {
      const chosen = sequences.slice(from, from + settings.batchSequences);
      const weight = chosen.reduce((sum, item) => sum + item.weight * item.steps, 0);
      const progress = total > 1 ? number / (total - 1) : 0;
      number += 1;
      yield {
        sequences: chosen,
        weight,
        learningRate: settings.learningRate * (1 - (1 - FINAL_RATE) * progress),
        done: (loss) => {
          lossSum += loss * weight;
          weightSum += weight;
        },
      };
    }
    settings.epochDone?.(epoch, lossSum / weightSum);
  }
}

/** Sequences that teach something: with steps, and with a weight. */
function sequencesOf({ steps, weights }: SequenceData): BatchSequence[] {
  const sequences: BatchSequence[] = [];
  let from = 0;
  for (const [index, count] of steps.entries()) {
    const weight = weights[index] ?? 0;
    if (count > 0 && weight > 0) sequences.push({ from, steps: count, weight });
    from += count;
  }
  return sequences;
}

/** Fisher and Yates. */
function shuffle(items: BatchSequence[], random: Random): void {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const item = items[last];
    const swapped = items[other];
    if (item === undefined || swapped === undefined) continue;
    items[last] = swapped;
    items[other] = item;
  }
}
