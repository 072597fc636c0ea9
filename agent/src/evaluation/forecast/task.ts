import { UsageError } from "../../cli/io.js";
import type { Json } from "../../core/index.js";
import { DirectVolumeModel } from "../../models/volume/direct-volume-model.js";
import { DataError } from "../data/data-error.js";
import { readTrace, type Trace } from "../data/read-trace.js";
import { linesOf, tableOf } from "../table.js";
import type { EvaluationTask, TaskValues } from "../task.js";
import { requiredValue } from "../task-values.js";
import { Autoregression } from "./autoregression.js";
import { rollOrigin, type Prediction } from "./rolling-origin.js";
import { coverageOf, scorePoints, seasonalErrorOf, type PointScores } from "./scores.js";

/** Of the rows: what baselines are fitted on. The rest is scored. */
const TRAIN_SHARE = 0.7;
const LEVEL = 0.9;
const AR_ORDER = 30;
const DEFAULT_HORIZONS = "1,5";
/** Nobody was watching rather than nobody calling. */
const DEFAULT_OUTAGE_SECONDS = 3600;
/** A day of minutes: what is further ahead is another model's task. */
const MAX_HORIZON_STEPS = 1440;

const USAGE = `usage: presage evaluate forecast --data FILE --column NAME --step-seconds N --season-seconds N [options]

Walks the forecast through a trace, row by row, and scores what it said over the last 30% of the rows.
  --data FILE         a CSV file (may be gzipped) whose first column is the time of the row
  --column NAME       the column to forecast
  --step-seconds N    from one row to the next
  --season-seconds N  the season of seasonal naive and of MASE; a day, say
  --horizons A,B,...  steps ahead (default ${DEFAULT_HORIZONS})
  --outage-seconds N  an absence longer than this is an outage (default ${DEFAULT_OUTAGE_SECONDS})

Absent rows are zeros, for a log has no line when nobody calls; unless they are absent for longer than
--outage-seconds: an outage is not demand, it is neither learned from nor scored. So is an empty field.
Rows are numbered from 0 in steps from the first, absent ones counted.
In --predictions, index is the row that is forecast, origin the row it was forecast at (index - horizon),
time the seconds since the epoch of the row that is forecast, as the file says them.
shift is the k for which the forecast of t correlates best with the value at t - k; shift_of_change says the
same of the changes since the row it was forecast at, and is null when none is ever forecast.
`;

/** The streaming forecast on a recorded trace. */
export const forecastTask: EvaluationTask = {
  name: "forecast",
  summary: "the load some steps ahead, on a recorded trace",
  usage: USAGE,
  options: {
    data: { type: "string" },
    column: { type: "string" },
    "step-seconds": { type: "string" },
    "season-seconds": { type: "string" },
    horizons: { type: "string", default: DEFAULT_HORIZONS },
    "outage-seconds": { type: "string", default: String(DEFAULT_OUTAGE_SECONDS) },
  },
  async run(values, { tell }) {
    const file = requiredValue(values, "data", USAGE);
    const column = requiredValue(values, "column", USAGE);
    const stepSeconds = positive(values, "step-seconds");
    const seasonSeconds = positive(values, "season-seconds");
    const seasonSteps = Math.round(seasonSeconds / stepSeconds);
    if (seasonSteps < 1 || seasonSteps * stepSeconds !== seasonSeconds) {
      throw new UsageError("--season-seconds must be a multiple of --step-seconds");
    }
    const horizons = horizonsFrom(requiredValue(values, "horizons", USAGE));
    const trace = await readTrace(file, {
      column,
      stepSeconds,
      outageSeconds: positive(values, "outage-seconds"),
    });
    const model = new DirectVolumeModel({
      windowSeconds: stepSeconds,
      windowsPerStep: 1,
      horizonsSeconds: horizons.map((horizon) => horizon * stepSeconds),
      level: LEVEL,
      seasonSeconds,
    });
    const firstOrigin = Math.floor(TRAIN_SHARE * trace.values.length);
    const predictions = rollOrigin(model, trace, firstOrigin, tell);
    const scored = scoreTrace(trace, firstOrigin, seasonSteps, horizons, predictions);
    return {
      result: scored.result,
      predictions: predictions.map((prediction) => ({
        ...prediction,
        origin: prediction.index - prediction.horizon,
        time: trace.startSeconds + prediction.index * stepSeconds,
      })),
      report: await scored.report(),
    };
  },
};

interface ScoredTrace {
  readonly result: Readonly<Record<string, Json>>;
  readonly report: () => Promise<string[]>;
}

/** Everything on the same targets: those that are known, and of which every baseline has a forecast. */
function scoreTrace(
  { file, values, stepSeconds }: Trace,
  firstOrigin: number,
  seasonSteps: number,
  horizons: readonly number[],
  predictions: readonly Prediction[],
): ScoredTrace {
  const seasonalError = seasonalErrorOf(values, firstOrigin, seasonSteps);
  if (!(seasonalError > 0)) {
    throw new DataError(
      file,
      undefined,
      "is too short for a season, or the same in each: there is nothing to measure errors by",
    );
  }
  const autoregression = new Autoregression(values, firstOrigin, AR_ORDER);
  const farthest = Math.max(...horizons);
  const paths = new Map<number, Float64Array>();
  const pathFrom = (origin: number): Float64Array => {
    const path = paths.get(origin) ?? autoregression.path(values, origin, farthest);
    paths.set(origin, path);
    return path;
  };
  const own: Record<string, Json> = {};
  const baselines: Record<string, Record<string, Json>> = {
    naive: {},
    seasonal_naive: {},
    ar30: {},
  };
  const rows: { name: string; scores: PointScores; coverage?: number; busiest?: number }[] = [];
  for (const horizon of horizons) {
    // The latest season that is wholly in the past.
    const lag = Math.ceil(horizon / seasonSteps) * seasonSteps;
    const said = predictions.filter(
      ({ index, horizon: steps }) =>
        steps === horizon &&
        isKnown(values, index) &&
        isKnown(values, index - horizon) &&
        isKnown(values, index - lag),
    );
    if (said.length === 0) {
      throw new DataError(file, undefined, `has no rows to score ${horizon} steps ahead`);
    }
    const targets = said.map(({ index }) => index);
    const score = (points: readonly number[]): PointScores =>
      scorePoints({ horizonSteps: horizon, targets, points }, values, seasonalError);
    const at = (index: number): number => values[index] ?? NaN;
    const scores = score(said.map(({ point }) => point));
    const { coverage, coverageBusiestTenth } = coverageOf(
      targets,
      said.map(({ lower }) => lower),
      said.map(({ upper }) => upper),
      values,
      stepSeconds,
    );
    own[horizon] = { ...scores, coverage, coverage_busiest_tenth: coverageBusiestTenth };
    rows.push({
      name: `presage, ${horizon} ahead`,
      scores,
      coverage,
      busiest: coverageBusiestTenth,
    });
    const others = {
      naive: targets.map((index) => at(index - horizon)),
      seasonal_naive: targets.map((index) => at(index - lag)),
      ar30: targets.map((index) => pathFrom(index - horizon)[horizon - 1] ?? NaN),
    };
    for (const [name, points] of Object.entries(others)) {
      const baseline = score(points);
      (baselines[name] ??= {})[horizon] = { ...baseline };
      rows.push({ name: `  ${name}`, scores: baseline });
    }
  }
  return {
    result: { horizons: own, baselines },
    report: async () => {
      const table = await tableOf({
        "": rows.map(({ name }) => name),
        RMSE: rows.map(({ scores }) => scores.rmse),
        MAE: rows.map(({ scores }) => scores.mae),
        MASE: rows.map(({ scores }) => scores.mase),
        coverage: rows.map((row) => row.coverage ?? NaN),
        busiest: rows.map((row) => row.busiest ?? NaN),
        shift: rows.map(({ scores }) => scores.shift),
        "of change": rows.map(({ scores }) => scores.shift_of_change ?? NaN),
      });
      return [
        ...linesOf(table),
        `${values.length - firstOrigin} rows scored; nominal coverage ${LEVEL}; busiest: in the tenth of the hours with most load`,
      ];
    },
  };
}

function isKnown(values: Float64Array, index: number): boolean {
  return Number.isFinite(values[index] ?? NaN);
}

function positive(values: TaskValues, name: string): number {
  const text = requiredValue(values, name, USAGE);
  const value = Number(text);
  if (value > 0 && value < Infinity) return value;
  throw new UsageError(`--${name} must be a positive number, got "${text}"`);
}

function horizonsFrom(text: string): number[] {
  const horizons = text.split(",").map(Number);
  for (const horizon of horizons) {
    if (!(Number.isInteger(horizon) && horizon >= 1 && horizon <= MAX_HORIZON_STEPS)) {
      throw new UsageError(
        `--horizons must be whole numbers from 1 to ${MAX_HORIZON_STEPS} with commas between, got "${text}"`,
      );
    }
  }
  return [...new Set(horizons)].sort((a, b) => a - b);
}
