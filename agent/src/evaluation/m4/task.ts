import { forecastHourly } from "../../models/volume/hourly-seasonal.js";
import { linesOf, tableOf } from "../table.js";
import type { EvaluationTask } from "../task.js";
import { requiredValue } from "../task-values.js";
import { owaOf, scoreSeries, type SeriesScores } from "./m4-scores.js";
import { M4_HOURS, readM4 } from "./m4-series.js";

/** On all 414 hourly series of the competition: sMAPE, MASE, OWA, MSIS. */
const PUBLISHED = [
  { name: "published: Doornik", scores: [8.913, 0.801, 0.41, 6.139] },
  { name: "published: ES-RNN", scores: [9.328, 0.893, 0.44, 7.928] },
  { name: "published: seasonal naive", scores: [13.912, 1.193, 0.627, NaN] },
] as const;

const USAGE = `usage: presage evaluate m4 --data DIR [options]

Forecasts ${M4_HOURS} hours of each hourly series of the M4 competition.
  --data DIR          has Hourly-train.csv and Hourly-test.csv (or .csv.gz); a part of the series will do,
                      but published scores are those of all 414
`;

/** The forecast from an hourly history, on the M4 competition. */
export const m4Task: EvaluationTask = {
  name: "m4",
  summary: "48 hours from an hourly history, on the M4 competition",
  usage: USAGE,
  options: { data: { type: "string" } },
  async run(values, { tell }) {
    const series = await readM4(requiredValue(values, "data", USAGE));
    const scores: SeriesScores[] = [];
    const said: Record<string, { point: number[]; lower: number[]; upper: number[] }> = {};
    for (const { name, history, future } of series) {
      const forecast = forecastHourly(history, M4_HOURS);
      if (forecast.status !== "ready") {
        tell(`${name}: ${forecast.status}, ${forecast.reason}`);
        continue;
      }
      const { point, lower, upper } = forecast.value;
      const score = scoreSeries(history, future, forecast.value);
      // In a history that never changes there is no error to measure others by.
      if (Number.isFinite(score.mase)) scores.push(score);
      else tell(`${name}: never changes, not scored`);
      said[name] = { point: [...point], lower: [...lower], upper: [...upper] };
    }
    const mean = (key: keyof SeriesScores): number =>
      scores.reduce((sum, score) => sum + score[key], 0) / scores.length;
    const [smape, mase, msis, coverage] = [
      mean("smape"),
      mean("mase"),
      mean("msis"),
      mean("coverage"),
    ];
    const owa = owaOf(smape, mase);
    const rows = [{ name: "presage", scores: [smape, mase, owa, msis] }, ...PUBLISHED];
    const column = (index: number): number[] => rows.map((row) => row.scores[index] ?? NaN);
    const table = await tableOf({
      "": rows.map(({ name }) => name),
      sMAPE: column(0),
      MASE: column(1),
      OWA: column(2),
      MSIS: column(3),
    });
    return {
      result: { smape, mase, owa, msis, coverage, series: scores.length },
      predictions: { scores: said },
      report: [
        ...linesOf(table),
        `${scores.length} series; the 95% interval covers ${coverage.toFixed(3)} (published: all 414 series)`,
      ],
    };
  },
};
