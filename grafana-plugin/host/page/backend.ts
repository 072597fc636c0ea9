/** `getBackendSrv()`: every request goes to the host's own server, and is kept. */
import {
  type BackendSrv,
  type BackendSrvRequest,
  type FetchError,
  type FetchResponse,
} from "@grafana/runtime";
import { lastValueFrom, map, Observable } from "rxjs";
import type { RecordedRequest } from "../src/scene.js";

const MAXIMUM_REQUESTS = 1000;
const JSON_TYPE = "application/json";

type Outcome<T> = { readonly response: FetchResponse<T> } | { readonly failure: FetchError };

export class HostBackend implements BackendSrv {
  readonly requests: RecordedRequest[] = [];

  fetch<T>(options: BackendSrvRequest): Observable<FetchResponse<T>> {
    return new Observable((subscriber) => {
      void this.#send<T>(options).then((outcome) => {
        if ("failure" in outcome) {
          // As in Grafana, it is no Error: a panel that expects one is found out.
          subscriber.error(outcome.failure);
          return;
        }
        subscriber.next(outcome.response);
        subscriber.complete();
      });
    });
  }

  request<T>(options: BackendSrvRequest): Promise<T> {
    return this.#dataOf<T>(options);
  }

  datasourceRequest<T>(options: BackendSrvRequest): Promise<FetchResponse<T>> {
    return lastValueFrom(this.fetch<T>(options));
  }

  get<T>(
    url: string,
    params?: Record<string, unknown>,
    requestId?: string,
    options?: Partial<BackendSrvRequest>,
  ): Promise<T> {
    const query = { ...(params && { params }), ...(requestId && { requestId }) };
    return this.#dataOf<T>({ ...options, ...query, method: "GET", url });
  }

  post<T>(url: string, data?: unknown, options?: Partial<BackendSrvRequest>): Promise<T> {
    return this.#dataOf<T>({ ...options, method: "POST", url, data });
  }

  put<T>(url: string, data?: unknown, options?: Partial<BackendSrvRequest>): Promise<T> {
    return this.#dataOf<T>({ ...options, method: "PUT", url, data });
  }

  patch<T>(url: string, data?: unknown, options?: Partial<BackendSrvRequest>): Promise<T> {
    return this.#dataOf<T>({ ...options, method: "PATCH", url, data });
  }

  delete<T>(url: string, data?: unknown, options?: Partial<BackendSrvRequest>): Promise<T> {
    return this.#dataOf<T>({ ...options, method: "DELETE", url, data });
  }

  chunked(): never {
    throw new Error("the host page has no streams");
  }

  #dataOf<T>(options: BackendSrvRequest): Promise<T> {
    return lastValueFrom(this.fetch<T>(options).pipe(map(({ data }) => data)));
  }

  async #send<T>(options: BackendSrvRequest): Promise<Outcome<T>> {
    const { method = "GET", params = {} } = options;
    const url = new URL(options.url, location.origin);
    for (const [name, value] of Object.entries(params)) {
      url.searchParams.append(name, String(value));
    }
    const record = (status: number): void => {
      if (this.requests.length >= MAXIMUM_REQUESTS) return;
      // What a plugin sends may be anything: it is kept as it is.
      const body: unknown = options.data;
      this.requests.push({ method, url: url.pathname + url.search, body, status });
    };
    const failed = (status: number, statusText: string, data: unknown = {}): Outcome<T> => {
      record(status);
      const words = typeof data === "string" ? { message: data } : data;
      return { failure: { status, statusText, data: words, config: options } };
    };
    if (url.origin !== location.origin) return failed(0, `${url.origin} is not this Grafana`);
    let response: Response;
    try {
      response = await fetch(url, requestOf(method, options));
    } catch (error) {
      return failed(0, error instanceof Error ? error.message : String(error));
    }
    const body = bodyOf(await response.text());
    if (!response.ok) return failed(response.status, response.statusText, body);
    record(response.status);
    const { status, statusText, ok, redirected, type, headers } = response;
    return {
      response: {
        // As with Grafana's own: whoever asks says what the answer's type is.
        data: body as T,
        ...{ status, statusText, ok, redirected, type, headers },
        url: response.url,
        config: options,
      },
    };
  }
}

function requestOf(method: string, { data, headers, abortSignal }: BackendSrvRequest): RequestInit {
  const accepts = { accept: JSON_TYPE, ...(headers as Record<string, string> | undefined) };
  return {
    method,
    ...(data === undefined
      ? { headers: accepts }
      : { headers: { "content-type": JSON_TYPE, ...accepts }, body: JSON.stringify(data) }),
    ...(abortSignal && { signal: abortSignal }),
  };
}

/** JSON where it is JSON, else the text. */
function bodyOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
