/**
 * False alarms and delays of live change points and anomalies on made-up weeks, and what a window costs:
 * `node test/dist/benchmarks/series.js [seeds]`, 20 seeds unless told. A minute is a window here. Ten calls a
 * second with a daily rhythm, Poisson with a common noise of 10% whose memory is some five minutes.
 */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { WatchedFeature } from "../../agent/src/core/index.js";
import type { MadeWindow } from "../../agent/src/models/series/fixture.js";

// The models are no part of the package's interface, so they are taken from where it was built.
const agentManifest = pathToFileURL(createRequire(import.meta.url).resolve("presage/package.json"));
const built = (file: string): string => new URL(`./dist/${file}`, agentManifest).href;
const { seededRandom, WATCHED_FEATURES } = (await import(
  built("core/index.js")
)) as typeof import("../../agent/src/core/index.js");
const { madeWindow } = (await import(
  built("models/series/fixture.js")
)) as typeof import("../../agent/src/models/series/fixture.js");
const { SeriesWatch } = (await import(
  built("models/series/series-watch.js")
)) as typeof import("../../agent/src/models/series/series-watch.js");

const SEEDS = Number(process.argv[2] ?? 20);
const DAY_MINUTES = 1440;
const MINUTE_SECONDS = 60;
/** A Monday, 00:00 UTC. */
const START_SECONDS = 1_700_438_400;
const CALLS_A_MINUTE = 600;
const NOISE_MEMORY = 0.8;
const COMMON_NOISE = 0.1;
const ANOMALY_THRESHOLD = 0.4;
/** Anomalies are counted after three days, changes of the load after the two that it waits. */
const ANOMALY_FROM_MINUTE = 3 * DAY_MINUTES;

interface Week {
  /** Load at its highest over that at its lowest. */
  readonly ratio: number;
  /** Load of Saturday and Sunday over that of other days. */
  readonly weekend: number;
  readonly growthADay: number;
}

interface Event {
  readonly feature: WatchedFeature;
  readonly minute: number;
  readonly since: number;
}

const USUAL: Week = { ratio: 3, weekend: 1, growthADay: 0 };
let watchedSeconds = 0;
let windows = 0;

function play(
  seed: number,
  minutes: number,
  week: Week,
  change: (minute: number) => Partial<MadeWindow> = () => ({}),
): { told: Event[]; anomalies: Event[] } {
  const random = seededRandom(seed);
  const watch = new SeriesWatch({ windowSeconds: MINUTE_SECONDS, seasonSeconds: 86_400 });
  const told: Event[] = [];
  const anomalies: Event[] = [];
  const lastTold = new Map<WatchedFeature, number>();
  const unusual = new Set<WatchedFeature>();
  let common = 0;
  for (let minute = 0; minute < minutes; minute += 1) {
    const day = Math.floor(minute / DAY_MINUTES);
    const rhythm = Math.exp(
      (Math.log(week.ratio) / 2) * Math.sin((2 * Math.PI * minute) / DAY_MINUTES),
    );
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    common = NOISE_MEMORY * common + Math.sqrt(1 - NOISE_MEMORY ** 2) * normal;
    const weekend = day % 7 >= 5 ? week.weekend : 1;
    const growth = 1 + (week.growthADay * minute) / DAY_MINUTES;
    const changed = change(minute);
    const expected = CALLS_A_MINUTE * rhythm * weekend * growth * Math.exp(COMMON_NOISE * common);
    const window = madeWindow(random, { ...changed, calls: expected * (changed.calls ?? 1) });
    const start = performance.now();
    watch.observe(START_SECONDS + minute * MINUTE_SECONDS, window.calls / MINUTE_SECONDS, window);
    const features = watch.features();
    watchedSeconds += (performance.now() - start) / 1000;
    windows += 1;
    for (const feature of WATCHED_FEATURES) {
      const { lastChange, anomalyScore } = features[feature];
      if (lastChange !== undefined && lastTold.get(feature) !== lastChange.timeSeconds) {
        lastTold.set(feature, lastChange.timeSeconds);
        const since = (lastChange.timeSeconds - START_SECONDS) / MINUTE_SECONDS;
        told.push({ feature, minute, since });
      }
      const isUnusual = anomalyScore?.status === "ready" && anomalyScore.value >= ANOMALY_THRESHOLD;
      if (!isUnusual) unusual.delete(feature);
      else if (!unusual.has(feature)) {
        unusual.add(feature);
        anomalies.push({ feature, minute, since: minute });
      }
    }
  }
  return { told, anomalies };
}

function perDay(events: readonly Event[], days: number): string {
  const shown = WATCHED_FEATURES.map((feature) => {
    const count = events.filter((event) => event.feature === feature).length;
    return count === 0 ? "" : `${feature} ${(count / SEEDS / days).toFixed(2)}`;
  }).filter((text) => text !== "");
  return shown.length === 0 ? "none" : shown.join(", ");
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}

const seeds = Array.from({ length: SEEDS }, (_, at) => at + 1);
const weeks: [string, Week][] = [
  ["load by a factor of 3 a day", USUAL],
  ["by a factor of 10", { ...USUAL, ratio: 10 }],
  ["growing by 5% a day", { ...USUAL, growthADay: 0.05 }],
  ["40% less at weekends", { ...USUAL, weekend: 0.6 }],
];
for (const [name, week] of weeks) {
  const results = seeds.map((seed) => play(seed, 7 * DAY_MINUTES, week));
  const told = results.flatMap((result) => result.told);
  const early = told.filter(({ minute }) => minute < 2 * DAY_MINUTES);
  const late = told.filter(({ minute }) => minute >= 2 * DAY_MINUTES);
  const anomalies = results
    .flatMap((result) => result.anomalies)
    .filter(({ minute }) => minute >= ANOMALY_FROM_MINUTE);
  print(
    `${name}, changes told a day: first two days ${perDay(early, 2)}; later ${perDay(late, 5)}`,
  );
  print(
    `  times a day that the anomaly's score reaches .4, after three days: ${perDay(anomalies, 4)}`,
  );
}

const changes: [string, WatchedFeature, Partial<MadeWindow>][] = [
  ["load +30%", "calls_per_second", { calls: 1.3 }],
  ["load -30%", "calls_per_second", { calls: 0.7 }],
  ["load x2", "calls_per_second", { calls: 2 }],
  ["payloads x2", "request_bytes", { bytes: 2 }],
  ["durations x1.5", "duration_seconds", { duration: 1.5 }],
  ["errors 1% to 5%", "error_ratio", { errors: 0.05 }],
  ["mix 60:40 to 80:20", "operation_mix", { mix: 0.8 }],
];
for (const [name, feature, changed] of changes) {
  const delays: number[] = [];
  const dates: number[] = [];
  for (const seed of seeds) {
    // At another time of the day each.
    const since = 3 * DAY_MINUTES + seed * 67;
    const { told } = play(seed, since + 128, USUAL, (minute) => (minute < since ? {} : changed));
    const found = told.find((event) => event.feature === feature && event.minute >= since);
    if (found === undefined) continue;
    delays.push(found.minute - since + 1);
    dates.push(Math.abs(found.since - since));
  }
  print(
    `${name}: found in ${delays.length} of ${SEEDS} within 128 minutes, ` +
      `median delay ${median(delays)} min, date off by ${median(dates)} min`,
  );
}
print(`a minute of six features: ${((watchedSeconds / windows) * 1e6).toFixed(0)} microseconds`);
