/** A planned call as the agent would hear of it, without a network: for tests of the agent. */
import { exponential, type Random } from "./random.js";
import type { Operation } from "./planned-request.js";
import type { PlannedCall } from "./scenario.js";
import { exportBytes, reportRowCount } from "./work.js";

/** One call as `POST /behavioralData/ingest` takes it. */
export interface WireCall {
  readonly timestamp: number;
  readonly service: string;
  readonly instance: string;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly durationSeconds: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly requestFormat: string;
  readonly responseFormat: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly userId: string;
  readonly sessionId: string;
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
}

/**
 * What the service answers: the mean of the body's bytes and its spread (uniform, +- ratio), and the
 * least and the mean additional seconds of work. Sizes were measured on the service;
 * `service.test.ts` compares them with it.
 */
interface Answer {
  readonly bytes: number;
  readonly spreadRatio: number;
  readonly minimumSeconds: number;
  readonly meanExtraSeconds: number;
}

const ANSWERS: Readonly<Record<Operation, Answer>> = {
  "GET /products": { bytes: 1210, spreadRatio: 0.01, minimumSeconds: 5e-4, meanExtraSeconds: 5e-4 },
  "GET /products/{id}": {
    bytes: 219,
    spreadRatio: 0.06,
    minimumSeconds: 4e-4,
    meanExtraSeconds: 4e-4,
  },
  "GET /search": { bytes: 3310, spreadRatio: 0.03, minimumSeconds: 1e-3, meanExtraSeconds: 8e-4 },
  "POST /cart/items": {
    bytes: 43,
    spreadRatio: 0,
    minimumSeconds: 5e-4,
    meanExtraSeconds: 5e-4,
  },
  "POST /orders/quote": {
    bytes: 40,
    spreadRatio: 0.05,
    minimumSeconds: 2e-3,
    meanExtraSeconds: 2e-3,
  },
  "POST /orders": { bytes: 58, spreadRatio: 0.03, minimumSeconds: 5e-4, meanExtraSeconds: 5e-4 },
  "GET /orders/{id}": {
    bytes: 58,
    spreadRatio: 0.03,
    minimumSeconds: 4e-4,
    meanExtraSeconds: 4e-4,
  },
  "GET /reports/{id}": { bytes: 0, spreadRatio: 0, minimumSeconds: 0.09, meanExtraSeconds: 0.01 },
  "GET /exports/{id}": { bytes: 0, spreadRatio: 0, minimumSeconds: 2e-3, meanExtraSeconds: 3e-3 },
  "POST /partner/stock": {
    bytes: 14,
    spreadRatio: 0.03,
    minimumSeconds: 5e-4,
    meanExtraSeconds: 5e-4,
  },
};

const CREATING: ReadonlySet<Operation> = new Set(["POST /cart/items", "POST /orders"]);

/** A row of a report, as JSON: `{"group":12,"count":1638,"mean":2147483648.12345}`. */
const BYTES_PER_REPORT_ROW = 45;
const BYTES_AROUND_REPORT_ROWS = 22;

export function simulatedCall(planned: PlannedCall, random: Random): WireCall {
  const answer = ANSWERS[planned.operation];
  const [method = "GET", route = "/"] = planned.operation.split(" ");
  return {
    timestamp: planned.timeSeconds,
    service: "shop",
    instance: "simulated",
    method,
    route,
    status: CREATING.has(planned.operation) ? 201 : 200,
    durationSeconds: answer.minimumSeconds + exponential(random, answer.meanExtraSeconds),
    requestBytes: planned.body === undefined ? 0 : JSON.stringify(planned.body).length,
    responseBytes: responseBytes(planned, answer, random),
    requestFormat: planned.body === undefined ? "none" : "application/json",
    responseFormat: planned.operation === "GET /exports/{id}" ? "text/csv" : "application/json",
    arguments: { ...planned.query, ...planned.body },
    userId: planned.userId,
    sessionId: planned.sessionId,
    roles: [planned.role],
    permissions: planned.permissions,
  };
}

function responseBytes(planned: PlannedCall, answer: Answer, random: Random): number {
  const id = planned.path.slice(planned.path.lastIndexOf("/") + 1);
  switch (planned.operation) {
    case "GET /exports/{id}":
      return exportBytes(id);
    case "GET /reports/{id}":
      return BYTES_AROUND_REPORT_ROWS + reportRowCount(id) * BYTES_PER_REPORT_ROW;
    default:
      return Math.round(answer.bytes * (1 + answer.spreadRatio * (2 * random() - 1)));
  }
}
