import { DEFAULT_TOLERANCE, HorizontalAutoscaler } from "./horizontal-autoscaler.js";
import { stepsOf, type Policy, type PolicyContext, type PolicyVariant } from "./policy.js";
import { TARGET_UTILIZATIONS } from "./settings.js";

const SECONDS_PER_HOUR = 3600;
const HOURS_PER_DAY = 24;
/** Launched so long before the hour it is for: `SchedulingBufferTime`, seconds. */
const BUFFER_SECONDS = 300;
/** A forecast reaches 48 h and is renewed every 6 h; it needs at least 24 h of history. */
const RENEWAL_SECONDS = 6 * SECONDS_PER_HOUR;
const MINIMUM_HOURS = 24;
/** Days of history that the forecast of an hour is the mean of: at most 14 are kept. */
const HISTORY_DAYS = [1, 3, 7, 14] as const;
/** Scale-in of the dynamic policy beside it, seconds. */
const WINDOWS_SECONDS = [300, 900] as const;

/**
 * AWS predictive scaling beside a dynamic policy: an hourly forecast sets the least capacity of each hour,
 * five minutes early; it never scales in by itself. How AWS forecasts is not published: here the mean of
 * the same hour of the last days. Source: Amazon EC2 Auto Scaling user guide, "How predictive scaling works".
 */
export function awsPolicy(context: PolicyContext): Policy {
  const variants = HISTORY_DAYS.flatMap((days) =>
    WINDOWS_SECONDS.map((windowSeconds) => variantOf(context, days, windowSeconds)),
  );
  return { name: "aws", knob: "target utilization", settings: TARGET_UTILIZATIONS, variants };
}

function variantOf(context: PolicyContext, days: number, windowSeconds: number): PolicyVariant {
  const { cluster } = context;
  return {
    label: `mean of ${days} days, window ${windowSeconds} s`,
    start: () => {
      const hours = new HourlyForecast(days);
      const renewal = stepsOf(RENEWAL_SECONDS, context);
      const parts = TARGET_UTILIZATIONS.map((target) => ({
        perReplica: cluster.callsPerReplica * target,
        autoscaler: new HorizontalAutoscaler({
          cluster,
          windowSeconds,
          tolerance: DEFAULT_TOLERANCE,
        }),
      }));
      return {
        step: ({ index, startSeconds, calls, isKnown }, asked) => {
          const endSeconds = startSeconds + cluster.stepSeconds;
          if (isKnown) hours.learn(startSeconds, calls);
          if (index % renewal === 0) hours.renew();
          if (!isKnown) return;
          const least = Math.max(hours.at(endSeconds), hours.at(endSeconds + BUFFER_SECONDS));
          for (const [at, { perReplica, autoscaler }] of parts.entries()) {
            const current = asked[at] ?? 1;
            const reactive = autoscaler.count(calls / perReplica, current);
            asked[at] = autoscaler.hold(Math.max(reactive, Math.ceil(least / perReplica)), current);
          }
        },
      };
    },
  };
}

/** Mean calls a step of each hour, and the mean of the same hour of the last days as a forecast. */
class HourlyForecast {
  readonly #days: number;
  /** Sum and number of steps of each hour since the epoch. */
  readonly #hours = new Map<number, { sum: number; steps: number }>();
  #forecast: readonly number[] = [];

  constructor(days: number) {
    this.#days = days;
  }

  learn(seconds: number, calls: number): void {
    const hour = Math.floor(seconds / SECONDS_PER_HOUR);
    const known = this.#hours.get(hour);
    if (known === undefined) {
      this.#hours.set(hour, { sum: calls, steps: 1 });
      this.#hours.delete(hour - this.#days * HOURS_PER_DAY);
    } else {
      known.sum += calls;
      known.steps += 1;
    }
  }

  renew(): void {
    if (this.#hours.size < MINIMUM_HOURS) return;
    const sums = Array.from({ length: HOURS_PER_DAY }, () => ({ sum: 0, hours: 0 }));
    for (const [hour, { sum, steps }] of this.#hours) {
      const total = sums[hour % HOURS_PER_DAY];
      if (total === undefined) continue;
      total.sum += sum / steps;
      total.hours += 1;
    }
    this.#forecast = sums.map(({ sum, hours }) => (hours === 0 ? 0 : sum / hours));
  }

  /** Calls a step that are expected in the hour of this time; 0 before there is a forecast. */
  at(seconds: number): number {
    return this.#forecast[Math.floor(seconds / SECONDS_PER_HOUR) % HOURS_PER_DAY] ?? 0;
  }
}
