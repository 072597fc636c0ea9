import { createServer as createHttpServer, STATUS_CODES } from "node:http";
import type { RequestListener, Server, ServerOptions as HttpServerOptions } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { Duplex } from "node:stream";

import { isLoopback } from "../core/index.js";
import { requireLoopbackHost } from "./loopback-host.js";
import { PROBLEM_CONTENT_TYPE } from "./problem.js";

const MILLISECONDS_PER_SECOND = 1000;

/** Headers are small; whoever needs longer for them is stuck or hostile. */
const HEADERS_TIMEOUT_SECONDS = 10;

/** Added to the time for a body, so that the 408 of the API comes before a closed connection. */
const TIMEOUT_MARGIN_SECONDS = 5;

/** Longer than the usual minute after which clients and load balancers close idle connections. */
const KEEP_ALIVE_SECONDS = 75;

/** How often Node looks for requests past their time. */
const TIMEOUT_CHECK_SECONDS = 2;

/** How long requests under way may take to end once the server is told to close. */
const CLOSE_GRACE_SECONDS = 5;

const DEFAULT_BODY_TIMEOUT_SECONDS = 30;
const DEFAULT_MAX_CONNECTIONS = 512;

/**
 * Who gets in: `token`, whoever has the bearer token; `public`, anyone, as only what anyone may see
 * is served; `unprotected`, anyone, so that only loopback or mutual TLS can keep others out.
 */
type ServerAccess = "token" | "public" | "unprotected";

export interface ServerTls {
  /** PEM. */
  readonly certificate: string | Buffer;
  readonly key: string | Buffer;
  /** PEM; when given, a client needs a certificate that it has signed (mutual TLS). */
  readonly clientCertificateAuthority?: string | Buffer;
}

export interface ServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** The section of the configuration that this listener comes from (`api`), for error messages. */
  readonly configKey: string;
  readonly access: ServerAccess;
  readonly tls?: ServerTls;
  readonly bodyTimeoutSeconds?: number;
  readonly maxConnections?: number;
  /** Hears of connections that could not be accepted (no more file descriptors, say). */
  readonly reportError?: (error: unknown) => void;
}

export interface RunningServer {
  readonly address: string;
  readonly port: number;
  /** Takes no new connections, lets requests under way end for a few seconds, then cuts them. */
  close(): Promise<void>;
}

/** The server can't start as configured; the message says what to change. */
export class ServerStartError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ServerStartError";
  }
}

/** Listens. Rejects with a {@link ServerStartError} when it may not or can't. */
export async function startServer(
  app: RequestListener,
  options: ServerOptions,
): Promise<RunningServer> {
  refuseUnprotected(options);
  const server = createServer(trustsItsReach(options) ? requireLoopbackHost(app) : app, options);
  server.maxConnections = options.maxConnections ?? DEFAULT_MAX_CONNECTIONS;
  server.on("clientError", answerUnreadable);
  await listen(server, options);
  server.on("error", (error) => options.reportError?.(error));
  const bound = server.address();
  if (bound === null || typeof bound === "string") {
    throw new ServerStartError(`${options.configKey} is not listening on a port`);
  }
  return { address: bound.address, port: bound.port, close: () => close(server) };
}

function refuseUnprotected({ host, access, tls, configKey }: ServerOptions): void {
  if (access !== "unprotected" || isLoopback(host)) return;
  if (tls?.clientCertificateAuthority !== undefined) return;
  throw new ServerStartError(
    `${configKey}.host is ${host}, which others can reach: set ${configKey}.tokenFile, or ` +
      `${configKey}.tls.clientCertificateAuthorityFile for mutual TLS, or listen on 127.0.0.1`,
  );
}

/** With TLS, a page that has its own name resolve to this machine has no certificate for that name. */
function trustsItsReach({ host, access, tls }: ServerOptions): boolean {
  return access !== "token" && tls === undefined && isLoopback(host);
}

function createServer(app: RequestListener, options: ServerOptions): Server {
  const bodyTimeoutSeconds = options.bodyTimeoutSeconds ?? DEFAULT_BODY_TIMEOUT_SECONDS;
  const timeouts: HttpServerOptions = {
    headersTimeout: HEADERS_TIMEOUT_SECONDS * MILLISECONDS_PER_SECOND,
    requestTimeout:
      (HEADERS_TIMEOUT_SECONDS + bodyTimeoutSeconds + TIMEOUT_MARGIN_SECONDS) *
      MILLISECONDS_PER_SECOND,
    keepAliveTimeout: KEEP_ALIVE_SECONDS * MILLISECONDS_PER_SECOND,
    connectionsCheckingInterval: TIMEOUT_CHECK_SECONDS * MILLISECONDS_PER_SECOND,
  };
  const { tls } = options;
  if (tls === undefined) return createHttpServer(timeouts, app);
  const mutual = tls.clientCertificateAuthority !== undefined;
  try {
    return createHttpsServer(
      {
        ...timeouts,
        cert: tls.certificate,
        key: tls.key,
        ca: tls.clientCertificateAuthority,
        requestCert: mutual,
        rejectUnauthorized: mutual,
        minVersion: "TLSv1.2",
      },
      app,
    );
  } catch (error) {
    throw new ServerStartError(`${options.configKey}.tls can't be used: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function listen(server: Server, { host, port, configKey }: ServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException): void => {
      reject(new ServerStartError(startFailure(error, host, port, configKey), { cause: error }));
    };
    server.once("error", refuse);
    server.listen({ host, port }, () => {
      server.off("error", refuse);
      resolve();
    });
  });
}

function startFailure(
  error: NodeJS.ErrnoException,
  host: string,
  port: number,
  configKey: string,
): string {
  switch (error.code) {
    case "EADDRINUSE":
      return `port ${port} on ${host} is taken: free it, or set ${configKey}.port to another`;
    case "EACCES":
      return `port ${port} on ${host} is not allowed to this user: set ${configKey}.port to another`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `${host} is not an address of this machine: set ${configKey}.host to one that is`;
    default:
      return `${configKey} can't listen on ${host}:${port}: ${error.message}`;
  }
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => {
      server.closeAllConnections();
    }, CLOSE_GRACE_SECONDS * MILLISECONDS_PER_SECOND);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/** What Node's parser complains about, as the status that says so. */
const UNREADABLE_STATUS: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
};

/** For what is not even HTTP, which never gets to Express. */
function answerUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = UNREADABLE_STATUS[error.code ?? ""] ?? 400;
  const title = STATUS_CODES[status] ?? "";
  const body = JSON.stringify({
    type: "about:blank",
    title,
    status,
    detail: "the request can't be read as HTTP/1.1 within the limits",
  });
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nConnection: close\r\nContent-Type: ${PROBLEM_CONTENT_TYPE}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
