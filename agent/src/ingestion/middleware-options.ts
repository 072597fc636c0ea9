import type { IncomingMessage } from "node:http";

import type { Clock } from "../core/index.js";
import type { DropReason } from "./call-sender.js";
import { MAX_NAME_CHARACTERS, NAME_FORM, NAME_RULE } from "./wire-limits.js";

declare global {
  // Where services declare what their authentication adds to a request (`user`). It is Express's own
  // name for it; this declaration lets services without Express's types use the middleware.
  // eslint-disable-next-line @typescript-eslint/no-namespace -- only a namespace can be merged with it
  namespace Express {
    // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- others fill it
    interface Request {}
  }
}

/** What the middleware reads of a request: Express adds the optional part to Node's own. */
export interface ObservedRequest extends IncomingMessage {
  readonly originalUrl?: string;
  readonly baseUrl?: string;
  readonly route?: unknown;
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
}

/** A request with what the service's `declare global { namespace Express { ... } }` adds. */
export type DeclaredRequest = ObservedRequest & Express.Request;

/** Who called, as far as the service knows. The agent keeps keyed hashes of the ids. */
export interface Caller {
  readonly userId?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly roles?: readonly string[] | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly permissions?: readonly string[] | undefined;
}

export interface PresageMiddlewareOptions<R extends ObservedRequest = DeclaredRequest> {
  /** Where the agent listens: `http://127.0.0.1:9470`. */
  readonly agentUrl: string;
  /** The workload's name. */
  readonly service: string;
  readonly namespace?: string;
  /** The pod or process. */
  readonly instance?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  /** Asked when the response has been sent, so that authentication has happened. */
  readonly identify?: (request: R) => Caller;
  /** Arguments by name; by default those of the route, the query and the body's first level. */
  readonly argumentsOf?: (request: R) => Readonly<Record<string, unknown>>;
  /**
   * The identity key (see `identity.ts`): arguments leave the service as shapes. Without it their
   * values are sent, and only over loopback; beyond it arguments are left out.
   */
  readonly hashKeyFile?: string;
  readonly clock?: Clock;
  readonly batchCalls?: number;
  readonly flushSeconds?: number;
  readonly maxBufferedCalls?: number;
  /** Told how many calls were given up and why. */
  readonly onDrop?: (calls: number, reason: DropReason) => void;
}

type UncheckedOptions = {
  readonly [Name in keyof PresageMiddlewareOptions]?: unknown;
};

/**
 * Throws a TypeError that names the option, for what would otherwise lose every call without a word.
 * Services in JavaScript have no types that say so.
 */
export function checkMiddlewareOptions(options: UncheckedOptions): void {
  checkAddress(options.agentUrl);
  checkName("service", options.service);
  if (options.namespace !== undefined) checkName("namespace", options.namespace);
  const { instance } = options;
  if (instance !== undefined && !isTextOfAtMost(MAX_NAME_CHARACTERS, instance)) {
    throw wrong("instance", `expected a text of 1 to ${MAX_NAME_CHARACTERS} characters`);
  }
  for (const name of ["batchCalls", "flushSeconds", "maxBufferedCalls"] as const) {
    const value = options[name];
    if (value !== undefined && !(typeof value === "number" && value > 0)) {
      throw wrong(name, "expected a number above 0");
    }
  }
  for (const name of ["identify", "argumentsOf", "onDrop"] as const) {
    const value = options[name];
    if (value !== undefined && typeof value !== "function") {
      throw wrong(name, "expected a function");
    }
  }
}

/** The address is not repeated: it may hold a password. */
function checkAddress(address: unknown): void {
  if (address === undefined) throw wrong("agentUrl", "is missing");
  const url = typeof address === "string" && URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw wrong("agentUrl", "expected an http or https address, such as http://127.0.0.1:9470");
  }
  if (url.username !== "" || url.password !== "") {
    throw wrong(
      "agentUrl",
      "must not hold a user name or password; give the agent's token as token or tokenFile",
    );
  }
}

function checkName(option: string, name: unknown): void {
  if (name === undefined) throw wrong(option, "is missing");
  if (!isTextOfAtMost(MAX_NAME_CHARACTERS, name) || !NAME_FORM.test(name)) {
    throw wrong(option, `${NAME_RULE}, at most ${MAX_NAME_CHARACTERS}`);
  }
}

function isTextOfAtMost(characters: number, value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= characters;
}

function wrong(option: string, problem: string): TypeError {
  return new TypeError(`presageMiddleware: ${option}: ${problem}`);
}
