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
  /** At a moment T ahead a new session is this share of T old; undefined for an open one. */
  readonly ageShare: number | undefined;
}

/**
 * The calls a second that sessions are about to make, by rolling some of them forward through a network:
 * each next call is drawn from P(next | the session so far), after a pause that is drawn from an
 * exponential distribution with the mean of its operation. That a session ends is not drawn but weighed.
 *
 * Half of the imagined sessions are open ones, drawn systematically with a probability that falls with
 * their silence and weighed by its inverse (Horvitz and Thompson, JASA 47, 1952) and by the probability
 * that the session goes on: with c = P(next is a call), silent for a at a mean pause m,
 * c exp(-a / m) / (c exp(-a / m) + 1 - c). The others are new ones, of ages spread evenly over the time
 * ahead. A session that waits at a moment T makes calls of j at the rate P(j) / m. After 16 steps a
 * session stays as it is and ends at the rate (1 - c) / m.
 *
 * At most `sessions` times 16 steps of the network, however many moments are asked for.
 */
export class SessionRollouts {
  readonly #parts: RolloutParts;
  readonly #open: ImaginedSession[] = [];
  readonly #new: ImaginedSession[] = [];
  readonly #start: ImaginedSession;
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
    this.#start = this.#imagine(startState, undefined);
    const newCount = sessions - openCount;
    for (let index = 0; index < newCount; index += 1) {
      this.#new.push(this.#imagine(startState, (index + parts.random()) / newCount));
    }
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
    const { arrivalRate } = this.#parts;
    const rates = this.#start.next.map((probability) => arrivalRate * probability);
    for (const session of this.#open) this.#addRates(rates, session, secondsAhead, 1);
    const standsFor = (arrivalRate * secondsAhead) / this.#new.length;
    if (standsFor === 0) return rates;
    for (const session of this.#new) {
      this.#addRates(rates, session, secondsAhead * (session.ageShare ?? 0), standsFor);
    }
    return rates;
  }

  #addRates(
    rates: Float64Array,
    session: ImaginedSession,
    untilSeconds: number,
    standsFor: number,
  ): void {
    while (session.nextSeconds <= untilSeconds && session.steps < MAX_ROLLOUT_STEPS) {
      this.#takeCall(session);
    }
    const { weight, meanPauseSeconds, continuation, next } = session;
    const beyond = Math.max(0, untilSeconds - session.nextSeconds) / meanPauseSeconds;
    const rate = (standsFor * weight * Math.exp(-beyond * (1 - continuation))) / meanPauseSeconds;
    for (let token = 0; token < rates.length; token += 1) {
      rates[token] = (rates[token] ?? 0) + rate * (next[token] ?? 0);
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

  #imagine(state: Float32Array, ageShare: number | undefined): ImaginedSession {
    const session = {
      state: state.slice(),
      next: new Float64Array(this.#parts.network.probabilities.length),
      continuation: 1,
      meanPauseSeconds: 1,
      weight: 1,
      lastSeconds: undefined,
      nextSeconds: 0,
      steps: 0,
      ageShare,
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
        const imagined = this.#imagine(this.#stateOf(session), undefined);
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
