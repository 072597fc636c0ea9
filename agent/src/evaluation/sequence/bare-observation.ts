import { SESSION_START, type Observation } from "../../core/index.js";

/** What a public sequence says of a call; the rest is unknown. */
export interface BareCall {
  readonly operation: string;
  readonly sessionKey: string;
  readonly timeSeconds: number;
  readonly status: number;
  /** Undefined for the first of its session. */
  readonly previousOperation: string | undefined;
  readonly secondsSincePrevious: number | undefined;
}

/** A call as the live models get it. */
export function bareObservation(bare: BareCall): Observation {
  const { operation, sessionKey, timeSeconds, status } = bare;
  return {
    call: {
      workload: "evaluation",
      instance: "unknown",
      timeSeconds,
      operation,
      status,
      durationSeconds: undefined,
      requestBytes: undefined,
      responseBytes: undefined,
      requestFormat: "none",
      responseFormat: "none",
      argumentShapes: [],
      actor: undefined,
      session: sessionKey,
      roles: [],
      groups: [],
      permissions: [],
    },
    segment: "all",
    previousOperation: bare.previousOperation ?? SESSION_START,
    secondsSincePrevious: bare.secondsSincePrevious,
    sessionKey,
  };
}
