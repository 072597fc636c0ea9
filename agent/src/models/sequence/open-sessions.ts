import type { Json } from "../../core/index.js";
import { encodeFloats, SnapshotReader } from "../../core/snapshot-reader.js";
import { END_STEP, type CallStep } from "./call-step.js";
import { decodedSteps, encoded, makeRare, type CallSequence } from "./sequence-store.js";

/** Calls kept of a session; a longer one is learned from in stretches. */
export const STRETCH_CALLS = 64;

/** A session that goes on. */
export interface OpenSession {
  /** What was before, and each call since, at most {@link STRETCH_CALLS}; the last one waits for the next. */
  steps: CallSequence;
  lastSeconds: number;
  /** Of the network after all steps; undefined until it is asked for. */
  state: Float32Array | undefined;
}

/**
 * The sessions of one segment that go on, bounded: past the limit the one that was silent longest is
 * given up. What is over or given up is handed to `finished`, to be learned from.
 */
export class OpenSessions {
  readonly #maxSessions: number;
  readonly #gapSeconds: number;
  readonly #finished: (sequence: CallSequence) => void;
  /** In order of last use. */
  readonly #sessions = new Map<string, OpenSession>();

  constructor(maxSessions: number, gapSeconds: number, finished: (sequence: CallSequence) => void) {
    this.#maxSessions = maxSessions;
    this.#gapSeconds = gapSeconds;
    this.#finished = finished;
  }

  get size(): number {
    return this.#sessions.size;
  }

  get(key: string): OpenSession | undefined {
    return this.#sessions.get(key);
  }

  values(): Iterable<OpenSession> {
    return this.#sessions.values();
  }

  /** The session of this name, from its first call on: one that was open has ended. */
  begin(key: string, before: CallStep, nowSeconds: number): OpenSession {
    this.#end(key);
    if (this.#sessions.size >= this.#maxSessions) this.#giveUpOldest();
    const session = { steps: [before], lastSeconds: nowSeconds, state: undefined };
    this.#sessions.set(key, session);
    return session;
  }

  append(key: string, session: OpenSession, step: CallStep): void {
    session.steps.push(step);
    if (session.steps.length > STRETCH_CALLS) {
      this.#finished(session.steps);
      session.steps = [step];
    }
    // Its new place is at the end.
    this.#sessions.delete(key);
    this.#sessions.set(key, session);
  }

  /** Ends the sessions that were silent for too long. */
  expire(nowSeconds: number): void {
    for (const [key, { lastSeconds }] of this.#sessions) {
      if (nowSeconds - lastSeconds <= this.#gapSeconds) return;
      this.#end(key);
    }
  }

  /** What is known so far of sessions that go on; a copy. */
  stretches(): CallSequence[] {
    return [...this.#sessions.values()].flatMap(({ steps }) =>
      steps.length > 1 ? [[...steps]] : [],
    );
  }

  /** Tokens that mean another operation from now on become the rare one. */
  makeRare(tokens: ReadonlySet<number>): void {
    for (const { steps } of this.#sessions.values()) makeRare(steps, tokens);
  }

  snapshot(): Json {
    return [...this.#sessions].map(([key, { steps, lastSeconds, state }]) => [
      key,
      encoded(steps),
      lastSeconds,
      state === undefined ? "" : encodeFloats(state),
    ]);
  }

  /** Tokens must be below `tokens`; `stateLength`: 0 without a network. */
  restore(reader: SnapshotReader, tokens: number, stateLength: number): void {
    const sessions = reader.items(this.#maxSessions).map((item): [string, OpenSession] => {
      const [key, first, seconds, last] = item.tuple(4);
      const steps = decodedSteps(first ?? item, tokens);
      if (steps.length < 1 || steps.length > STRETCH_CALLS) {
        item.refuse(`1 to ${STRETCH_CALLS} steps`);
      }
      const hasState = stateLength > 0 && last?.string() !== "";
      const session = {
        steps,
        lastSeconds: (seconds ?? item).number(),
        state: hasState ? (last ?? item).float32s(stateLength) : undefined,
      };
      return [(key ?? item).string(), session];
    });
    this.#sessions.clear();
    for (const [key, session] of sessions) this.#sessions.set(key, session);
  }

  #end(key: string): void {
    const session = this.#sessions.get(key);
    if (session === undefined) return;
    this.#sessions.delete(key);
    session.steps.push(END_STEP);
    this.#finished(session.steps);
  }

  /** It has not ended, so nothing is known of its end. */
  #giveUpOldest(): void {
    const oldest = this.#sessions.entries().next();
    if (oldest.done === true) return;
    const [key, session] = oldest.value;
    this.#sessions.delete(key);
    if (session.steps.length > 1) this.#finished(session.steps);
  }
}
