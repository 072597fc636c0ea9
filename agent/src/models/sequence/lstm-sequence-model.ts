import {
  ready,
  seededRandom,
  SESSION_START,
  warmingUp,
  type CallModel,
  type DriftCause,
  type FitJob,
  type FitResult,
  type Json,
  type ModelResult,
  type ModelStatus,
  type Observation,
} from "../../core/index.js";
import { SnapshotReader } from "../../core/snapshot-reader.js";
import { inputsFor, rowsOf, SLOTS, START_ROWS, tokenIn, withToken } from "./call-rows.js";
import { bitsOf, bitsOfCall, shareOfCalls, temper } from "./call-surprise.js";
import { filledOptions, type LstmSequenceOptions } from "./lstm-sequence-options.js";
import { MarkovSequenceModel } from "./markov.js";
import { OpenSessions, type OpenSession } from "./open-sessions.js";
import { SequenceStore, type CallSequence } from "./sequence-store.js";
import { ServingNetwork } from "./serving-network.js";
import { RecentSurprise, type SurpriseDrift } from "./surprise-drift.js";
import { isTrainingDue, trainingJob } from "./training-schedule.js";
import {
  END_TOKEN,
  FIRST_OPERATION_TOKEN,
  RARE_TOKEN,
  START_TOKEN,
  Vocabulary,
} from "./vocabulary.js";

/** What a network gives in place of the Markov chain. */
const SURPRISE: readonly DriftCause[] = ["call_sequence"];
const SNAPSHOT_FORMAT = "lstm-sequence-1";

/** One sequence in so many is never trained on: enough to compare models, little lost to training. */
const HOLD_BACK_EVERY = 20;
/** The store of what is held back, over that of training. */
const HELD_BACK_SHARE = 1 / 16;

export type { LstmSequenceOptions } from "./lstm-sequence-options.js";

/** An operation that may come next. */
export interface LikelyOperation {
  readonly operation: string;
  /** Given that a call comes, and the session does not end. */
  readonly probability: number;
}

/**
 * Which call comes next in a session, from all calls before it: an LSTM over operations, argument shapes,
 * pauses and statuses ({@link ServingNetwork}), whose state is carried along with each session. After Du,
 * Li, Zheng and Srikumar, "DeepLog", CCS 2017.
 *
 * Deviations: `call_sequence` is the surprise -log2 P(operation | the session so far, and that a call
 * comes), in bits, at most 20; `timing` is that of {@link MarkovSequenceModel}. Until a network is
 * trained and does better than a Markov chain of order 3 on sequences held back from it, the Markov chain
 * gives the surprise too; `servedBy` says which. When that changes, so does the distribution of
 * `call_sequence`, and `generation` with it: a reference of former surprises holds no longer.
 *
 * Training happens elsewhere: `dueFit` gives the work as plain data, `adopt` takes what came of it. It
 * starts from the weights that serve. Calls without a session are scored, but not trained on.
 */
export class LstmSequenceModel implements CallModel {
  readonly name = "sequence";
  readonly causes: readonly DriftCause[] = ["call_sequence", "timing"];
  readonly #options: Required<LstmSequenceOptions>;
  readonly #markov: MarkovSequenceModel;
  readonly #vocabulary: Vocabulary;
  readonly #training: SequenceStore;
  readonly #heldBack: SequenceStore;
  readonly #sessions: OpenSessions;
  readonly #recent = new RecentSurprise();
  #network: ServingNetwork | undefined;
  #startState: Float32Array | undefined;
  #generation = 0;
  #sequences = 0;
  #callsSinceFit = 0;
  #fits = 0;
  /** The id of the fit under way, 0 for none. */
  #pendingFit = 0;
  #rejectedFits = 0;
  /** What `score` found for the call that `learn` gets next. */
  #lastScored: { observation: Observation; bits: number } | undefined;

  /** Throws a RangeError when the units are no multiple of 4 or a limit is below 1. */
  constructor(options: LstmSequenceOptions = {}) {
    const filled = filledOptions(options);
    this.#options = filled;
    this.#markov = new MarkovSequenceModel(filled);
    this.#vocabulary = new Vocabulary(filled.maxOperations);
    this.#training = new SequenceStore(filled.maxTrainingSteps, filled.seed);
    this.#heldBack = new SequenceStore(
      Math.ceil(filled.maxTrainingSteps * HELD_BACK_SHARE),
      filled.seed + 1,
    );
    this.#sessions = new OpenSessions(
      filled.maxSessions,
      filled.sessionGapSeconds,
      this.#keepSequence,
    );
  }

  /** Which model gives the surprise. */
  get servedBy(): "lstm" | "markov" {
    return this.#network === undefined ? "markov" : "lstm";
  }

  /** Grows by one with each network that begins to serve. */
  get generation(): number {
    return this.#generation;
  }

  /** Fits that were no better than what served. */
  get rejectedFits(): number {
    return this.#rejectedFits;
  }

  get openSessions(): number {
    return this.#sessions.size;
  }

  score(observation: Observation, deviations: Float64Array, offset: number): void {
    this.#markov.score(observation, deviations, offset);
    if (this.#network === undefined || Number.isNaN(deviations[offset])) return;
    const bits = this.bits(observation);
    deviations[offset] = bits;
    this.#lastScored = { observation, bits };
  }

  bits(observation: Observation): number {
    const markovBits = this.#markov.bits(observation);
    const network = this.#network;
    if (network === undefined || Number.isNaN(markovBits)) return markovBits;
    const probabilities = network.predict(this.#stateBefore(network, observation));
    const token = this.#vocabulary.tokenOf(observation.call.operation);
    return bitsOfCall(probabilities, network.known(token));
  }

  learn(observation: Observation): void {
    const { call, sessionKey, secondsSincePrevious } = observation;
    const scored = this.#lastScored;
    this.#lastScored = undefined;
    if (this.#network !== undefined) {
      const bits = scored?.observation === observation ? scored.bits : this.bits(observation);
      if (!Number.isNaN(bits)) this.#recent.add(bits);
    }
    this.#markov.learn(observation);
    const token = this.#vocabulary.learn(call.operation);
    if (sessionKey === undefined) return;
    this.#callsSinceFit += 1;
    this.#sessions.expire(call.timeSeconds);
    const open = secondsSincePrevious === undefined ? undefined : this.#sessions.get(sessionKey);
    const session =
      open ?? this.#sessions.begin(sessionKey, this.#rowsBefore(observation), call.timeSeconds);
    const network = this.#network;
    if (network !== undefined) session.state ??= network.stateAfter(session.rows);
    session.lastSeconds = Math.max(session.lastSeconds, call.timeSeconds);
    const rows = rowsOf(call, token, secondsSincePrevious);
    if (network !== undefined && session.state !== undefined)
      network.advance(session.state, rows, 0);
    this.#sessions.append(sessionKey, session, token, rows);
  }

  status(): ModelStatus {
    return this.#markov.status();
  }

  /**
   * The operations that are most likely to come next in a session, most likely first; a session that is
   * not known is about to begin. The rare ones together are none that could be named.
   */
  likelyNext(sessionKey: string | undefined, count: number): ModelResult<LikelyOperation[]> {
    const status = this.status();
    if (status.status !== "ready") return status;
    const session = sessionKey === undefined ? undefined : this.#sessions.get(sessionKey);
    const network = this.#network;
    const probability =
      network === undefined
        ? this.#markovProbability(session)
        : this.#networkProbability(network, session);
    const likely: LikelyOperation[] = [];
    for (let token = FIRST_OPERATION_TOKEN; token < this.#vocabulary.size; token += 1) {
      const operation = this.#vocabulary.operationOf(token) ?? "";
      likely.push({ operation, probability: probability(token, operation) });
    }
    return ready(likely.sort((a, b) => b.probability - a.probability).slice(0, count));
  }

  /** How surprising calls are of late beside sequences held back from training; until then unknown. */
  surpriseDrift(): ModelResult<SurpriseDrift> {
    const network = this.#network;
    const drift = network === undefined ? undefined : this.#recent.against(network.heldBack);
    return drift === undefined ? warmingUp("too_few_calls") : ready(drift);
  }

  /**
   * The surprise of each operation of a whole session, and at last of its end, in bits: what a session
   * that is over is judged by. The probabilities are tempered first (see `temper`). Undefined until a network serves.
   * Changes nothing.
   */
  sessionBits(observations: readonly Observation[], temperature = 1): Float64Array | undefined {
    const network = this.#network;
    if (network === undefined) return undefined;
    const state = this.#stateOfStart(network).slice();
    const bits = new Float64Array(observations.length + 1);
    const bitsOfNext = (token: number): number => {
      const probabilities = network.predict(state);
      temper(probabilities, temperature);
      return bitsOf(probabilities[token] ?? 0);
    };
    for (const [index, { call, secondsSincePrevious }] of observations.entries()) {
      const token = this.#vocabulary.tokenOf(call.operation);
      bits[index] = bitsOfNext(network.known(token));
      network.advance(state, rowsOf(call, token, secondsSincePrevious), 0);
    }
    bits[observations.length] = bitsOfNext(END_TOKEN);
    return bits;
  }

  /** Whether an operation has a number: one without was not seen, or not often. */
  knows(operation: string): boolean {
    return this.#vocabulary.tokenOf(operation) !== RARE_TOKEN;
  }

  /** The training that is due, or undefined. Asking takes it: it is due once. */
  dueFit(): FitJob | undefined {
    if (!isTrainingDue(this.#training, this.#heldBack, this.#callsSinceFit)) return undefined;
    this.#callsSinceFit = 0;
    this.#fits += 1;
    this.#pendingFit = this.#fits;
    const renewed = this.#vocabulary.renew();
    this.#training.makeRare(renewed);
    this.#heldBack.makeRare(renewed);
    this.#sessions.makeRare(renewed);
    this.#network?.makeRare(renewed);
    const seed = (this.#options.seed + this.#fits) >>> 0;
    return trainingJob(this.#training, this.#heldBack, {
      id: this.#fits,
      openSequences: this.#sessions.stretches(),
      units: this.#options.units,
      tokens: this.#vocabulary.size,
      serving: this.#network?.kernel.weights,
      renewed,
      seed,
      random: seededRandom(seed),
    });
  }

  /**
   * Lets a network serve that is, on what was held back, no worse than the one that serves; the first
   * has to be better than a Markov chain of order 3. Takes no notice of a fit that failed, or is not the
   * last asked for.
   */
  adopt(result: FitResult): readonly DriftCause[] {
    if (result.kind !== "sequence" || result.id !== this.#pendingFit) return [];
    this.#pendingFit = 0;
    const { heldBack, markovBits, startBits } = result;
    const isBetter =
      startBits === undefined ? heldBack.bits < markovBits : heldBack.bits <= startBits;
    if (!isBetter) {
      this.#rejectedFits += 1;
      return [];
    }
    this.#serve(new ServingNetwork(result.weights, heldBack));
    this.#generation += 1;
    this.#recent.clear();
    // Each is followed again from what is kept of it, when its next call comes.
    for (const session of this.#sessions.values()) session.state = undefined;
    return SURPRISE;
  }

  snapshot(): Json {
    return {
      format: SNAPSHOT_FORMAT,
      units: this.#options.units,
      markov: this.#markov.snapshot(),
      vocabulary: this.#vocabulary.snapshot(),
      training: this.#training.snapshot(),
      heldBack: this.#heldBack.snapshot(),
      sessions: this.#sessions.snapshot(),
      network: this.#network === undefined ? [] : [this.#network.snapshot()],
      recent: this.#recent.snapshot(),
      generation: this.#generation,
      sequences: this.#sequences,
      callsSinceFit: this.#callsSinceFit,
      fits: this.#fits,
      pendingFit: this.#pendingFit,
      rejectedFits: this.#rejectedFits,
    };
  }

  restore(snapshot: Json): void {
    const reader = new SnapshotReader(snapshot, "sequence");
    reader.field("format").equals(SNAPSHOT_FORMAT);
    reader.field("units").equals(this.#options.units);
    const counts = COUNTS.map((name) => reader.field(name).count());
    this.#vocabulary.restore(reader.field("vocabulary"));
    const tokens = this.#vocabulary.size;
    const rows = inputsFor(tokens);
    const [network] = reader
      .field("network")
      .items(1)
      .map((item) => ServingNetwork.from(item, this.#options.units, tokens));
    this.#training.restore(reader.field("training"), rows, tokens);
    this.#heldBack.restore(reader.field("heldBack"), rows, tokens);
    const stateLength = network?.kernel.stateLength ?? 0;
    this.#sessions.restore(reader.field("sessions"), rows, tokens, stateLength);
    this.#recent.restore(reader.field("recent"));
    this.#markov.restoreFrom(reader.field("markov"));
    this.#serve(network);
    const [generation = 0, sequences = 0, callsSinceFit = 0, fits = 0, pendingFit = 0] = counts;
    this.#generation = generation;
    this.#sequences = sequences;
    this.#callsSinceFit = callsSinceFit;
    this.#fits = fits;
    this.#pendingFit = pendingFit;
    this.#rejectedFits = counts[5] ?? 0;
    this.#lastScored = undefined;
  }

  readonly #keepSequence = (sequence: CallSequence): void => {
    this.#sequences += 1;
    const store = this.#sequences % HOLD_BACK_EVERY === 0 ? this.#heldBack : this.#training;
    store.add(sequence);
  };

  #serve(network: ServingNetwork | undefined): void {
    this.#network = network;
    this.#startState = undefined;
    this.#lastScored = undefined;
  }

  #stateOfStart(network: ServingNetwork): Float32Array {
    this.#startState ??= network.stateAfter(START_ROWS);
    return this.#startState;
  }

  /** What is present before the first call that is known of a session. */
  #rowsBefore({ previousOperation }: Observation): readonly number[] {
    if (previousOperation === SESSION_START) return START_ROWS;
    const rows = [...START_ROWS];
    withToken(rows, 0, this.#vocabulary.tokenOf(previousOperation));
    return rows;
  }

  #stateBefore(network: ServingNetwork, observation: Observation): Float32Array {
    const { sessionKey, secondsSincePrevious } = observation;
    const goesOn = sessionKey !== undefined && secondsSincePrevious !== undefined;
    const session = goesOn ? this.#sessions.get(sessionKey) : undefined;
    if (session !== undefined) return session.state ?? network.stateAfter(session.rows);
    const rows = this.#rowsBefore(observation);
    return rows === START_ROWS ? this.#stateOfStart(network) : network.stateAfter(rows);
  }

  #networkProbability(
    network: ServingNetwork,
    session: OpenSession | undefined,
  ): (token: number) => number {
    const state =
      session === undefined
        ? this.#stateOfStart(network)
        : (session.state ?? network.stateAfter(session.rows));
    const probabilities = network.predict(state);
    const share = shareOfCalls(probabilities);
    return (token) => (network.known(token) === token ? (probabilities[token] ?? 0) / share : 0);
  }

  #markovProbability(
    session: OpenSession | undefined,
  ): (token: number, operation: string) => number {
    const last =
      session === undefined ? START_TOKEN : tokenIn(session.rows, session.rows.length / SLOTS - 1);
    const previous = this.#vocabulary.operationOf(last) ?? SESSION_START;
    return (_token, operation) => this.#markov.probability(previous, operation);
  }
}

/** In the order in which `restore` takes them. */
const COUNTS = [
  "generation",
  "sequences",
  "callsSinceFit",
  "fits",
  "pendingFit",
  "rejectedFits",
] as const;
