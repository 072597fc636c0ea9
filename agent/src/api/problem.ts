import type { ErrorRequestHandler, Response } from "express";

import type { FieldError } from "../core/index.js";

/** Every way in which this API refuses. A closed list: clients can tell them apart by `type`. */
const PROBLEMS = {
  malformed_request: { status: 400, title: "The request can't be read" },
  malformed_body: { status: 400, title: "The body can't be read" },
  nested_too_deep: { status: 400, title: "The body is nested too deep" },
  invalid_fields: { status: 400, title: "Fields are missing, unknown or out of range" },
  unauthorized: { status: 401, title: "A bearer token is needed" },
  not_found: { status: 404, title: "There is nothing here" },
  unknown_workload: { status: 404, title: "This workload has not been observed" },
  unknown_decision: { status: 404, title: "There is no such decision" },
  method_not_allowed: { status: 405, title: "This method is not available here" },
  body_too_slow: { status: 408, title: "The body did not end in time" },
  bundle_rejected: { status: 409, title: "The model bundle was not taken over" },
  too_large: { status: 413, title: "The request is larger than the limit" },
  unsupported_media_type: { status: 415, title: "This form of content is not understood" },
  misdirected_request: { status: 421, title: "This is not the host that was asked" },
  queue_full: { status: 429, title: "Too many calls are waiting" },
  internal_error: { status: 500, title: "Something went wrong in the agent" },
  starting: { status: 503, title: "The agent is starting" },
} as const;

export type ProblemName = keyof typeof PROBLEMS;

interface ProblemExtras {
  readonly errors?: readonly FieldError[];
  /** Overrides the usual status of this problem. */
  readonly status?: number;
  /** A reason from a closed list of the part that refused. */
  readonly reason?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The body of an error, as RFC 9457 defines it. `errors` and `reason` are extension members. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly reason?: string;
  readonly errors?: readonly FieldError[];
}

/** An answer that is not a success. Thrown by handlers, sent by {@link problemHandler}. */
export class Problem extends Error {
  readonly body: ProblemBody;
  readonly headers: Readonly<Record<string, string>>;

  constructor(name: ProblemName, detail: string, extras: ProblemExtras = {}) {
    super(detail);
    this.name = "Problem";
    this.headers = extras.headers ?? {};
    this.body = {
      type: `urn:presage:problem:${name}`,
      title: PROBLEMS[name].title,
      status: extras.status ?? PROBLEMS[name].status,
      detail,
      ...(extras.reason === undefined ? {} : { reason: extras.reason }),
      ...(extras.errors === undefined ? {} : { errors: extras.errors }),
    };
  }
}

export const PROBLEM_CONTENT_TYPE = "application/problem+json";

function sendProblem(response: Response, problem: Problem): void {
  response
    .status(problem.body.status)
    .set(problem.headers)
    .type(PROBLEM_CONTENT_TYPE)
    .json(problem.body);
}

/** Where errors go that are the agent's own fault; clients never see them. */
export type ErrorReporter = (
  error: unknown,
  request: { readonly method: string; readonly path: string },
) => void;

/** The last handler: turns whatever was thrown into problem+json. */
export function problemHandler(reportError: ErrorReporter): ErrorRequestHandler {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- four parameters make it one
  return (error: unknown, request, response, _next) => {
    const problem = asProblem(error);
    if (problem === undefined) {
      reportError(error, { method: request.method, path: request.path });
    }
    if (response.headersSent) {
      // Half an answer can't be taken back; a closed connection at least can't be mistaken for one.
      request.socket.destroy();
      return;
    }
    sendProblem(response, problem ?? new Problem("internal_error", "the agent's log says more"));
  };
}

/** Undefined when the error is the agent's own fault. */
function asProblem(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  if (isRefusalOfExpress(error)) {
    return new Problem("malformed_request", "the address can't be decoded");
  }
  return undefined;
}

/** Express marks what is the client's fault (a bad percent sign in the path) with a 4xx status. */
function isRefusalOfExpress(error: unknown): boolean {
  return (
    error instanceof Error &&
    "status" in error &&
    typeof error.status === "number" &&
    error.status >= 400 &&
    error.status < 500
  );
}
