/**
 * Data frames from answers of the Prometheus HTTP API, in the form in which Grafana's Prometheus data
 * source gives them to a panel (format "Time series"): one frame a series, with the fields `Time` and
 * `Value`; the labels, `__name__` among them, are those of `Value`.
 */
import type { PanelQuery, PlainFrame } from "./scene.js";

const MILLISECONDS_PER_SECOND = 1000;

/** https://prometheus.io/docs/prometheus/latest/querying/api/#expression-query-result-formats */
type Sample = readonly [seconds: number, value: string];
type Labels = Readonly<Record<string, string>>;
export interface PrometheusAnswer {
  readonly status: "success" | "error";
  readonly error?: string;
  readonly data?:
    | {
        readonly resultType: "matrix";
        readonly result: readonly { readonly metric: Labels; readonly values: readonly Sample[] }[];
      }
    | {
        readonly resultType: "vector";
        readonly result: readonly { readonly metric: Labels; readonly value: Sample }[];
      }
    | { readonly resultType: "scalar" | "string"; readonly result: Sample };
}

/** Start and end moved back to whole steps, so that a refresh asks for the same moments again. */
export function alignedRange(
  range: { readonly fromMs: number; readonly toMs: number },
  stepSeconds: number,
): { readonly startSeconds: number; readonly endSeconds: number } {
  const align = (milliseconds: number): number =>
    Math.floor(milliseconds / MILLISECONDS_PER_SECOND / stepSeconds) * stepSeconds;
  return { startSeconds: align(range.fromMs), endSeconds: align(range.toMs) };
}

/**
 * `stepSeconds` is the step of a range query. `timeOf` brings seconds of the answer to another clock.
 * Throws an Error with the data source's message when it could not answer.
 */
export function framesOf(
  answer: PrometheusAnswer,
  query: PanelQuery,
  stepSeconds: number,
  timeOf: (seconds: number) => number = (seconds) => seconds,
): PlainFrame[] {
  if (answer.status !== "success" || answer.data === undefined) {
    throw new Error(answer.error ?? "the data source did not answer");
  }
  const { data } = answer;
  const frame = (metric: Labels, samples: readonly Sample[]): PlainFrame =>
    frameOf(metric, samples, query, { stepSeconds, timeOf, resultType: data.resultType });
  switch (data.resultType) {
    case "matrix":
      return data.result.map(({ metric, values }) => frame(metric, values));
    case "vector":
      return data.result.map(({ metric, value }) => frame(metric, [value]));
    case "scalar":
    case "string":
      return [frame({}, [data.result])];
  }
}

interface Form {
  readonly stepSeconds: number;
  readonly timeOf: (seconds: number) => number;
  readonly resultType: string;
}

function frameOf(
  metric: Labels,
  samples: readonly Sample[],
  { refId, expr, instant = false }: PanelQuery,
  { stepSeconds, timeOf, resultType }: Form,
): PlainFrame {
  const name = seriesName(metric) || expr;
  const step = instant ? "" : `\nStep: ${String(stepSeconds)}s`;
  return {
    refId,
    name,
    meta: {
      type: instant ? "numeric-multi" : "timeseries-multi",
      typeVersion: [0, 1],
      custom: { resultType },
      executedQueryString: `Expr: ${expr}${step}`,
      ...(instant ? {} : { preferredVisualisationType: "graph" }),
    },
    fields: [
      {
        name: "Time",
        type: "time",
        values: samples.map(([seconds]) => Math.round(timeOf(seconds) * MILLISECONDS_PER_SECOND)),
        config: instant ? {} : { interval: stepSeconds * MILLISECONDS_PER_SECOND },
      },
      {
        name: "Value",
        type: "number",
        values: samples.map(([, value]) => numberOf(value)),
        labels: metric,
        config: { displayNameFromDS: name },
      },
    ],
  };
}

/** Prometheus writes `NaN`, `+Inf` and `-Inf` as text: they stay what they are. */
function numberOf(text: string): number {
  if (text === "+Inf") return Number.POSITIVE_INFINITY;
  if (text === "-Inf") return Number.NEGATIVE_INFINITY;
  return Number(text);
}

/** `presage_drift_score{workload="shop"}`: the legend of a query that has none of its own. */
function seriesName(metric: Labels): string {
  const { __name__: name = "", ...labels } = metric;
  const pairs = Object.entries(labels)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, value]) => `${key}="${value}"`);
  return pairs.length === 0 ? name : `${name}{${pairs.join(", ")}}`;
}
