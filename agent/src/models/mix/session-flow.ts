import { SESSION_START, type Json, type Moments } from "../../core/index.js";
import { encodeFloats, type SnapshotReader } from "../../core/snapshot-reader.js";
import { factorize, solve } from "./elimination.js";
import { nonNegative, normalize } from "./recent-mix.js";
import type { OperationSlots } from "./operation-slots.js";

/** How sessions go on changes slowly. */
const HABIT_HALF_LIFE_SECONDS = 6 * 3600;
/** How many begin changes with the load. */
const ARRIVAL_HALF_LIFE_SECONDS = 300;
/** Transitions and pauses from the mean of all operations that an operation begins with. */
const PRIOR_COUNT = 2;
/** Steps to a horizon; with more the result hardly changes. */
const STEPS = 16;
/** Shorter pauses are one beat for whoever looks minutes ahead. */
const LEAST_PAUSE_SECONDS = 0.1;
/** Sessions that never end would pile up. */
const MAX_CONTINUATION = 0.999;

/** What a window tells of sessions. */
export interface SessionMovements {
  /** from -> to -> count; `from` may be SESSION_START. */
  readonly transitions: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Seconds between two calls of a session, by the operation of the first. */
  readonly pauseSeconds: ReadonlyMap<string, Moments>;
}

/**
 * What the sessions that go on are about to do: an open network of queues, one for each place. A session
 * waits after operation i for a time of mean T_i (exponential), and then calls j with probability K_ij;
 * after a call of j it goes on with probability c_j. New sessions begin with j at rate a_j. Of the sessions
 * that go on, L_j wait after j:
 *
 * calls of j a second: r_j = sum over i of L_i K_ij / T_i + a_j;   dL_j/dt = c_j r_j - L_j / T_j.
 *
 * L is known without following any session: a call at age t goes on and has not yet done so with
 * probability c exp(-t / T). The equations are solved by 16 implicit Euler steps, which keep L positive.
 * K, c and T are counted with a half-life of 6 h, arrivals with one of 5 minutes.
 * Source: Jackson, "Networks of Waiting Lines", Operations Research 5(4), 1957 (with servers enough for all).
 */
export class SessionFlow {
  readonly #places: number;
  readonly #windowSeconds: number;
  readonly #habitDiscount: number;
  readonly #arrivalDiscount: number;
  readonly #calls: Float64Array;
  /** from x to. */
  readonly #transitions: Float64Array;
  readonly #pauses: Float64Array;
  readonly #pauseSeconds: Float64Array;
  /** Discounted sessions begun, by place, and the discounted seconds in which they did. */
  readonly #arrivals: Float64Array;
  #arrivalSeconds = 0;
  readonly #waiting: Float64Array;
  // What follows from these, computed once a window.
  readonly #continuations: Float64Array;
  readonly #next: Float64Array;
  readonly #meanPauses: Float64Array;
  readonly #matrix: Float64Array;
  readonly #state: Float64Array;

  constructor(places: number, windowSeconds: number) {
    this.#places = places;
    this.#windowSeconds = windowSeconds;
    this.#habitDiscount = 2 ** (-windowSeconds / HABIT_HALF_LIFE_SECONDS);
    this.#arrivalDiscount = 2 ** (-windowSeconds / ARRIVAL_HALF_LIFE_SECONDS);
    const vector = (): Float64Array => new Float64Array(places);
    this.#calls = vector();
    this.#transitions = new Float64Array(places * places);
    this.#pauses = vector();
    this.#pauseSeconds = vector();
    this.#arrivals = vector();
    this.#waiting = vector();
    this.#continuations = vector();
    this.#next = new Float64Array(places * places);
    this.#meanPauses = vector().fill(LEAST_PAUSE_SECONDS);
    this.#matrix = new Float64Array(places * places);
    this.#state = vector();
  }

  learn(calls: Float64Array, movements: SessionMovements, slots: OperationSlots): void {
    const habit = this.#habitDiscount;
    scale(this.#calls, habit);
    scale(this.#transitions, habit);
    scale(this.#pauses, habit);
    scale(this.#pauseSeconds, habit);
    scale(this.#arrivals, this.#arrivalDiscount);
    this.#arrivalSeconds = this.#arrivalSeconds * this.#arrivalDiscount + this.#windowSeconds;
    for (let place = 0; place < this.#places; place += 1) {
      add(this.#calls, place, calls[place] ?? 0);
    }
    for (const [from, counts] of movements.transitions) {
      const isStart = from === SESSION_START;
      const row = slots.placeOf(from) * this.#places;
      for (const [to, count] of counts) {
        if (isStart) add(this.#arrivals, slots.placeOf(to), count);
        else add(this.#transitions, row + slots.placeOf(to), count);
      }
    }
    for (const [from, { count, sum }] of movements.pauseSeconds) {
      const place = slots.placeOf(from);
      add(this.#pauses, place, count);
      add(this.#pauseSeconds, place, sum);
    }
    this.#derive();
    this.#follow(calls);
  }

  /** Nothing is known of the operation that has this place now. */
  clearPlace(place: number): void {
    for (const values of [this.#calls, this.#pauses, this.#pauseSeconds, this.#arrivals]) {
      values[place] = 0;
    }
    this.#waiting[place] = 0;
    for (let other = 0; other < this.#places; other += 1) {
      this.#transitions[place * this.#places + other] = 0;
      this.#transitions[other * this.#places + place] = 0;
    }
    this.#derive();
  }

  /** Writes the shares of the calls `seconds` ahead from `offset` on; NaN while no call is expected. */
  writeShares(seconds: number, shares: Float64Array, offset: number): void {
    const places = this.#places;
    const step = seconds / STEPS;
    const state = this.#state;
    const matrix = this.#matrix;
    for (let to = 0; to < places; to += 1) {
      const continuation = this.#continuations[to] ?? 0;
      for (let from = 0; from < places; from += 1) {
        const rate = (this.#next[from * places + to] ?? 0) / (this.#meanPauses[from] ?? 1);
        matrix[to * places + from] = -step * continuation * rate;
      }
      add(matrix, to * places + to, 1 + step / (this.#meanPauses[to] ?? 1));
    }
    factorize(matrix, places);
    state.set(this.#waiting);
    for (let count = 0; count < STEPS; count += 1) {
      for (let place = 0; place < places; place += 1) {
        add(state, place, step * (this.#continuations[place] ?? 0) * this.#arrivalRate(place));
      }
      solve(matrix, places, state);
    }
    for (let to = 0; to < places; to += 1) {
      let rate = this.#arrivalRate(to);
      for (let from = 0; from < places; from += 1) {
        const leaving = (state[from] ?? 0) / (this.#meanPauses[from] ?? 1);
        rate += leaving * (this.#next[from * places + to] ?? 0);
      }
      shares[offset + to] = Math.max(0, rate);
    }
    normalize(shares, offset, places);
  }

  snapshot(): Json {
    return {
      calls: encodeFloats(this.#calls),
      transitions: encodeFloats(this.#transitions),
      pauses: encodeFloats(this.#pauses),
      pauseSeconds: encodeFloats(this.#pauseSeconds),
      arrivals: encodeFloats(this.#arrivals),
      arrivalSeconds: this.#arrivalSeconds,
      waiting: encodeFloats(this.#waiting),
    };
  }

  restore(reader: SnapshotReader): void {
    const parts = [
      ["calls", this.#calls],
      ["transitions", this.#transitions],
      ["pauses", this.#pauses],
      ["pauseSeconds", this.#pauseSeconds],
      ["arrivals", this.#arrivals],
      ["waiting", this.#waiting],
    ] as const;
    const read = parts.map(([name, { length }]) => nonNegative(reader.field(name), length));
    this.#arrivalSeconds = reader.field("arrivalSeconds").nonNegative();
    parts.forEach(([, values], index) => {
      values.set(read[index] ?? values);
    });
    this.#derive();
  }

  #arrivalRate(place: number): number {
    return this.#arrivalSeconds > 0 ? (this.#arrivals[place] ?? 0) / this.#arrivalSeconds : 0;
  }

  /** Continuations, next operations and pauses, each drawn to the mean of all a little. */
  #derive(): void {
    const places = this.#places;
    const calls = total(this.#calls);
    const transitions = total(this.#transitions);
    const meanPause = total(this.#pauseSeconds) / Math.max(total(this.#pauses), Number.MIN_VALUE);
    const usual = calls > 0 ? Math.min(1, transitions / calls) : 0;
    for (let from = 0; from < places; from += 1) {
      const row = from * places;
      const followed = total(this.#transitions, row, places);
      const continued = (followed + PRIOR_COUNT * usual) / ((this.#calls[from] ?? 0) + PRIOR_COUNT);
      this.#continuations[from] = Math.min(MAX_CONTINUATION, continued);
      for (let to = 0; to < places; to += 1) {
        const share = calls > 0 ? (this.#calls[to] ?? 0) / calls : 0;
        const counted = (this.#transitions[row + to] ?? 0) + PRIOR_COUNT * share;
        this.#next[row + to] = counted / (followed + PRIOR_COUNT);
      }
      const waited = (this.#pauseSeconds[from] ?? 0) + PRIOR_COUNT * meanPause;
      const pause = waited / ((this.#pauses[from] ?? 0) + PRIOR_COUNT);
      this.#meanPauses[from] = Math.max(LEAST_PAUSE_SECONDS, pause);
    }
  }

  /** Takes the waiting sessions one window on, with those that called in it, at any time of it. */
  #follow(calls: Float64Array): void {
    for (let place = 0; place < this.#places; place += 1) {
      const pause = this.#meanPauses[place] ?? LEAST_PAUSE_SECONDS;
      const windows = this.#windowSeconds / pause;
      const stay = Math.exp(-windows);
      const goOn = (this.#continuations[place] ?? 0) * (calls[place] ?? 0);
      this.#waiting[place] = (this.#waiting[place] ?? 0) * stay + (goOn * (1 - stay)) / windows;
    }
  }
}

function add(values: Float64Array, at: number, value: number): void {
  values[at] = (values[at] ?? 0) + value;
}

function scale(values: Float64Array, factor: number): void {
  for (let at = 0; at < values.length; at += 1) values[at] = (values[at] ?? 0) * factor;
}

function total(values: Float64Array, from = 0, length = values.length): number {
  let sum = 0;
  for (let at = from; at < from + length; at += 1) sum += values[at] ?? 0;
  return sum;
}
