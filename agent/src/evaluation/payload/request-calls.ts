import { workloadKey, type ArgumentShape, type Observation } from "../../core/index.js";
import { SESSION_START } from "../../core/index.js";
import { argumentShape } from "../../ingestion/argument-shape.js";
import { IdentityHasher } from "../../ingestion/identity.js";
import { Operations } from "../../ingestion/operations.js";
import { eachQueryArgument } from "../../ingestion/query-arguments.js";
import { MAX_ARGUMENTS } from "../../ingestion/wire-limits.js";
import type { HttpRequest } from "./http-requests.js";

const WORKLOAD = workloadKey({ namespace: "evaluation", kind: "Deployment", name: "shop" });
/** Any key will do, as long as it is the same: the hashes never leave the evaluation. */
const IDENTITY_KEY = Buffer.alloc(32, "evaluation");
const FORM_TYPE = "application/x-www-form-urlencoded";
const NO_FORMAT = "none";
const STATUS_OK = 200;

/**
 * Turns requests into what the payload model sees live, with the production code for operations, argument
 * shapes and hashes. Names of operations are learned from training requests only.
 */
export class RequestCalls {
  readonly #operations = new Operations({});
  readonly #identity = new IdentityHasher(IDENTITY_KEY);

  observation(request: HttpRequest, timeSeconds: number, isTraining: boolean): Observation {
    const { method, target, contentType, body } = request;
    const format = (contentType ?? NO_FORMAT).split(";", 1)[0]?.trim().toLowerCase() ?? NO_FORMAT;
    const argumentShapes: ArgumentShape[] = [];
    const add = (name: string, value: string): void => {
      argumentShapes.push(
        argumentShape(name, value, (of, text) => this.#identity.argument(of, text)),
      );
    };
    eachQueryArgument(target, MAX_ARGUMENTS, add);
    if (format === FORM_TYPE && body !== "") {
      eachQueryArgument(`?${body}`, MAX_ARGUMENTS - argumentShapes.length, add);
    }
    return {
      call: {
        workload: WORKLOAD,
        instance: "unknown",
        timeSeconds,
        operation: this.#operations.operation(WORKLOAD, method, { path: target }, isTraining),
        status: STATUS_OK,
        durationSeconds: undefined,
        requestBytes: Buffer.byteLength(body),
        responseBytes: undefined,
        requestFormat: format,
        responseFormat: NO_FORMAT,
        argumentShapes,
        actor: undefined,
        session: undefined,
        roles: [],
        groups: [],
        permissions: [],
      },
      segment: "all",
      previousOperation: SESSION_START,
      secondsSincePrevious: undefined,
      sessionKey: undefined,
    };
  }
}
