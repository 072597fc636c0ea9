import type { Random } from "../../core/index.js";
import { plainStep, START_STEP, tokenOf, withPause, type CallStep } from "./call-step.js";
import { shareOfCalls } from "./call-surprise.js";
import type { OpenSession } from "./open-sessions.js";
import type { ServingNetwork } from "./serving-network.js";
import { END_TOKEN, START_TOKEN } from "./vocabulary.js";

/** Steps of one imagined session: 17 microseconds each. With its last state it then goes on. */
export const MAX_ROLLOUT_STEPS = 16;
/** Of a session whose state is not known, since another network serves, so many last calls are read. */
const READ_STEPS = 16;
/** However long a session was silent, it is drawn with this probability beside one that just called. */
const LEAST_DRAW = 0.05;
/** Half of the imagined sessions are open ones, the others new. */
const OPEN_SHARE = 0.5;

export interface RolloutParts {
  readonly network: ServingNetwork;
  /** Those that go on, whose last call is not after `nowSeconds`. */
  readonly open: Iterable<OpenSession>;
  readonly nowSeconds: number;
  /** New sessions a second. */
  readonly arrivalRate: number;
  /** From a call of this token to the next of its session, positive. */
  readonly meanPauseSeconds: (token: number) => number;
  readonly random: Random;
}

/** One of the sessions that are rolled forward. */
interface ImaginedSession {
  readonly state: Float32Array;
  /** P(next call), given that there is one, by token; 0 for what is no call. */
  readonly next: Float64Array;
  /** P(there is a next call). */
  continuation: number;
  meanPauseSeconds: number;
  /** Sessions that it stands for, times the probability that it has not ended. */
  weight: number;
  /** Undefined before the first call of a new one. */
  lastSeconds: number | undefined;
  /** From now on, or for a new session from its beginning. */
  nextSeconds: number;
  steps: number;
}

/**
 * The calls a second that sessions are about to make, by rolling some of them forward through a network:
 * each next call is drawn from P(next | the session so far), after a pause that is drawn from an
 * exponential distribution with the mean of its operation. That a session ends is not drawn but weighed.
 *
 * Half of the imagined sessions are open ones, drawn systematically with a probability that falls with
 * their silence and weighed by its inverse (Horvitz and Thompson, JASA 47, 1952) and by the probability
 * that the session goes on: with c = P(next is a call), silent for a at a mean pause m,
 * c exp(-a / m) / (c exp(-a / m) + 1 - c). One that waits at a moment T calls j at the rate P(j) / m. The
 * others are new ones: as they begin at a constant rate, at T they call j at that rate times the calls of
 * j that one makes in its first T seconds. After 16 steps a session stays as it is and ends at the rate
 * (1 - c) / m.
 *
 * At most `sessions` times 16 steps of the network, however many moments are asked for.
 */
export class SessionRollouts {
  readonly #parts: RolloutParts;
  readonly #open: ImaginedSession[] = [];
  readonly #new: ImaginedSession[] = [];
  /** Calls of all new ones by the moment reached, each step weighed, by token. */
  readonly #newCalls: Float64Array;
  /** The arguments and status of each operation as last seen in a session that was drawn. */
  readonly #usualSteps = new Map<number, CallStep>();
  #reachedSeconds = 0;

  /** Throws a RangeError when there are fewer than 2 sessions. */
  constructor(parts: RolloutParts, sessions: number) {
    if (!(sessions >= 2)) throw new RangeError(`sessions must be at least 2, got ${sessions}`);
    this.#parts = parts;
    const openCount = Math.floor(sessions * OPEN_SHARE);
    this.#drawOpen(openCount);
    const startState = parts.network.stateAfter([START_STEP]);
    this.#newCalls = new Float64Array(parts.network.probabilities.length);
    while (this.#new.length < sessions - openCount) this.#new.push(this.#imagine(startState));
  }

  /** The latest moment that was asked for: an earlier one can't be. */
  get reachedSeconds(): number {
    return this.#reachedSeconds;
  }

  /** Calls a second at a moment ahead, by token. Throws a RangeError when it is before the last one. */
  ratesAt(secondsAhead: number): Float64Array {
    if (!(secondsAhead >= this.#reachedSeconds)) {
      throw new RangeError(`secondsAhead must be at least ${this.#reachedSeconds}`);
    }
    this.#reachedSeconds = secondsAhead;
    const rates = new Float64Array(this.#newCalls.length);
    for (const session of this.#new) {
      this.#follow(session, secondsAhead, this.#newCalls);
      addTo(rates, session.next, callsBeyond(session, secondsAhead));
    }
    const scale = this.#parts.arrivalRate / this.#new.length;
    for (let token = 0; token < rates.length; token += 1) {
      rates[token] = scale * ((rates[token] ?? 0) + (this.#newCalls[token] ?? 0));
    }
    for (const session of this.#open) {
      this.#follow(session, secondsAhead);
      addTo(rates, session.next, rateBeyond(session, secondsAhead));
    }
    return rates;
  }

  /** Takes the steps that come until then, and adds what was expected of each to `calls`. */
  #follow(session: ImaginedSession, untilSeconds: number, calls?: Float64Array): void {
    while (session.nextSeconds <= untilSeconds && session.steps < MAX_ROLLOUT_STEPS) {
      if (calls !== undefined) addTo(calls, session.next, session.weight);
      this.#takeCall(session);
    }
  }

  #takeCall(session: ImaginedSession): void {
    const { random, meanPauseSeconds, network } = this.#parts;
    const { lastSeconds, nextSeconds } = session;
    const token = draw(session.next, random());
    const pause = lastSeconds === undefined ? undefined : nextSeconds - lastSeconds;
    const usual = this.#usualSteps.get(token) ?? plainStep(token);
    network.advance(session.state, withPause(usual, pause));
    this.#foresee(session);
    session.weight *= session.continuation;
    session.meanPauseSeconds = meanPauseSeconds(token);
    session.lastSeconds = nextSeconds;
    session.nextSeconds = nextSeconds + exponential(session.meanPauseSeconds, random());
    session.steps += 1;
  }

  #imagine(state: Float32Array): ImaginedSession {
    const session = {
      state: state.slice(),
      next: new Float64Array(this.#parts.network.probabilities.length),
      continuation: 1,
      meanPauseSeconds: 1,
      weight: 1,
      lastSeconds: undefined,
      nextSeconds: 0,
      steps: 0,
    };
    this.#foresee(session);
    return session;
  }

  #foresee(session: ImaginedSession): void {
    const { next, state } = session;
    next.set(this.#parts.network.predict(state));
    session.continuation = shareOfCalls(next);
    next[START_TOKEN] = 0;
    next[END_TOKEN] = 0;
    for (let token = 0; token < next.length; token += 1) {
      next[token] = (next[token] ?? 0) / session.continuation;
    }
  }

  #drawOpen(count: number): void {
    const { open, nowSeconds, meanPauseSeconds, random } = this.#parts;
    const known = [...open].map((session) => {
      const silence = Math.max(0, nowSeconds - session.lastSeconds);
      const meanPause = meanPauseSeconds(tokenOf(session.steps.at(-1) ?? START_STEP));
      // Never quite 0, so that a session that can only go on does.
      const waits = Math.max(Number.MIN_VALUE, Math.exp(-silence / meanPause));
      return { session, silence, meanPause, waits, draw: LEAST_DRAW + (1 - LEAST_DRAW) * waits };
    });
    const step = known.reduce((sum, { draw: probability }) => sum + probability, 0) / count;
    let until = random() * step;
    let passed = 0;
    for (const { session, silence, meanPause, waits, draw: probability } of known) {
      passed += probability;
      for (; until < passed && this.#open.length < count; until += step) {
        this.#learnSteps(session.steps);
        const imagined = this.#imagine(this.#stateOf(session));
        const goesOn = imagined.continuation * waits;
        imagined.weight = ((step / probability) * goesOn) / (goesOn + 1 - imagined.continuation);
        imagined.meanPauseSeconds = meanPause;
        imagined.lastSeconds = -silence;
        imagined.nextSeconds = exponential(meanPause, random());
        this.#open.push(imagined);
      }
    }
  }

  #stateOf({ state, steps }: OpenSession): Float32Array {
    return state ?? this.#parts.network.stateAfter(steps.slice(-READ_STEPS));
  }

  #learnSteps(steps: readonly CallStep[]): void {
    for (const step of steps) this.#usualSteps.set(this.#parts.network.known(tokenOf(step)), step);
  }
}

/** Calls a second at a moment: fewer the longer it is since a session's last step. */
function rateBeyond(session: ImaginedSession, seconds: number): number {
  const { weight, meanPauseSeconds, continuation, nextSeconds } = session;
  const pauses = Math.max(0, seconds - nextSeconds) / meanPauseSeconds;
  return (weight * Math.exp(-pauses * (1 - continuation))) / meanPauseSeconds;
}

/** Calls until a moment after the last step: the next one, and those that may follow it. */
function callsBeyond(session: ImaginedSession, seconds: number): number {
  const { weight, meanPauseSeconds, continuation, nextSeconds } = session;
  if (seconds < nextSeconds) return 0;
  const pauses = (seconds - nextSeconds) / meanPauseSeconds;
  const ending = 1 - continuation;
  const more = ending > 0 ? -Math.expm1(-pauses * ending) / ending : pauses;
  return weight * (1 + continuation * more);
}

function addTo(sums: Float64Array, values: Float64Array, factor: number): void {
  for (let place = 0; place < sums.length; place += 1) {
    sums[place] = (sums[place] ?? 0) + factor * (values[place] ?? 0);
  }
}

/** The place at which the running sum of probabilities passes a number in [0, 1). */
function draw(probabilities: Float64Array, uniform: number): number {
  let left = uniform;
  let last = 0;
  for (let place = 0; place < probabilities.length; place += 1) {
    const probability = probabilities[place] ?? 0;
    if (probability === 0) continue;
    left -= probability;
    if (left < 0) return place;
    last = place;
  }
  // Rounding may leave a rest.
  return last;
}

function exponential(mean: number, uniform: number): number {
  return -mean * Math.log1p(-uniform);
}
