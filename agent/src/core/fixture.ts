import type { Call, Observation } from "./index.js";
import { SESSION_START } from "./index.js";

export const WORKLOAD = "default/Deployment/shop";

/** A call of which only what matters has to be said. */
export function callAt(timeSeconds: number, fields: Partial<Call> = {}): Call {
  return {
    workload: WORKLOAD,
    instance: "shop-1",
    timeSeconds,
    operation: "GET /products",
    status: 200,
    durationSeconds: 0.02,
    requestBytes: 0,
    responseBytes: 1000,
    requestFormat: "none",
    responseFormat: "application/json",
    argumentShapes: [],
    actor: undefined,
    session: undefined,
    roles: [],
    groups: [],
    permissions: [],
    ...fields,
  };
}

/** The same as the first call of its session, in the segment `shoppers`. */
export function observationAt(
  timeSeconds: number,
  call: Partial<Call> = {},
  fields: Partial<Omit<Observation, "call">> = {},
): Observation {
  return {
    call: callAt(timeSeconds, call),
    segment: "shoppers",
    previousOperation: SESSION_START,
    secondsSincePrevious: undefined,
    sessionKey: undefined,
    ...fields,
  };
}
