import type { Json } from "../../core/index.js";
import { encodeFloats, SnapshotReader } from "../../core/snapshot-reader.js";
import { SLOTS, tokenIn, withToken } from "./call-rows.js";
import { decoded, encoded, type CallSequence } from "./sequence-store.js";
import { END_TOKEN, RARE_TOKEN } from "./vocabulary.js";

/** Calls kept of a session; a longer one is learned from in stretches. */
const STRETCH_CALLS = 64;

/** A session that goes on. The rows of its last step wait for what comes next. */
export interface OpenSession {
  /** `SLOTS` rows for each target, and those of the last step. */
  rows: number[];
  targets: number[];
  lastSeconds: number;
  /** Of the network after all rows; undefined until it is asked for. */
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
  begin(key: string, rows: readonly number[], nowSeconds: number): OpenSession {
    this.#end(key);
    if (this.#sessions.size >= this.#maxSessions) this.#giveUpOldest();
    const session = { rows: [...rows], targets: [], lastSeconds: nowSeconds, state: undefined };
    this.#sessions.set(key, session);
    return session;
  }

  /** Adds a call to a session: what came, and what is present from then on. */
  append(key: string, session: OpenSession, target: number, rows: readonly number[]): void {
    session.targets.push(target);
    for (const row of rows) session.rows.push(row);
    if (session.targets.length >= STRETCH_CALLS) {
      this.#finished(stretchOf(session));
      session.rows = session.rows.slice(-SLOTS);
      session.targets = [];
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
    return [...this.#sessions.values()].filter(({ targets }) => targets.length > 0).map(stretchOf);
  }

  /** Tokens that mean another operation from now on become the rare one. */
  makeRare(tokens: ReadonlySet<number>): void {
    if (tokens.size === 0) return;
    for (const { rows, targets } of this.#sessions.values()) {
      for (let step = 0; step < rows.length / SLOTS; step += 1) {
        if (tokens.has(tokenIn(rows, step))) withToken(rows, step, RARE_TOKEN);
      }
      targets.forEach((token, step) => {
        if (tokens.has(token)) targets[step] = RARE_TOKEN;
      });
    }
  }

  snapshot(): Json {
    return [...this.#sessions].map(([key, { rows, targets, lastSeconds, state }]) => [
      key,
      encoded(rows),
      encoded(targets),
      lastSeconds,
      state === undefined ? "" : encodeFloats(state),
    ]);
  }

  /** `rows`, `tokens`: numbers below which they must be; `stateLength`: 0 without a network. */
  restore(reader: SnapshotReader, rows: number, tokens: number, stateLength: number): void {
    const sessions = reader.items(this.#maxSessions).map((item): [string, OpenSession] => {
      const [key, first, second, seconds, last] = item.tuple(5);
      const targets = decoded(second ?? item, tokens);
      const present = decoded(first ?? item, rows);
      if (present.length !== (targets.length + 1) * SLOTS || targets.length >= STRETCH_CALLS) {
        item.refuse(`${SLOTS} rows a step and fewer than ${STRETCH_CALLS} calls`);
      }
      const hasState = stateLength > 0 && last?.string() !== "";
      const session = {
        rows: present,
        targets,
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
    this.#finished({ rows: session.rows, targets: [...session.targets, END_TOKEN] });
  }

  /** It has not ended, so nothing is known of its end. */
  #giveUpOldest(): void {
    const oldest = this.#sessions.entries().next();
    if (oldest.done === true) return;
    const [key, session] = oldest.value;
    this.#sessions.delete(key);
    if (session.targets.length > 0) this.#finished(stretchOf(session));
  }
}

/** What is known of a session that goes on: the rows of its last step have no target yet. */
function stretchOf({ rows, targets }: OpenSession): CallSequence {
  return { rows: rows.slice(0, targets.length * SLOTS), targets: [...targets] };
}
