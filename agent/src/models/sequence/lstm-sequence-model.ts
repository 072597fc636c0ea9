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
  type MomentAhead,
  type Observation,
} from "../../core/index.js";
import { SnapshotReader } from "../../core/snapshot-reader.js";
import { START_STEP, stepOf, tokenOf, withToken, type CallStep } from "./call-step.js";
import { bitsOf, bitsOfCall, shareOfCalls, temper } from "./call-surprise.js";
import { likelyOperations, type LikelyOperation } from "./likely-operations.js";
import { filledOptions, type LstmSequenceOptions } from "./lstm-sequence-options.js";
import { MARKOV_FORMAT, MarkovSequenceModel } from "./markov.js";
import { OpenSessions, type OpenSession } from "./open-sessions.js";
import { SequenceTraining } from "./sequence-training.js";
import { ServingNetwork } from "./serving-network.js";
import { SessionOutlook } from "./session-outlook.js";
import { RecentSurprise, type SurpriseDrift } from "./surprise-drift.js";
import { END_TOKEN, RARE_TOKEN, Vocabulary } from "./vocabulary.js";

/** What a network gives in place of the Markov chain. */
const SURPRISE: readonly DriftCause[] = ["call_sequence"];
const SNAPSHOT_FORMAT = "lstm-sequence-3";

export type { LstmSequenceOptions } from "./lstm-sequence-options.js";

/**
 * Which call comes next in a session, from all calls before it: an LSTM over operations, argument shapes,
 * pauses and statuses ({@link ServingNetwork}), whose state is carried along with each session. After Du,
 * Li, Zheng and Srikumar, "DeepLog", CCS 2017.
 *
 * Deviations: `call_sequence` is the surprise -log2 P(operation | the session so far, and that a call
 * comes), in bits, at most 20; `timing` is that of {@link MarkovSequenceModel}. Until a network is
 * trained and does better than a chain of the same order 1 on sequences held back from it, the Markov chain
 * gives the surprise too; `servedBy` says which. When another begins to serve, the distribution of
 * `call_sequence` changes, which `adopt` tells: a reference of former surprises holds no longer.
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
  readonly #training: SequenceTraining;
  readonly #sessions: OpenSessions;
  readonly #recent = new RecentSurprise();
  readonly #outlook = new SessionOutlook();
  #network: ServingNetwork | undefined;
  #startState: Float32Array | undefined;
  #generation = 0;
  /** What `score` found for the call that `learn` gets next. */
  #lastScored: { observation: Observation; bits: number } | undefined;

  /** Throws a RangeError when the units are no multiple of 4 or a limit is below 1. */
  constructor(options: LstmSequenceOptions = {}) {
    const filled = filledOptions(options);
    this.#options = filled;
    this.#markov = new MarkovSequenceModel(filled);
    this.#vocabulary = new Vocabulary(filled.maxOperations);
    this.#training = new SequenceTraining(filled);
    this.#sessions = new OpenSessions(
      filled.maxSessions,
      filled.sessionGapSeconds,
      this.#training.keep,
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
    return this.#training.rejectedFits;
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
    const scored = this.#lastScored;
    if (scored?.observation === observation) return scored.bits;
    const markovBits = this.#markov.bits(observation);
    const network = this.#network;
    if (network === undefined || Number.isNaN(markovBits)) return markovBits;
    const probabilities = network.predict(this.#stateBefore(network, observation));
    const token = this.#vocabulary.tokenOf(observation.call.operation);
    return bitsOfCall(probabilities, network.known(token));
  }

  learn(observation: Observation): void {
    const { call, sessionKey, secondsSincePrevious } = observation;
    if (this.#network !== undefined) {
      const bits = this.bits(observation);
      if (!Number.isNaN(bits)) this.#recent.add(bits);
    }
    this.#lastScored = undefined;
    this.#outlook.clear();
    this.#markov.learn(observation);
    const token = this.#vocabulary.learn(call.operation);
    if (sessionKey === undefined) return;
    this.#training.countCall(call.timeSeconds);
    this.#sessions.expire(call.timeSeconds);
    const open = secondsSincePrevious === undefined ? undefined : this.#sessions.get(sessionKey);
    const session =
      open ?? this.#sessions.begin(sessionKey, this.#stepBefore(observation), call.timeSeconds);
    if (observation.previousOperation === SESSION_START) this.#outlook.begin(call.timeSeconds);
    const network = this.#network;
    if (network !== undefined) session.state ??= network.stateAfter(session.steps);
    session.lastSeconds = Math.max(session.lastSeconds, call.timeSeconds);
    const step = stepOf(call, token, secondsSincePrevious);
    if (network !== undefined && session.state !== undefined) network.advance(session.state, step);
    this.#sessions.append(sessionKey, session, step);
  }

  status(): ModelStatus {
    return this.#markov.status();
  }

  /**
   * The operations that are most likely to come next in a session, most likely first; a session that is
   * not known is about to begin.
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
    return ready(likelyOperations(this.#vocabulary, probability, count));
  }

  /** See {@link SessionOutlook}; undefined until a network serves. */
  expectedRates(moment: MomentAhead, sessions: number): ReadonlyMap<string, number> | undefined {
    const network = this.#network;
    if (network === undefined) return undefined;
    return this.#outlook.rates(moment, sessions, this.#vocabulary, () => ({
      network,
      open: this.#sessions.values(),
      vocabulary: this.#vocabulary,
      sessionGapSeconds: this.#options.sessionGapSeconds,
      meanPauseSeconds: (operation) => this.#markov.meanPauseSeconds(operation),
      random: seededRandom((this.#options.seed + Math.round(moment.nowSeconds)) >>> 0),
    }));
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
      network.advance(state, stepOf(call, token, secondsSincePrevious));
    }
    bits[observations.length] = bitsOfNext(END_TOKEN);
    return bits;
  }

  /** Whether an operation has a number: one without was not seen, or not often. */
  knows(operation: string): boolean {
    return this.#vocabulary.tokenOf(operation) !== RARE_TOKEN;
  }

  dueFit(): FitJob | undefined {
    const [vocabulary, sessions, network] = [this.#vocabulary, this.#sessions, this.#network];
    return this.#training.dueFit({ vocabulary, sessions, network });
  }

  adopt(result: FitResult): readonly DriftCause[] {
    const accepted = this.#training.accepted(result);
    if (accepted === undefined) return [];
    this.#serve(new ServingNetwork(accepted.weights, accepted.heldBack));
    this.#generation += 1;
    this.#recent.clear();
    // Each is followed again from what is kept of it, when its next call comes.
    for (const session of this.#sessions.values()) session.state = undefined;
    return SURPRISE;
  }

  /** Trained on its own sequences only, from the weights that serve on. */
  fork(): LstmSequenceModel {
    const forked = new LstmSequenceModel(this.#options);
    forked.#vocabulary.restore(new SnapshotReader(this.#vocabulary.snapshot(), "vocabulary"));
    forked.#markov.restore(this.#markov.snapshot());
    forked.#serve(this.#network?.fork());
    forked.#generation = this.#generation;
    return forked;
  }

  snapshot(): Json {
    return {
      format: SNAPSHOT_FORMAT,
      units: this.#options.units,
      markov: this.#markov.snapshot(),
      vocabulary: this.#vocabulary.snapshot(),
      training: this.#training.snapshot(),
      sessions: this.#sessions.snapshot(),
      network: this.#network === undefined ? [] : [this.#network.snapshot()],
      recent: this.#recent.snapshot(),
      outlook: this.#outlook.snapshot(),
      generation: this.#generation,
    };
  }

  restore(snapshot: Json): void {
    const reader = new SnapshotReader(snapshot, "sequence");
    if (reader.field("format").json() === MARKOV_FORMAT) {
      this.#restoreMarkov(reader);
      return;
    }
    reader.field("format").equals(SNAPSHOT_FORMAT);
    reader.field("units").equals(this.#options.units);
    const generation = reader.field("generation").count();
    this.#vocabulary.restore(reader.field("vocabulary"));
    const tokens = this.#vocabulary.size;
    const [network] = reader
      .field("network")
      .items(1)
      .map((item) => ServingNetwork.from(item, this.#options.units, tokens));
    this.#training.restore(reader.field("training"), tokens);
    this.#sessions.restore(reader.field("sessions"), tokens, network?.kernel.stateLength ?? 0);
    this.#recent.restore(reader.field("recent"));
    this.#outlook.restore(reader.field("outlook"));
    this.#markov.restoreFrom(reader.field("markov"));
    this.#serve(network);
    this.#generation = generation;
  }

  /** Of a version that had no network: what it knows is kept, and the rest starts anew. */
  #restoreMarkov(reader: SnapshotReader): void {
    const anew = new LstmSequenceModel(this.#options).snapshot() as Readonly<Record<string, Json>>;
    this.restore({ ...anew, markov: reader.json() });
  }

  #serve(network: ServingNetwork | undefined): void {
    this.#network = network;
    this.#startState = undefined;
    this.#lastScored = undefined;
    this.#outlook.clear();
  }

  #stateOfStart(network: ServingNetwork): Float32Array {
    this.#startState ??= network.stateAfter([START_STEP]);
    return this.#startState;
  }

  /** What was before the first call that is known of a session. */
  #stepBefore({ previousOperation }: Observation): CallStep {
    return previousOperation === SESSION_START
      ? START_STEP
      : withToken(START_STEP, this.#vocabulary.tokenOf(previousOperation));
  }

  #stateBefore(network: ServingNetwork, observation: Observation): Float32Array {
    const { sessionKey, secondsSincePrevious } = observation;
    const goesOn = sessionKey !== undefined && secondsSincePrevious !== undefined;
    const session = goesOn ? this.#sessions.get(sessionKey) : undefined;
    if (session !== undefined) return session.state ?? network.stateAfter(session.steps);
    const step = this.#stepBefore(observation);
    return step === START_STEP ? this.#stateOfStart(network) : network.stateAfter([step]);
  }

  #networkProbability(
    network: ServingNetwork,
    session: OpenSession | undefined,
  ): (token: number) => number {
    const state =
      session === undefined
        ? this.#stateOfStart(network)
        : (session.state ?? network.stateAfter(session.steps));
    const probabilities = network.predict(state);
    const share = shareOfCalls(probabilities);
    return (token) => (network.known(token) === token ? (probabilities[token] ?? 0) / share : 0);
  }

  #markovProbability(
    session: OpenSession | undefined,
  ): (token: number, operation: string) => number {
    const last = session?.steps.at(-1) ?? START_STEP;
    const previous = this.#vocabulary.operationOf(tokenOf(last)) ?? SESSION_START;
    return (_token, operation) => this.#markov.probability(previous, operation);
  }
}
