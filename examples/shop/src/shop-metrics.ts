/** The shop's own /metrics, under the names that services commonly use. */
import type { RequestHandler } from "express";
import { Counter, Gauge, Histogram, Registry } from "prom-client";

const MICROSECONDS_PER_SECOND = 1e6;
const NANOSECONDS_PER_SECOND = 1e9;

const DURATION_BUCKETS_SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5];
const SIZE_BUCKETS_BYTES = [1000, 10_000, 100_000, 1_000_000];

/**
 * Times are told in the story's time: when the story runs 13 times as fast as the machine, a second
 * of computing is 13 seconds of the story. So the cores that the story's load takes are the cores
 * that the machine really spends on it, however fast the story is told.
 */
export class ShopMetrics {
  readonly #registry = new Registry();
  readonly #timeRate: number;
  readonly #durationSeconds: Histogram<"method" | "route" | "status">;
  readonly #requestBytes: Histogram;
  readonly #responseBytes: Histogram;

  constructor(timeRate: number) {
    this.#timeRate = timeRate;
    const registers = [this.#registry];
    this.#durationSeconds = new Histogram({
      name: "http_request_duration_seconds",
      help: "How long requests took.",
      labelNames: ["method", "route", "status"],
      buckets: DURATION_BUCKETS_SECONDS,
      registers,
    });
    this.#requestBytes = new Histogram({
      name: "http_request_size_bytes",
      help: "Bytes of requests, head fields included.",
      buckets: SIZE_BUCKETS_BYTES,
      registers,
    });
    this.#responseBytes = new Histogram({
      name: "http_response_size_bytes",
      help: "Bytes of responses, heads included.",
      buckets: SIZE_BUCKETS_BYTES,
      registers,
    });
    new Counter({
      name: "process_cpu_seconds_total",
      help: "CPU time spent, user and system.",
      registers,
      collect() {
        const { user, system } = process.cpuUsage();
        this.reset();
        this.inc(((user + system) / MICROSECONDS_PER_SECOND) * timeRate);
      },
    });
    new Gauge({
      name: "process_resident_memory_bytes",
      help: "Resident memory.",
      registers,
      collect() {
        this.set(process.memoryUsage.rss());
      },
    });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  middleware(): RequestHandler {
    return (request, response, next) => {
      const startedNanoseconds = process.hrtime.bigint();
      const { socket } = request;
      const writtenBefore = socket.bytesWritten;
      response.on("finish", () => {
        const nanoseconds = Number(process.hrtime.bigint() - startedNanoseconds);
        // Express types a route as any; a request that matched none has no route.
        const route = (request.route as { path: string } | undefined)?.path ?? "none";
        this.#durationSeconds.observe(
          { method: request.method, route, status: String(response.statusCode) },
          (nanoseconds / NANOSECONDS_PER_SECOND) * this.#timeRate,
        );
        this.#requestBytes.observe(
          headBytes(request.rawHeaders) + Number(request.headers["content-length"] ?? 0),
        );
        this.#responseBytes.observe(socket.bytesWritten - writtenBefore);
      });
      next();
    };
  }
}

/** `Name: value\r\n` for each pair. */
function headBytes(rawHeaders: readonly string[]): number {
  let bytes = 0;
  for (const text of rawHeaders) bytes += text.length + 2;
  return bytes;
}
