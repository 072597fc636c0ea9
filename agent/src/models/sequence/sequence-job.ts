import {
  seededRandom,
  type FitJob,
  type FitResult,
  type HeldBackSurprise,
  type NetworkWeights,
  type SequenceData,
} from "../../core/index.js";
import { bitsOfCall } from "./call-surprise.js";
import { tokenIn } from "./call-step.js";
import { InterpolatedMarkov } from "./interpolated-markov.js";
import { LstmKernel } from "./lstm-kernel.js";
import { trainLstm, type TrainingSettings } from "./lstm-trainer.js";
import { joined } from "./sequence-data.js";
import { END_TOKEN } from "./vocabulary.js";

export type SequenceJob = Extract<FitJob, { kind: "sequence" }>;
export type SequenceResult = Extract<FitResult, { kind: "sequence" }>;

/** Small batches make more steps of the same sequences, which counts more here than their noise. */
const BATCH_SEQUENCES = 16;
/** Epochs are added for few sequences only while all together go through no more calls: two seconds. */
const MAX_CALLS_OF_ADDED_EPOCHS = 50_000;
const CLIP_NORM = 1;
/** With fewer sequences than weights, units must not rely on each other, nor on any one call before. */
const DROPOUT = { unitRate: 0.25, rowRate: 0.1 };
/** What a network has to beat is what serves until then: a chain of this order. */
const SERVING_ORDER = 1;

/** What a training goes through, and how: whoever trains. */
export interface PreparedTraining {
  readonly data: SequenceData;
  readonly settings: TrainingSettings;
}

export function prepared(
  { training, effort, seed }: SequenceJob,
  epochDone?: TrainingSettings["epochDone"],
): PreparedTraining {
  const data = joined(training);
  const { epochs, minSteps, maxCalls, learningRate } = effort;
  const stepsAnEpoch = Math.max(1, Math.ceil(data.steps.length / BATCH_SEQUENCES));
  const calls = Math.max(1, data.targets.length);
  const cheap = Math.floor(MAX_CALLS_OF_ADDED_EPOCHS / calls);
  const wanted = Math.max(epochs, Math.min(cheap, Math.ceil(minSteps / stepsAnEpoch)));
  return {
    data,
    settings: {
      epochs: Math.max(1, Math.min(wanted, Math.floor(maxCalls / calls))),
      learningRate,
      batchSequences: BATCH_SEQUENCES,
      clipNorm: CLIP_NORM,
      dropout: DROPOUT,
      random: seededRandom(seed),
      epochDone,
    },
  };
}

/** Trains in plain loops, and measures what came of it on the sequences held back. */
export function runSequenceJob(
  job: SequenceJob,
  epochDone?: TrainingSettings["epochDone"],
): SequenceResult {
  const { data, settings } = prepared(job, epochDone);
  return resultOf(job, data, trainLstm(job.start, data, settings));
}

/** The result of a job that was trained on this data. */
export function resultOf(
  job: SequenceJob,
  data: SequenceData,
  weights: NetworkWeights,
): SequenceResult {
  const heldBack = joined(job.heldBack);
  return {
    kind: "sequence",
    id: job.id,
    weights,
    heldBack: surpriseOf(weights, heldBack),
    startBits: job.startIsTrained ? surpriseOf(job.start, heldBack).bits : undefined,
    markovBits: markovBits(data, heldBack, weights.outputs),
  };
}

/** Bits a call, of calls alone: that a session ends is not scored live. */
function surpriseOf(weights: NetworkWeights, data: SequenceData): HeldBackSurprise {
  const kernel = new LstmKernel(weights);
  const probabilities = new Float64Array(weights.outputs);
  let calls = 0;
  let sum = 0;
  let squares = 0;
  let at = 0;
  for (const steps of data.steps) {
    const state = new Float32Array(kernel.stateLength);
    for (let step = at; step < at + steps; step += 1) {
      kernel.step(state, data.rows, step * data.slots, data.slots);
      const target = data.targets[step] ?? END_TOKEN;
      if (target === END_TOKEN) continue;
      kernel.predict(state, probabilities);
      const bits = bitsOfCall(probabilities, target);
      calls += 1;
      sum += bits;
      squares += bits * bits;
    }
    at += steps;
  }
  const mean = sum / calls;
  return { bits: mean, deviation: Math.sqrt(Math.max(0, squares / calls - mean * mean)) };
}

/** What a Markov chain of the order that serves makes of the same sequences, learned from the same ones. */
function markovBits(training: SequenceData, heldBack: SequenceData, symbols: number): number {
  const markov = new InterpolatedMarkov(SERVING_ORDER, symbols);
  walk(training, (past, target, weight) => {
    markov.learn(past, target, weight);
  });
  let calls = 0;
  let sum = 0;
  walk(heldBack, (past, target) => {
    if (target === END_TOKEN) return;
    calls += 1;
    sum += bitsOfCall(markov.probabilities(past), target);
  });
  return sum / calls;
}

/** Every step of every sequence, with the tokens before it. */
function walk(
  data: SequenceData,
  visit: (past: readonly number[], target: number, weight: number) => void,
): void {
  let at = 0;
  for (const [index, steps] of data.steps.entries()) {
    const past: number[] = [];
    for (let step = at; step < at + steps; step += 1) {
      past.push(tokenIn(data.rows, step));
      visit(past, data.targets[step] ?? END_TOKEN, data.weights[index] ?? 0);
    }
    at += steps;
  }
}
