import type { Clock, UsageReading, UsageSink, WorkloadKey } from "../core/index.js";
import { sumSamples } from "./exposition.js";

const DEFAULT_INTERVAL_SECONDS = 10;
const DEFAULT_TIMEOUT_SECONDS = 5;
/** Ten times what a service with a thousand series writes. */
const DEFAULT_MAX_BODY_BYTES = 4 * 1024 * 1024;
const MILLISECONDS_PER_SECOND = 1000;
const ACCEPT = "text/plain;version=0.0.4";

/**
 * Where each total is found: the first of the alternatives of which a name occurs is taken, and the
 * names in it are added up. The names are those of the Prometheus client libraries and of
 * node_exporter's conventions.
 */
const SOURCES = {
  calls: [["http_request_duration_seconds_count"], ["http_requests_total"]],
  callDurationSeconds: [["http_request_duration_seconds_sum"]],
  cpuSeconds: [["process_cpu_seconds_total"]],
  memoryBytes: [["process_resident_memory_bytes"]],
  networkBytes: [
    ["http_request_size_bytes_sum", "http_response_size_bytes_sum"],
    ["process_network_receive_bytes_total", "process_network_transmit_bytes_total"],
  ],
} as const satisfies Readonly<Record<string, readonly (readonly string[])[]>>;
const WANTED: ReadonlySet<string> = new Set(Object.values(SOURCES).flat(2));

export interface UsageScraperOptions {
  /** The service's own metrics, `http://127.0.0.1:8080/metrics`. */
  readonly url: string;
  readonly workload: WorkloadKey;
  /** Host and port of the address by default. */
  readonly instance?: string;
  readonly sink: UsageSink;
  readonly clock: Clock;
  /** From the end of a poll to the start of the next. */
  readonly intervalSeconds?: number;
  readonly timeoutSeconds?: number;
  readonly maxBodyBytes?: number;
  /** Told when polls begin to fail, with the reason, and when they work again (`undefined`). */
  readonly onStateChange?: (failure: string | undefined) => void;
}

/** Polls so far. */
export interface UsageScraperCounts {
  readonly readings: number;
  readonly failures: number;
}

/** Reads a service's own counters at an interval. A failure is counted and reported, never thrown. */
export class UsageScraper {
  readonly #options: UsageScraperOptions;
  readonly #instance: string;
  #readings = 0;
  #failures = 0;
  #isFailing = false;
  #timer: NodeJS.Timeout | undefined;
  /** One for each start, aborted by stop. */
  #started: AbortController | undefined;

  /** Throws a TypeError when the address is not one. */
  constructor(options: UsageScraperOptions) {
    this.#options = options;
    this.#instance = options.instance ?? new URL(options.url).host;
  }

  counts(): UsageScraperCounts {
    return { readings: this.#readings, failures: this.#failures };
  }

  start(): void {
    if (this.#started !== undefined) return;
    this.#started = new AbortController();
    void this.#loop(this.#started.signal);
  }

  /** Ends the polls, the one on its way too. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#started?.abort();
    this.#started = undefined;
  }

  /** Polls once. Answers whether there was a reading. */
  async poll(): Promise<boolean> {
    return this.#poll(undefined);
  }

  async #loop(stopped: AbortSignal): Promise<void> {
    await this.#poll(stopped);
    if (stopped.aborted) return;
    const intervalSeconds = this.#options.intervalSeconds ?? DEFAULT_INTERVAL_SECONDS;
    this.#timer = setTimeout(() => {
      void this.#loop(stopped);
    }, intervalSeconds * MILLISECONDS_PER_SECOND);
    this.#timer.unref();
  }

  async #poll(stopped: AbortSignal | undefined): Promise<boolean> {
    const timeoutSeconds = this.#options.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
    const abort = new AbortController();
    const timeout = setTimeout(() => {
      abort.abort(new Error(`no answer within ${timeoutSeconds} seconds`));
    }, timeoutSeconds * MILLISECONDS_PER_SECOND);
    const onStopped = (): void => {
      abort.abort();
    };
    stopped?.addEventListener("abort", onStopped);
    try {
      const sums = sumSamples(await this.#fetchText(abort.signal), WANTED);
      if (sums.size === 0) throw new Error("none of the known metrics is there");
      this.#options.sink.record(this.#reading(sums));
      this.#readings += 1;
      this.#setFailing(undefined);
      return true;
    } catch (error) {
      if (stopped?.aborted === true) return false;
      this.#failures += 1;
      this.#setFailing(reasonOf(error));
      return false;
    } finally {
      clearTimeout(timeout);
      stopped?.removeEventListener("abort", onStopped);
    }
  }

  async #fetchText(signal: AbortSignal): Promise<string> {
    const response = await fetch(this.#options.url, { headers: { accept: ACCEPT }, signal });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`status ${response.status}`);
    }
    if (response.body === null) return "";
    const maxBodyBytes = this.#options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES;
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    // Leaving the loop by an error cancels the rest of the body.
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      bytes += chunk.byteLength;
      if (bytes > maxBodyBytes) throw new Error(`more than ${maxBodyBytes} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString("utf8");
  }

  #reading(sums: ReadonlyMap<string, number>): UsageReading {
    return {
      workload: this.#options.workload,
      instance: this.#instance,
      timeSeconds: this.#options.clock.now(),
      calls: firstKnown(sums, SOURCES.calls),
      callDurationSeconds: firstKnown(sums, SOURCES.callDurationSeconds),
      cpuSeconds: firstKnown(sums, SOURCES.cpuSeconds),
      memoryBytes: firstKnown(sums, SOURCES.memoryBytes),
      networkBytes: firstKnown(sums, SOURCES.networkBytes),
    };
  }

  #setFailing(failure: string | undefined): void {
    const isFailing = failure !== undefined;
    if (isFailing === this.#isFailing) return;
    this.#isFailing = isFailing;
    this.#options.onStateChange?.(failure);
  }
}

function firstKnown(
  sums: ReadonlyMap<string, number>,
  alternatives: readonly (readonly string[])[],
): number | undefined {
  for (const names of alternatives) {
    const known = names.map((name) => sums.get(name)).filter((sum) => sum !== undefined);
    if (known.length > 0) return known.reduce((total, sum) => total + sum, 0);
  }
  return undefined;
}

/** The reason of a failed fetch is in its cause: the message says only "fetch failed". */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
