/**
 * `node test/dist/benchmarks/operation-mix.js [ACCESS_LOG]`: how good the forecast by operation is, minutes
 * ahead, beside simple ones, and what each candidate is good for. Without a file, on synthetic sessions: a
 * shop whose visitors turn from looking to buying while the rate of calls stays the same, all at once in
 * waves (`waves`) or slowly (`shift`). One JSON line a data set and horizon; the first third only warms up.
 * At last what a window costs, and its ratio to what closing one costs otherwise.
 */
import { randomBytes } from "node:crypto";
import { loadConfig, seededRandom } from "presage";
import type * as RecordedModule from "../../agent/dist/ingestion/recorded/read-recorded.js";
import type * as FittingWorker from "../../agent/dist/runtime/fitting-worker.js";
import type * as FlowModule from "../../agent/dist/runtime/flow.js";
import type * as MixModule from "../../agent/dist/models/mix/operation-mix-model.js";
import type * as OutlookModule from "../../agent/dist/pipeline/workload-outlook.js";
import { builtModule } from "../harness/built-agent.js";

// The modules by these names have these types: they are built together.
const { createFlow } = (await builtModule("runtime/flow.js")) as typeof FlowModule;
const { createFittingWorker } = (await builtModule(
  "runtime/fitting-worker.js",
)) as typeof FittingWorker;
const { readRecordedCalls } = (await builtModule(
  "ingestion/recorded/read-recorded.js",
)) as typeof RecordedModule;
const { OperationMixModel, MIX_CANDIDATES } = (await builtModule(
  "models/mix/operation-mix-model.js",
)) as typeof MixModule;
const { workloadOutlook } = (await builtModule(
  "pipeline/workload-outlook.js",
)) as typeof OutlookModule;

type Window = Parameters<InstanceType<typeof OperationMixModel>["observe"]>;

const WINDOW_SECONDS = 60;
const HORIZONS = [300, 900];
/** A target is the minute that ends at the horizon. */
const MIDDLES = HORIZONS.map((seconds) => seconds - WINDOW_SECONDS / 2);
const OPERATIONS = 10;
const IDENTITY_KEY_BYTES = 32;

const config = loadConfig({
  environment: {
    PRESAGE_WINDOW_SECONDS: String(WINDOW_SECONDS),
    PRESAGE_FORECAST_HORIZONS_SECONDS: HORIZONS.join(","),
  },
});
const OPTIONS = {
  windowSeconds: WINDOW_SECONDS,
  horizonsSeconds: HORIZONS,
  level: 0.9,
  seasonSeconds: 86_400,
  operations: OPERATIONS,
};

type Batches = AsyncIterable<readonly unknown[]> | Iterable<readonly unknown[]>;

/** What closing a window takes its time with, the forecast by operation included. */
const CLOSING_STAGES: readonly string[] = ["volume", "assess", "allocate", "explain"];

/** Each window as the mix model gets it, by the very pipeline, and the seconds that closing them took. */
async function windowsOf(batches: Batches): Promise<{
  windows: Window[];
  closingSeconds: number;
  /** Of each window in which networks served, for all horizons. */
  outlookSeconds: number[];
}> {
  const fitter = createFittingWorker();
  let closingSeconds = 0;
  const windows: Window[] = [];
  const outlookSeconds: number[] = [];
  const { ingestion, queue, workloads } = createFlow({
    config,
    clock: { now: () => 4e9 },
    identityKey: randomBytes(IDENTITY_KEY_BYTES),
    fitter,
    waitForFits: true,
    observeStage: (stage, seconds) => {
      if (CLOSING_STAGES.includes(stage)) closingSeconds += seconds;
    },
    onWindow: (_workload, { startSeconds, endSeconds, overall, segments }, state) => {
      const models = workloads.pipelines[0]?.learning.models;
      const outlook = models && workloadOutlook(models, segments, endSeconds);
      const started = performance.now();
      const mixes = new Map(MIDDLES.map((middle) => [middle, outlook?.expectedMix(middle)]));
      if (outlook !== undefined) outlookSeconds.push((performance.now() - started) / 1000);
      const expectedMix = (seconds: number) => mixes.get(seconds);
      windows.push([startSeconds, overall, state.forecast, { expectedMix }]);
    },
  });
  for await (const batch of batches) {
    ingestion.ingest(batch);
    await workloads.process(queue.take(queue.size));
  }
  await workloads.finish();
  await fitter.close();
  return { windows, closingSeconds, outlookSeconds };
}

interface Errors {
  targets: number;
  share: number;
  excess: number;
  rate: number;
  held: number;
  rates: number;
}

/** What a variant said of each window ahead, and how it compared with what came. */
function evaluate(windows: readonly Window[], horizonSeconds: number, variants: Variants) {
  const ahead = horizonSeconds / WINDOW_SECONDS;
  const from = Math.floor(windows.length / 3);
  const results: Record<string, Record<string, number>> = {};
  for (const [name, forecastOf] of Object.entries(variants)) {
    const errors: Errors = { targets: 0, share: 0, excess: 0, rate: 0, held: 0, rates: 0 };
    for (let origin = 0; origin < windows.length; origin += 1) {
      const said = forecastOf(origin, horizonSeconds);
      const target = windows[origin + ahead]?.[1];
      if (origin >= from && said !== undefined && target !== undefined) add(errors, said, target);
    }
    const { targets, share, excess, rate, held, rates } = errors;
    results[name] = {
      targets,
      share_mae: share / rates,
      share_excess: excess / targets,
      rate_mae: rate / rates,
      coverage: held / rates,
    };
  }
  return results;
}

type Said = readonly {
  readonly operation: string;
  readonly share: number;
  readonly point: number;
  readonly lower: number;
  readonly upper: number;
}[];
type Variants = Record<string, (origin: number, horizonSeconds: number) => Said | undefined>;

function add(errors: Errors, said: Said, target: NonNullable<Window[1]>): void {
  let calls = 0;
  for (const statistics of target.operations.values()) calls += statistics.calls;
  if (calls < 2) return;
  errors.targets += 1;
  let left = calls;
  for (const { operation, share, point, lower, upper } of said) {
    const own = operation === "{other}" ? left : (target.operations.get(operation)?.calls ?? 0);
    left -= own;
    const actual = own / calls;
    const rate = own / WINDOW_SECONDS;
    errors.share += Math.abs(share - actual);
    // A share of n calls varies by chance by y (1 - y) / n: what is left is the error of the forecast.
    errors.excess += (share - actual) ** 2 - (actual * (1 - actual)) / (calls - 1);
    errors.rate += Math.abs(point - rate);
    errors.rates += 1;
    if (rate >= lower && rate <= upper) errors.held += 1;
  }
}

/** Every variant is fed all windows once; what it said is kept. */
function variantsOf(windows: readonly Window[]): Variants {
  const without = (left: string): typeof MIX_CANDIDATES =>
    MIX_CANDIDATES.filter((name) => name !== left) as unknown as typeof MIX_CANDIDATES;
  const models = {
    all: MIX_CANDIDATES,
    without_sessions: without("sessions"),
    without_network: without("network"),
    recent_mix: ["recent"],
    sessions_and_recent: ["sessions"],
  } as const;
  const variants: Variants = {};
  for (const [name, candidates] of Object.entries(models)) {
    const model = new OperationMixModel({ ...OPTIONS, candidates });
    const said = windows.map((window) => {
      model.observe(...window);
      return model.forecast();
    });
    variants[name] = (origin, horizonSeconds) => {
      const forecast = said[origin];
      if (forecast?.status !== "ready") return undefined;
      return forecast.value.points.find((point) => point.horizonSeconds === horizonSeconds)
        ?.operations;
    };
    const last = said.at(-1);
    if (name === "all" && last?.status === "ready") {
      for (const { horizonSeconds, weights } of last.value.points) {
        process.stderr.write(`weights at last, ${horizonSeconds} s: ${JSON.stringify(weights)}\n`);
      }
    }
  }
  variants["last_rates_go_on"] = goOn(windows, variants["all"], 1);
  variants["rates_of_5_minutes_go_on"] = goOn(windows, variants["all"], 5);
  return variants;
}

/** Each operation's rate goes on; of the same operations, at the same origins. */
function goOn(windows: readonly Window[], all: Variants[string] | undefined, length: number) {
  return (origin: number, horizonSeconds: number): Said | undefined => {
    const said = all?.(origin, horizonSeconds);
    if (said === undefined) return undefined;
    const recent = windows.slice(Math.max(0, origin - length + 1), origin + 1);
    const callsOf = (operation: string): number =>
      recent.reduce((sum, [, window]) => sum + (window?.operations.get(operation)?.calls ?? 0), 0);
    let left = recent.reduce((sum, [, window]) => sum + callsIn(window), 0);
    const all2 = left;
    return said.map(({ operation }) => {
      const calls = operation === "{other}" ? left : callsOf(operation);
      left -= calls;
      const point = calls / (recent.length * WINDOW_SECONDS);
      return { operation, share: all2 > 0 ? calls / all2 : 0, point, lower: NaN, upper: NaN };
    });
  };
}

/** Seconds to observe all windows and forecast after each; the median of several. */
function mixSeconds(windows: readonly Window[]): number {
  const seconds = Array.from({ length: COST_RUNS }, () => {
    const model = new OperationMixModel(OPTIONS);
    const started = performance.now();
    for (const window of windows) {
      model.observe(...window);
      model.forecast();
    }
    return (performance.now() - started) / 1000;
  });
  return seconds.sort((a, b) => a - b)[Math.floor(COST_RUNS / 2)] ?? NaN;
}

const COST_RUNS = 5;
const OUTLOOK_QUANTILES = [0.5, 0.99];

function callsIn(window: Window[1]): number {
  let calls = 0;
  for (const statistics of window?.operations.values() ?? []) calls += statistics.calls;
  return calls;
}

async function* recorded(file: string): AsyncGenerator<readonly unknown[]> {
  const options = { format: undefined, service: "recorded" };
  for await (const { records } of readRecordedCalls(file, options)) yield records;
}

const HOURS = 16;
const CALLS_PER_SECOND = 3;
const START_SECONDS = 1_750_000_000;
const WAVE_SECONDS = 2400;
const WAVE_SHARE = 0.6;
const MEAN_PAUSE_SECONDS = 20;
/** Steps of a visit that buys, and how often each is called on the way, about 20 minutes in all. */
const BUYING: readonly (readonly [path: string, calls: number])[] = [
  ["/", 2],
  ["/search", 8],
  ["/products", 20],
  ["/cart", 6],
  ["/checkout", 8],
  ["/payment", 4],
];
const LOOKING = ["/", "/search", "/products", "/products", "/reviews", "/search"] as const;

/**
 * Sessions that buy begin in waves or at a slowly changing rate; sessions that look around fill up to the
 * same rate of calls.
 */
function* synthetic(kind: "waves" | "shift", seed: number): Generator<unknown[]> {
  const random = seededRandom(seed);
  const pause = (): number => -MEAN_PAUSE_SECONDS * Math.log(1 - random());
  const end = HOURS * 3600;
  const calls: { second: number; path: string; session: string }[] = [];
  const bought = new Float64Array(Math.ceil(end / WINDOW_SECONDS) + 1);
  let sessions = 0;
  const visit = (start: number, paths: readonly string[]): void => {
    sessions += 1;
    let second = start;
    for (const path of paths) {
      if (second < end) calls.push({ second, path, session: `s${sessions}` });
      const minute = Math.floor(second / WINDOW_SECONDS);
      bought[minute] = (bought[minute] ?? 0) + 1;
      second += pause();
    }
  };
  const buying = (): string[] =>
    BUYING.flatMap(([path, mean]) =>
      Array.from({ length: Math.max(1, Math.round(mean * (0.5 + random()))) }, () => path),
    );
  const callsInVisit = BUYING.reduce((sum, [, mean]) => sum + mean, 0);
  const perSecond = (WAVE_SHARE * CALLS_PER_SECOND) / callsInVisit;
  for (let second = 0; second < end; second += 1) {
    const phase = (2 * Math.PI * second) / (kind === "waves" ? WAVE_SECONDS : 6 * WAVE_SECONDS);
    // In waves all of a period come within a tenth of it; else the rate swings slowly.
    const isWave = second % WAVE_SECONDS < WAVE_SECONDS / 10;
    const rate =
      kind === "waves" ? (isWave ? 10 * perSecond : 0) : perSecond * (1 + Math.sin(phase));
    if (random() < rate) visit(second, buying());
  }
  const perMinute = CALLS_PER_SECOND * WINDOW_SECONDS;
  for (let minute = 0; minute < end / WINDOW_SECONDS; minute += 1) {
    while ((bought[minute] ?? 0) < perMinute) {
      const length = 1 + Math.floor(random() * 6);
      visit((minute + random()) * WINDOW_SECONDS, LOOKING.slice(0, length));
    }
  }
  calls.sort((a, b) => a.second - b.second);
  for (let at = 0; at < calls.length; at += 500) {
    yield calls.slice(at, at + 500).map(({ second, path, session }) => ({
      timestamp: START_SECONDS + second,
      service: "shop",
      method: "GET",
      route: path,
      status: 200,
      durationSeconds: 0.01,
      sessionId: session,
    }));
  }
}

const [file] = process.argv.slice(2);
const sets: Record<string, Batches> =
  file === undefined
    ? { waves: synthetic("waves", 1), shift: synthetic("shift", 2) }
    : { [file.slice(file.lastIndexOf("/") + 1)]: recorded(file) };
for (const [name, batches] of Object.entries(sets)) {
  const { windows, closingSeconds, outlookSeconds } = await windowsOf(batches);
  process.stderr.write(`${name}: ${windows.length} windows\n`);
  const variants = variantsOf(windows);
  for (const horizonSeconds of HORIZONS) {
    const results = evaluate(windows, horizonSeconds, variants);
    process.stdout.write(`${JSON.stringify({ set: name, horizonSeconds, results })}\n`);
  }
  const seconds = mixSeconds(windows);
  const microsecondsPerWindow = (1e6 * seconds) / windows.length;
  const outlookMilliseconds = outlookSeconds
    .sort((a, b) => a - b)
    .filter((_, index, { length }) =>
      OUTLOOK_QUANTILES.some((q) => index === Math.floor(q * length)),
    )
    .map((value) => 1000 * value);
  const outlook = { windows: outlookSeconds.length, milliseconds: outlookMilliseconds };
  const ratioToClosing = seconds / (closingSeconds - seconds);
  process.stdout.write(
    `${JSON.stringify({ set: name, microsecondsPerWindow, ratioToClosing, outlook })}\n`,
  );
}
