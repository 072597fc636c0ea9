import type { Call } from "./call.js";

/** The state before a session's first call. */
export const SESSION_START = "{start}";

/** A call with its place in its session and its segment: what models score and learn from. */
export interface Observation {
  readonly call: Call;
  /** The segment of the actor: see `behavior/segments.ts`. */
  readonly segment: string;
  /** The operation of the session's call before, or {@link SESSION_START}. */
  readonly previousOperation: string;
  /** Seconds since the session's call before; undefined for the first. */
  readonly secondsSincePrevious: number | undefined;
  /**
   * Names the session for models that carry a state in it; undefined when the caller is unknown.
   */
  readonly sessionKey: string | undefined;
}
