import { seededRandom, type FitJob, type FitResult, type Json } from "../../core/index.js";
import type { SnapshotReader } from "../../core/snapshot-reader.js";
import type { LstmSequenceOptions } from "./lstm-sequence-options.js";
import { STRETCH_CALLS, type OpenSessions } from "./open-sessions.js";
import type { SequenceResult } from "./sequence-job.js";
import { SequenceStore, type CallSequence } from "./sequence-store.js";
import type { ServingNetwork } from "./serving-network.js";
import { isTrainingDue, MIN_HELD_BACK, trainingJob } from "./training-schedule.js";
import type { Vocabulary } from "./vocabulary.js";

/** One sequence in so many is never trained on: enough to compare models, little lost to training. */
const HOLD_BACK_EVERY = 20;
/**
 * The store of what is held back, over that of training; but it has room for as many as are needed of the
 * longest sequences.
 */
const HELD_BACK_SHARE = 1 / 16;

/** What a training is about, beside the sequences that are kept. */
export interface Trainee {
  readonly vocabulary: Vocabulary;
  readonly sessions: OpenSessions;
  /** What serves so far. */
  readonly network: ServingNetwork | undefined;
}

/** What a model of call sequences is trained on, when, and whether what came of it may serve. */
export class SequenceTraining {
  readonly #options: Required<LstmSequenceOptions>;
  readonly #training: SequenceStore;
  readonly #heldBack: SequenceStore;
  /** Calls kept before the first training: a full store lacks up to a stretch. */
  readonly #minCalls: number;
  #sequences = 0;
  #callsSince = 0;
  /** Calls that the store held at the last training. */
  #trainedCalls = 0;
  #trainedSeconds = 0;
  #nowSeconds = 0;
  #fits = 0;
  /** The id of the last fit asked for while nothing came of it, 0 for none. */
  #pendingFit = 0;
  /** Nothing will come of it any more. */
  #isLost = false;
  #rejectedFits = 0;

  constructor(options: Required<LstmSequenceOptions>) {
    const { maxTrainingSteps, minTrainingCalls, seed } = options;
    this.#options = options;
    this.#training = new SequenceStore(maxTrainingSteps, seed);
    const heldBackSteps = Math.max(
      Math.ceil(maxTrainingSteps * HELD_BACK_SHARE),
      MIN_HELD_BACK * STRETCH_CALLS,
    );
    this.#heldBack = new SequenceStore(heldBackSteps, seed + 1);
    this.#minCalls = Math.min(minTrainingCalls, maxTrainingSteps - STRETCH_CALLS);
  }

  /** Fits that were no better than what served. */
  get rejectedFits(): number {
    return this.#rejectedFits;
  }

  /** A call that will be part of a sequence. */
  countCall(seconds: number): void {
    this.#callsSince += 1;
    this.#nowSeconds = Math.max(this.#nowSeconds, seconds);
  }

  /** A sequence that is over, to be kept. */
  readonly keep = (sequence: CallSequence): void => {
    this.#sequences += 1;
    const store = this.#sequences % HOLD_BACK_EVERY === 0 ? this.#heldBack : this.#training;
    store.add(sequence);
  };

  /** The training that is due, or undefined. Asking takes it: it is due once. Renews the vocabulary. */
  dueFit({ vocabulary, sessions, network }: Trainee): FitJob | undefined {
    const last = {
      calls: this.#trainedCalls,
      seconds: this.#trainedSeconds,
      callsSince: this.#callsSince,
      isLost: this.#isLost,
    };
    if (!isTrainingDue(this.#training, this.#heldBack, last, this.#nowSeconds, this.#minCalls)) {
      return undefined;
    }
    this.#callsSince = 0;
    this.#trainedCalls = this.#training.steps;
    this.#trainedSeconds = this.#nowSeconds;
    this.#fits += 1;
    this.#pendingFit = this.#fits;
    this.#isLost = false;
    const renewed = vocabulary.renew();
    this.#training.makeRare(renewed);
    this.#heldBack.makeRare(renewed);
    sessions.makeRare(renewed);
    network?.makeRare(renewed);
    const seed = (this.#options.seed + this.#fits) >>> 0;
    return trainingJob(this.#training, this.#heldBack, {
      id: this.#fits,
      openSequences: sessions.stretches(),
      units: this.#options.units,
      tokens: vocabulary.size,
      serving: network?.kernel.weights,
      renewed,
      seed,
      random: seededRandom(seed),
    });
  }

  /**
   * The result, if it may serve: on what was held back it has to be no worse than the network that serves;
   * the first has to be better than a Markov chain of order 1, which serves until then. Undefined for one that may
   * not, that is not the last asked for, or that failed; then the training is asked for again.
   */
  accepted(result: FitResult): SequenceResult | undefined {
    if (result.kind === "failed") this.#isLost = this.#pendingFit > 0;
    if (result.kind !== "sequence" || result.id !== this.#pendingFit || this.#isLost) {
      return undefined;
    }
    this.#pendingFit = 0;
    const { heldBack, markovBits, startBits } = result;
    const isBetter =
      startBits === undefined ? heldBack.bits < markovBits : heldBack.bits <= startBits;
    if (isBetter) return result;
    this.#rejectedFits += 1;
    return undefined;
  }

  snapshot(): Json {
    return {
      training: this.#training.snapshot(),
      heldBack: this.#heldBack.snapshot(),
      nowSeconds: this.#nowSeconds,
      trainedSeconds: this.#trainedSeconds,
      sequences: this.#sequences,
      callsSince: this.#callsSince,
      trainedCalls: this.#trainedCalls,
      fits: this.#fits,
      pendingFit: this.#pendingFit,
      rejectedFits: this.#rejectedFits,
    };
  }

  /**
   * A fit that was under way is lost: what trained it has ended. Tokens must be below `tokens`. Throws a
   * TypeError that names the field.
   */
  restore(reader: SnapshotReader, tokens: number): void {
    const [
      sequences = 0,
      callsSince = 0,
      trainedCalls = 0,
      fits = 0,
      pendingFit = 0,
      rejected = 0,
    ] = COUNTS.map((name) => reader.field(name).count());
    const nowSeconds = reader.field("nowSeconds").number();
    const trainedSeconds = reader.field("trainedSeconds").number();
    this.#training.restore(reader.field("training"), tokens);
    this.#heldBack.restore(reader.field("heldBack"), tokens);
    this.#nowSeconds = nowSeconds;
    this.#trainedSeconds = trainedSeconds;
    this.#sequences = sequences;
    this.#callsSince = callsSince;
    this.#trainedCalls = trainedCalls;
    this.#fits = fits;
    this.#pendingFit = pendingFit;
    this.#isLost = pendingFit > 0;
    this.#rejectedFits = rejected;
  }
}

/** In the order in which `restore` takes them. */
const COUNTS = [
  "sequences",
  "callsSince",
  "trainedCalls",
  "fits",
  "pendingFit",
  "rejectedFits",
] as const;
