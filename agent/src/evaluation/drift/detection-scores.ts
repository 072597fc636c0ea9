import type { DriftCause } from "../../core/index.js";
import type { RunAlarms } from "./alarms.js";
import { poissonInterval } from "./poisson-interval.js";

const SECONDS_PER_DAY = 86_400;
const SECONDS_PER_MINUTE = 60;
const LEVEL = 0.95;
const NINTH_DECILE = 0.9;

/** How well a change is found, over runs of one scenario. */
export interface DetectionScores {
  /** Share of runs with an alarm within so many minutes of the change. */
  readonly within30: number;
  readonly within60: number;
  /**
   * Seconds from the change to the end of the first window in alarm, over all runs; undefined where it falls
   * among those that were not found.
   */
  readonly delayMedian: number | undefined;
  readonly delayNinthDecile: number | undefined;
  /** Share of those found whose first alarm names the role and the kind of change as its largest cause. */
  readonly named: number | undefined;
}

/** How often there is an alarm when nothing has changed. */
export interface FalseAlarmScores {
  readonly count: number;
  readonly days: number;
  readonly perDay: number;
  /** 95% interval of a Poisson rate. */
  readonly interval: readonly [lower: number, upper: number];
}

export function detectionScores(
  runs: readonly RunAlarms[],
  changeAtSeconds: number,
  named: { readonly segment: string | undefined; readonly causes: readonly DriftCause[] },
): DetectionScores {
  const found = runs.map(({ alarms }) =>
    alarms.find(({ atSeconds }) => atSeconds > changeAtSeconds),
  );
  const delays = found
    .map((alarm) => (alarm?.atSeconds ?? Infinity) - changeAtSeconds)
    .sort((a, b) => a - b);
  const within = (minutes: number): number =>
    delays.filter((delay) => delay <= minutes * SECONDS_PER_MINUTE).length / runs.length;
  const known = found.filter((alarm) => alarm !== undefined);
  const right = known.filter(
    ({ largest }) =>
      largest !== undefined &&
      named.causes.includes(largest.cause) &&
      (named.segment === undefined || named.segment === largest.segment),
  );
  return {
    within30: within(30),
    within60: within(60),
    delayMedian: orderStatistic(delays, 0.5),
    delayNinthDecile: orderStatistic(delays, NINTH_DECILE),
    named: known.length === 0 ? undefined : right.length / known.length,
  };
}

export function falseAlarmScores(
  runs: readonly RunAlarms[],
  changeAtSeconds: number,
): FalseAlarmScores {
  let count = 0;
  let days = 0;
  for (const { alarms, quietSeconds } of runs) {
    count += alarms.filter(({ atSeconds }) => atSeconds <= changeAtSeconds).length;
    days += quietSeconds / SECONDS_PER_DAY;
  }
  const [lower, upper] = poissonInterval(count, LEVEL);
  return { count, days, perDay: count / days, interval: [lower / days, upper / days] };
}

/** The smallest value that at least this share of all is not above; undefined when it is infinite. */
function orderStatistic(sorted: readonly number[], share: number): number | undefined {
  const value = sorted[Math.ceil(share * sorted.length) - 1];
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}
