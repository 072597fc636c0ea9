import { Counter, Gauge, type Registry } from "prom-client";

/** One number with its labels, in the order of the metric's label names. */
export interface Sample {
  readonly labels: readonly string[];
  readonly value: number;
}

interface SampledMetric {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly string[];
}

/** Series of one metric. Label values come from closed lists; this holds should one of them not be. */
const MAX_SERIES = 200;

/** Takes the place of every label value past {@link MAX_SERIES}. */
const OTHER = "other";

/**
 * A counter that keeps nothing: its numbers are read when Prometheus asks, so that counting stays an
 * addition to a plain number.
 */
export function sampledCounter(
  registry: Registry,
  metric: SampledMetric,
  read: () => Iterable<Sample>,
): void {
  const labelNames = metric.labelNames ?? [];
  const counter: Counter = new Counter({
    ...metric,
    labelNames,
    registers: [registry],
    collect: () => {
      counter.reset();
      let series = 0;
      for (const { labels, value } of read()) {
        series += 1;
        const shown = series < MAX_SERIES ? labels : labels.map(() => OTHER);
        counter.labels(...shown).inc(value);
      }
    },
  });
}

/** A gauge that is read when Prometheus asks, and absent while its value is unknown. */
export function sampledGauge(
  registry: Registry,
  metric: SampledMetric,
  read: () => number | undefined,
): void {
  const gauge: Gauge = new Gauge({
    ...metric,
    registers: [registry],
    collect: () => {
      const value = read();
      if (value === undefined) {
        gauge.remove();
      } else {
        gauge.set(value);
      }
    },
  });
}
