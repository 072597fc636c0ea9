/**
 * What a Prometheus would know about one target, for where none is installed: its metrics are read at a
 * fixed interval and kept for a while. Answers range and instant queries for plain metric names.
 */
import { jsonAnswer, type DataSource, type DataSourceAnswer } from "./data-source.js";
import { readExposition, type ExposedSample } from "./exposition.js";

const MILLISECONDS_PER_SECOND = 1000;
/** Like Prometheus' default limit of a scrape's time. */
const TIMEOUT_SECONDS = 10;
/** A name as a query, and nothing else: https://prometheus.io/docs/concepts/data_model/ */
const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
/** A value is of no use for longer than a few scrapes. */
const STALE_SCRAPES = 3;

export interface ScrapedHistoryOptions {
  /** Such as `http://127.0.0.1:9472/metrics`. */
  readonly url: string;
  readonly intervalSeconds: number;
  /** Older scrapes are forgotten: this bounds the memory, with `maximumSeries`. */
  readonly maximumScrapes: number;
  /** Of a scrape; the rest of a larger one is left out. */
  readonly maximumSeries: number;
  /** Only metrics with this prefix are kept. */
  readonly prefix: string;
  /** Seconds since the Unix epoch. */
  readonly now: () => number;
}

interface Scrape {
  readonly seconds: number;
  readonly samples: readonly ExposedSample[];
}

export class ScrapedHistory {
  readonly #options: ScrapedHistoryOptions;
  readonly #scrapes: Scrape[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ScrapedHistoryOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => {
      void this.scrape();
    }, this.#options.intervalSeconds * MILLISECONDS_PER_SECOND);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Reads the target once. One that does not answer leaves a gap. */
  async scrape(): Promise<void> {
    const { url, now, prefix, maximumSeries, maximumScrapes } = this.#options;
    try {
      const response = await fetch(url, {
        signal: AbortSignal.timeout(TIMEOUT_SECONDS * MILLISECONDS_PER_SECOND),
      });
      if (!response.ok) return;
      const samples = readExposition(await response.text(), prefix).slice(0, maximumSeries);
      this.#scrapes.push({ seconds: now(), samples });
    } catch {
      return;
    }
    if (this.#scrapes.length > maximumScrapes) this.#scrapes.shift();
  }

  /** Answers `/api/v1/query_range` and `/api/v1/query` in Prometheus' form. */
  readonly dataSource: DataSource = ({ path, query }) => {
    const parameters = new URLSearchParams(query);
    const name = parameters.get("query") ?? "";
    if (!METRIC_NAME.test(name)) {
      return Promise.resolve(
        failure(400, `without a Prometheus only names of metrics can be asked for, not ${name}`),
      );
    }
    if (path === "/api/v1/query_range") return Promise.resolve(this.#range(name, parameters));
    if (path === "/api/v1/query") return Promise.resolve(this.#instant(name, parameters));
    return Promise.resolve(failure(404, "there is no Prometheus"));
  };

  #range(name: string, parameters: URLSearchParams): DataSourceAnswer {
    const start = Number(parameters.get("start"));
    const end = Number(parameters.get("end"));
    const step = Number(parameters.get("step"));
    const steps = Math.floor((end - start) / step);
    if (!(step > 0) || !(steps >= 0)) return failure(400, "start, end and step must be a range");
    // At most as many as there are scrapes say something new.
    if (steps > this.#options.maximumScrapes * STALE_SCRAPES) {
      return failure(400, "the range has too many steps");
    }
    const series = new Map<string, { metric: object; values: [number, string][] }>();
    for (let index = 0; index <= steps; index += 1) {
      const seconds = start + index * step;
      for (const sample of this.#at(seconds, name)) {
        const found = series.get(sample.key) ?? { metric: sample.labels, values: [] };
        found.values.push([seconds, sample.value]);
        series.set(sample.key, found);
      }
    }
    return success("matrix", [...series.values()]);
  }

  #instant(name: string, parameters: URLSearchParams): DataSourceAnswer {
    const seconds = Number(parameters.get("time") ?? this.#options.now());
    return success(
      "vector",
      this.#at(seconds, name).map(({ labels, value }) => ({
        metric: labels,
        value: [seconds, value],
      })),
    );
  }

  /** Of the last scrape until then, if it is not too old. */
  #at(seconds: number, name: string): readonly ExposedSample[] {
    const scrape = this.#scrapes.findLast((candidate) => candidate.seconds <= seconds);
    const oldest = seconds - STALE_SCRAPES * this.#options.intervalSeconds;
    if (scrape === undefined || scrape.seconds < oldest) return [];
    return scrape.samples.filter(({ labels }) => labels["__name__"] === name);
  }
}

function success(resultType: string, result: unknown): DataSourceAnswer {
  return jsonAnswer(200, { status: "success", data: { resultType, result } });
}

function failure(status: number, error: string): DataSourceAnswer {
  return jsonAnswer(status, { status: "error", errorType: "bad_data", error });
}
