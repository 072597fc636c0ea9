/** Data sources of the host, as Grafana's data source proxy reaches them. */

export interface DataSourceRequest {
  readonly method: string;
  /** With a leading `/`, without the query. */
  readonly path: string;
  /** Without the `?`. */
  readonly query: string;
  readonly contentType: string | undefined;
  readonly body: Buffer;
}

export interface DataSourceAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Uint8Array | string;
}

export type DataSource = (request: DataSourceRequest) => Promise<DataSourceAnswer>;

const TIMEOUT_SECONDS = 30;
const MILLISECONDS_PER_SECOND = 1000;
const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

export function isLoopback(hostname: string): boolean {
  return LOOPBACK.has(hostname);
}

/** Forwards to a server on this machine. Throws an Error for an address that is elsewhere. */
export function forwardTo(baseUrl: string): DataSource {
  const base = new URL(baseUrl);
  if (base.protocol !== "http:" || !isLoopback(base.hostname)) {
    throw new Error(`${baseUrl}: the host page forwards to http on this machine only`);
  }
  return async ({ method, path, query, contentType, body }) => {
    const url = new URL(base);
    url.pathname = base.pathname.replace(/\/$/, "") + path;
    url.search = query;
    try {
      const answer = await fetch(url, {
        method,
        ...(contentType === undefined ? {} : { headers: { "content-type": contentType } }),
        ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT_SECONDS * MILLISECONDS_PER_SECOND),
      });
      return {
        status: answer.status,
        contentType: answer.headers.get("content-type") ?? "text/plain",
        body: new Uint8Array(await answer.arrayBuffer()),
      };
    } catch {
      return jsonAnswer(502, { message: `${base.host} does not answer` });
    }
  };
}

export function jsonAnswer(status: number, body: unknown): DataSourceAnswer {
  return { status, contentType: "application/json; charset=utf-8", body: JSON.stringify(body) };
}
