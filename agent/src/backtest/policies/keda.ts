import {
  DEFAULT_TOLERANCE,
  DEFAULT_WINDOW_SECONDS,
  HorizontalAutoscaler,
} from "./horizontal-autoscaler.js";
import {
  leadSteps,
  stepsOf,
  type Policy,
  type PolicyContext,
  type PolicyVariant,
} from "./policy.js";
import { LeastSquaresLine } from "./least-squares-line.js";
import { HOLDS_SECONDS, TARGET_UTILIZATIONS } from "./settings.js";

const SECONDS_PER_HOUR = 3600;
const HOURS_PER_DAY = 24;
/** Of the loads of a busy hour on all days, the one that the schedule is made for. */
const SCHEDULE_QUANTILES = [0.5, 0.75, 0.9] as const;

/**
 * KEDA's cron trigger beside one on the metric: so many replicas within the busy hours of every day, or what
 * the HPA wants, whichever is more. The hours and the number come from the training part, as a person
 * would read them off a dashboard: the hours whose mean is above that of the whole day, and the load that
 * a share of their steps stay below. Source: keda.sh, scalers "Cron" and "Prometheus"; several triggers
 * become several metrics of one HPA, which takes the largest.
 */
export function kedaCronPolicy(context: PolicyContext): Policy {
  const { cluster } = context;
  const settings = TARGET_UTILIZATIONS;
  const variants = SCHEDULE_QUANTILES.flatMap((quantile) => {
    const scheduled = scheduleFrom(context, quantile);
    return [0, DEFAULT_WINDOW_SECONDS].map((windowSeconds): PolicyVariant => ({
      label: `schedule for ${quantile} of the busy steps, window ${windowSeconds} s`,
      start: () => {
        const autoscalers = settings.map(
          () => new HorizontalAutoscaler({ cluster, windowSeconds, tolerance: DEFAULT_TOLERANCE }),
        );
        return {
          step: ({ calls, isKnown, startSeconds }, asked) => {
            if (!isKnown) return;
            const due = scheduled[hourOf(startSeconds + cluster.stepSeconds)] ?? 0;
            for (const [at, autoscaler] of autoscalers.entries()) {
              const perReplica = cluster.callsPerReplica * (settings[at] ?? 1);
              const current = asked[at] ?? 1;
              const wanted = autoscaler.count(calls / perReplica, current);
              asked[at] = autoscaler.hold(Math.max(wanted, Math.ceil(due / perReplica)), current);
            }
          },
        };
      },
    }));
  });
  return { name: "keda_cron", knob: "target utilization", settings, variants };
}

function hourOf(seconds: number): number {
  return Math.floor(seconds / SECONDS_PER_HOUR) % HOURS_PER_DAY;
}

/** Calls a step that each hour of the day is scheduled for; 0 outside of the busy hours. */
function scheduleFrom({ cluster, training }: PolicyContext, quantile: number): readonly number[] {
  const hours = Array.from({ length: HOURS_PER_DAY }, (): number[] => []);
  training.forEach((calls, index) => {
    if (Number.isNaN(calls)) return;
    hours[hourOf(cluster.startSeconds + index * cluster.stepSeconds)]?.push(calls);
  });
  const means = hours.map((loads) => loads.reduce((sum, calls) => sum + calls, 0) / loads.length);
  const known = means.filter(Number.isFinite);
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const busy = hours.flatMap((loads, hour) => ((means[hour] ?? 0) > mean ? loads : []));
  busy.sort((a, b) => a - b);
  const number = busy[Math.floor(quantile * (busy.length - 1))] ?? 0;
  return means.map((value) => (value > mean ? number : 0));
}

/** What is looked back at, seconds. */
const LINE_SECONDS = [180, 300, 600, 900, 1800, 3600] as const;

/**
 * KEDA's Prometheus trigger on `predict_linear(metric[window], start-up)`: the line through the last values,
 * extrapolated to when a replica started now would serve. Source: prometheus.io, function `predict_linear`.
 */
export function kedaPredictLinearPolicy(context: PolicyContext): Policy {
  const { cluster } = context;
  const settings = TARGET_UTILIZATIONS;
  const variants = LINE_SECONDS.flatMap((lineSeconds) =>
    HOLDS_SECONDS.flatMap((windowSeconds) =>
      [0, DEFAULT_TOLERANCE].map((tolerance): PolicyVariant => ({
        label: `line through ${lineSeconds} s, window ${windowSeconds} s, tolerance ${tolerance}`,
        start: () => {
          const line = new LeastSquaresLine(stepsOf(lineSeconds, context) + 1);
          const autoscalers = settings.map(
            () => new HorizontalAutoscaler({ cluster, windowSeconds, tolerance }),
          );
          return {
            step: ({ calls, isKnown }, asked) => {
              line.push(calls);
              if (!isKnown) return;
              const expected = Math.max(0, line.ahead(leadSteps(context)));
              for (const [at, autoscaler] of autoscalers.entries()) {
                const needed = expected / (cluster.callsPerReplica * (settings[at] ?? 1));
                asked[at] = autoscaler.decide(needed, asked[at] ?? 1);
              }
            },
          };
        },
      })),
    ),
  );
  return { name: "keda_predict_linear", knob: "target utilization", settings, variants };
}
