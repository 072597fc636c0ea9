/** `getBackendSrv()`: every request goes to the host's own server, and is kept. */
import { type BackendSrv, type BackendSrvRequest, type FetchError, type FetchResponse } from '@grafana/runtime';
import { from, lastValueFrom, map, type Observable } from 'rxjs';
import type { RecordedRequest } from '../src/scene.js';

const MAXIMUM_REQUESTS = 1000;
const JSON_TYPE = 'application/json';

export class HostBackend implements BackendSrv {
  readonly requests: RecordedRequest[] = [];

  fetch<T>(options: BackendSrvRequest): Observable<FetchResponse<T>> {
    return from(this.#send<T>(options));
  }

  request<T>(options: BackendSrvRequest): Promise<T> {
    return lastValueFrom(this.fetch<T>(options).pipe(map(({ data }) => data)));
  }

  datasourceRequest<T>(options: BackendSrvRequest): Promise<FetchResponse<T>> {
    return lastValueFrom(this.fetch<T>(options));
  }

  get<T>(
    url: string,
    params?: Record<string, unknown>,
    requestId?: string,
    options?: Partial<BackendSrvRequest>
  ): Promise<T> {
    const query = { ...(params && { params }), ...(requestId && { requestId }) };
    return this.request<T>({ ...options, ...query, method: 'GET', url });
  }

  post<T>(url: string, data?: unknown, options?: Partial<BackendSrvRequest>): Promise<T> {
    return this.request<T>({ ...options, method: 'POST', url, data });
  }

  put<T>(url: string, data?: unknown, options?: Partial<BackendSrvRequest>): Promise<T> {
    return this.request<T>({ ...options, method: 'PUT', url, data });
  }

  patch<T>(url: string, data?: unknown, options?: Partial<BackendSrvRequest>): Promise<T> {
    return this.request<T>({ ...options, method: 'PATCH', url, data });
  }

  delete<T>(url: string, data?: unknown, options?: Partial<BackendSrvRequest>): Promise<T> {
    return this.request<T>({ ...options, method: 'DELETE', url, data });
  }

  chunked(): never {
    throw new Error('the host page has no streams');
  }

  async #send<T>(options: BackendSrvRequest): Promise<FetchResponse<T>> {
    const { method = 'GET', url: path, params = {}, data, headers } = options;
    const url = new URL(path, location.origin);
    for (const [name, value] of Object.entries(params)) url.searchParams.append(name, String(value));
    const record = (status: number): void => {
      if (this.requests.length >= MAXIMUM_REQUESTS) return;
      this.requests.push({ method, url: url.pathname + url.search, body: data, status });
    };
    if (url.origin !== location.origin) {
      record(0);
      throw failure(options, 0, `${url.origin} is not this Grafana`);
    }
    let response: Response;
    try {
      response = await fetch(url, {
        method,
        headers: { accept: JSON_TYPE, ...(data !== undefined && { 'content-type': JSON_TYPE }), ...headers },
        ...(data !== undefined && { body: JSON.stringify(data) }),
        ...(options.abortSignal && { signal: options.abortSignal }),
      });
    } catch (error) {
      record(0);
      throw failure(options, 0, error instanceof Error ? error.message : String(error));
    }
    record(response.status);
    const body = bodyOf(await response.text());
    if (!response.ok) throw failure(options, response.status, response.statusText, body);
    const { status, statusText, ok, redirected, type } = response;
    return {
      // As with Grafana's own: whoever asks says what the answer's type is.
      data: body as T,
      ...{ status, statusText, ok, redirected, type },
      headers: response.headers,
      url: response.url,
      config: options,
    };
  }
}

/** JSON where it is JSON, else the text. */
function bodyOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function failure(config: BackendSrvRequest, status: number, statusText: string, data: unknown = {}): FetchError {
  return { status, statusText, data: typeof data === 'string' ? { message: data } : data, config };
}
