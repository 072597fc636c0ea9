import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

import { systemClock } from "../core/index.js";
import { CallSender, type DropReason } from "./call-sender.js";
import { lossWarning } from "./loss-warning.js";
import {
  checkMiddlewareOptions,
  type Caller,
  type DeclaredRequest,
  type ObservedRequest,
  type PresageMiddlewareOptions,
} from "./middleware-options.js";
import { isIdentifier } from "./identifier-form.js";
import { outgoingArguments } from "./outgoing-arguments.js";
import { pathEnd } from "./path-template.js";
import type { WireCall } from "./wire-call.js";
import {
  MAX_FORMAT_CHARACTERS,
  MAX_IDENTITY_CHARACTERS,
  MAX_METHOD_CHARACTERS,
  MAX_PATH_CHARACTERS,
  MAX_ROLE_CHARACTERS,
  MAX_ROLES,
} from "./wire-limits.js";

const DEFAULT_BATCH_CALLS = 200;
const DEFAULT_FLUSH_SECONDS = 1;
/** At half a kilobyte a call, 5 MB of the service's memory. */
const DEFAULT_MAX_BUFFERED_CALLS = 10_000;
const DEFAULT_CLOSE_SECONDS = 5;
const MILLISECONDS_PER_SECOND = 1000;
/** nginx's status for a caller who went away before there was a response. */
const CLIENT_CLOSED_REQUEST = 499;
const NOTHING = Object.freeze({});

export type { Caller, DeclaredRequest, ObservedRequest, PresageMiddlewareOptions };

export interface PresageMiddleware<R extends ObservedRequest = DeclaredRequest> {
  (request: R, response: ServerResponse, next: (error?: unknown) => void): void;
  /** Sends what is left, for at most `limitSeconds` (5 by default). */
  close(limitSeconds?: number): Promise<void>;
  counts(): Readonly<Record<"observed" | "dropped" | "buffered", number>>;
}

/**
 * Express middleware (it suits anything on node:http) that tells the agent of each call after its
 * response was sent. It never delays a response and never throws into the service; when the agent is
 * away, calls wait in a bounded buffer. Put it before the other middleware.
 *
 * `R` is the request as `identify` and `argumentsOf` see it: what the service declares of Express's
 * requests, or a type that it names. The first calls that are lost are told in a process warning.
 *
 * Throws a TypeError that names an option that can't be used, and an `IdentityKeyError` for a key file
 * that can't: both at start-up, never later.
 */
export function presageMiddleware<R extends ObservedRequest = DeclaredRequest>(
  options: PresageMiddlewareOptions<R>,
): PresageMiddleware<R> {
  checkMiddlewareOptions(options);
  const clock = options.clock ?? systemClock;
  const argumentsFor = outgoingArguments(options);
  let observed = 0;
  let dropped = 0;
  const warn = lossWarning(options.service);
  const drop = (calls: number, reason: DropReason, detail: string | undefined): void => {
    dropped += calls;
    guard(() => {
      warn(reason, detail);
    });
    guard(() => options.onDrop?.(calls, reason));
  };
  const sender = new CallSender({
    agentUrl: options.agentUrl,
    token: options.token,
    tokenFile: options.tokenFile,
    batchCalls: options.batchCalls ?? DEFAULT_BATCH_CALLS,
    flushSeconds: options.flushSeconds ?? DEFAULT_FLUSH_SECONDS,
    maxBufferedCalls: options.maxBufferedCalls ?? DEFAULT_MAX_BUFFERED_CALLS,
    onDrop: drop,
  });

  const middleware = (
    request: R,
    response: ServerResponse,
    next: (error?: unknown) => void,
  ): void => {
    guard(() => {
      const timestamp = clock.now();
      const start = performance.now();
      const responseBytes = countBody(request, response);
      // "close" comes after "finish", and also when the caller goes away: exactly once.
      response.once("close", () => {
        guard(() => {
          observed += 1;
          const durationSeconds = (performance.now() - start) / MILLISECONDS_PER_SECOND;
          sender.send({
            id: randomUUID(),
            timestamp,
            service: options.service,
            ...whenGiven("namespace", options.namespace),
            ...whenGiven("instance", options.instance),
            method: (request.method ?? "OTHER").slice(0, MAX_METHOD_CHARACTERS),
            ...target(request),
            status: response.writableFinished ? response.statusCode : CLIENT_CLOSED_REQUEST,
            durationSeconds,
            ...whenGiven("requestBytes", requestBytes(request)),
            responseBytes: responseBytes(),
            ...whenGiven("requestFormat", formatText(request.headers["content-type"])),
            ...whenGiven("responseFormat", formatText(response.getHeader("content-type"))),
            ...argumentsFor(request),
            ...caller(options.identify, request),
          });
        });
      });
    });
    next();
  };
  return Object.assign(middleware, {
    close: (limitSeconds = DEFAULT_CLOSE_SECONDS) => sender.close(limitSeconds),
    counts: () => ({ observed, dropped, buffered: sender.buffered }),
  });
}

/** The service must not feel that it is watched. */
function guard(observe: () => void): void {
  try {
    observe();
  } catch {
    // A call that can't be described is left out.
  }
}

function whenGiven<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  // The computed key widens to string; it is K.
  return value === undefined ? NOTHING : ({ [key]: value } as Partial<Record<K, V>>);
}

/** The route that Express matched; else the path, without its query, whose arguments go apart. */
function target(request: ObservedRequest): Pick<WireCall, "route" | "path"> {
  const url = request.originalUrl ?? request.url ?? "/";
  const path = url.slice(0, Math.min(pathEnd(url), MAX_PATH_CHARACTERS));
  const { route } = request;
  if (typeof route !== "object" || route === null || !("path" in route)) return { path };
  // A route may also be a pattern or a list; then the path has to do.
  if (typeof route.path !== "string") return { path };
  const template = `${mountTemplate(request.baseUrl ?? "")}${route.path}`;
  return { route: template.slice(0, MAX_PATH_CHARACTERS) };
}

/** Where a router is mounted is known as called (`/users/42`), not as written. */
function mountTemplate(baseUrl: string): string {
  if (baseUrl === "") return "";
  return baseUrl
    .split("/")
    .map((segment) => (isIdentifier(segment) ? "{id}" : segment))
    .join("/");
}

/** Undefined when the body came in chunks: its length was not announced, and it is not ours to read. */
function requestBytes(request: IncomingMessage): number | undefined {
  const length = request.headers["content-length"];
  if (length !== undefined) return /^\d{1,15}$/.test(length) ? Number(length) : undefined;
  return request.headers["transfer-encoding"] === undefined ? 0 : undefined;
}

function formatText(header: unknown): string | undefined {
  return typeof header === "string" ? header.slice(0, MAX_FORMAT_CHARACTERS) : undefined;
}

/** Counts what is written to a response's body. Answers a function that tells the sum. */
function countBody(request: IncomingMessage, response: ServerResponse): () => number {
  let bytes = 0;
  const count = (chunk: unknown, encoding: unknown): void => {
    if (typeof chunk === "string") {
      const known = typeof encoding === "string" && Buffer.isEncoding(encoding);
      bytes += Buffer.byteLength(chunk, known ? encoding : "utf8");
    } else if (chunk instanceof Uint8Array) {
      bytes += chunk.byteLength;
    }
  };
  // Both have overloads that only a cast can keep; what is passed on is exactly what came.
  const write = response.write.bind(response) as (...parts: unknown[]) => boolean;
  const end = response.end.bind(response) as (...parts: unknown[]) => ServerResponse;
  response.write = ((...parts: unknown[]) => {
    count(parts[0], parts[1]);
    return write(...parts);
  }) as typeof response.write;
  response.end = ((...parts: unknown[]) => {
    count(parts[0], parts[1]);
    return end(...parts);
  }) as typeof response.end;
  const hasBody = (): boolean =>
    request.method !== "HEAD" && response.statusCode !== 204 && response.statusCode !== 304;
  return () => (hasBody() ? bytes : 0);
}

function caller<R extends ObservedRequest>(
  identify: PresageMiddlewareOptions<R>["identify"],
  request: R,
): Pick<WireCall, "userId" | "sessionId" | "roles" | "groups" | "permissions"> {
  if (identify === undefined) return NOTHING;
  let found: Caller;
  try {
    found = identify(request);
  } catch {
    // The call happened, whoever made it.
    return NOTHING;
  }
  return {
    ...whenGiven("userId", identityText(found.userId)),
    ...whenGiven("sessionId", identityText(found.sessionId)),
    ...whenGiven("roles", roleNames(found.roles)),
    ...whenGiven("groups", roleNames(found.groups)),
    ...whenGiven("permissions", roleNames(found.permissions)),
  };
}

/** As text, within what the agent takes. Services in JavaScript also have numbers here, or null. */
function identityText(id: unknown): string | undefined {
  if (typeof id === "number") return String(id);
  return typeof id === "string" && id !== "" ? id.slice(0, MAX_IDENTITY_CHARACTERS) : undefined;
}

function roleNames(names: unknown): string[] | undefined {
  if (!Array.isArray(names)) return undefined;
  return names
    .filter((name) => typeof name === "string" && name !== "")
    .slice(0, MAX_ROLES)
    .map((name: string) => name.slice(0, MAX_ROLE_CHARACTERS));
}
