import type { Call, Json, Persistent } from "../core/index.js";
import { SESSION_START } from "../core/index.js";

export interface SessionTrackerOptions {
  /** A caller who is silent for longer begins a new session, seconds. */
  readonly sessionGapSeconds: number;
  /** Past this many open sessions the one that was silent longest is forgotten. */
  readonly maxSessions: number;
}

interface Session {
  lastOperation: string;
  lastSeconds: number;
}

/** Where a call stands in its session. */
export interface SessionPlace {
  readonly previousOperation: string;
  readonly secondsSincePrevious: number | undefined;
}

/** Of a session, or of a caller who is unknown, so that nothing is known before. */
const FIRST_CALL: SessionPlace = {
  previousOperation: SESSION_START,
  secondsSincePrevious: undefined,
};

/**
 * Follows each session of one workload, from call to call, in the order of event time. A session is the
 * one given, else the calls of an actor without a long silence between them.
 */
export class SessionTracker implements Persistent {
  readonly #options: SessionTrackerOptions;
  /** In order of last use: the first one was silent longest. */
  readonly #sessions = new Map<string, Session>();
  #forgotten = 0;

  constructor(options: SessionTrackerOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Sessions forgotten because there were too many. */
  get forgotten(): number {
    return this.#forgotten;
  }

  place(call: Call): SessionPlace {
    const key = sessionKey(call);
    if (key === undefined) return FIRST_CALL;
    const session = this.#sessions.get(key);
    if (session === undefined) {
      this.#sessions.set(key, { lastOperation: call.operation, lastSeconds: call.timeSeconds });
      if (this.#sessions.size > this.#options.maxSessions) this.#forgetOldest();
      return FIRST_CALL;
    }
    this.#sessions.delete(key);
    this.#sessions.set(key, session);
    const { lastOperation, lastSeconds } = session;
    session.lastOperation = call.operation;
    session.lastSeconds = call.timeSeconds;
    // When the reorder buffer overflows, calls of one window come in the order of their arrival.
    const silence = Math.max(0, call.timeSeconds - lastSeconds);
    if (silence > this.#options.sessionGapSeconds) return FIRST_CALL;
    return { previousOperation: lastOperation, secondsSincePrevious: silence };
  }

  /** Forgets the sessions that have ended by `nowSeconds`. */
  expire(nowSeconds: number): void {
    const oldest = nowSeconds - this.#options.sessionGapSeconds;
    for (const [key, session] of this.#sessions) {
      if (session.lastSeconds >= oldest) return;
      this.#sessions.delete(key);
    }
  }

  snapshot(): Json {
    return [...this.#sessions].map(([key, session]) => [
      key,
      session.lastOperation,
      session.lastSeconds,
    ]);
  }

  restore(snapshot: Json): void {
    if (!Array.isArray(snapshot)) throw new TypeError("sessions: expected an array");
    this.#sessions.clear();
    for (const entry of snapshot as readonly Json[]) {
      const [key, lastOperation, lastSeconds] = Array.isArray(entry) ? (entry as Json[]) : [];
      if (
        typeof key !== "string" ||
        typeof lastOperation !== "string" ||
        typeof lastSeconds !== "number"
      ) {
        throw new TypeError("sessions: expected [key, lastOperation, lastSeconds]");
      }
      this.#sessions.set(key, { lastOperation, lastSeconds });
    }
  }

  #forgetOldest(): void {
    const oldest = this.#sessions.keys().next();
    if (oldest.done === true) return;
    this.#sessions.delete(oldest.value);
    this.#forgotten += 1;
  }
}

/** What tells one session from another: the session as given, else the actor; undefined for neither. */
export function sessionKey(call: Call): string | undefined {
  return call.session ?? call.actor;
}
