import type { Cluster } from "../cluster/cluster.js";
import { TARGET_UTILIZATIONS } from "./settings.js";
import { SlidingMaximum } from "./sliding-maximum.js";
import type { Policy, PolicyContext, PolicyVariant } from "./policy.js";

/** The default of `--horizontal-pod-autoscaler-downscale-stabilization`. */
export const DEFAULT_WINDOW_SECONDS = 300;
/** The default of `--horizontal-pod-autoscaler-tolerance`. */
export const DEFAULT_TOLERANCE = 0.1;
/** The default policies of `behavior.scaleUp`: the larger of 100% and 4 pods each 15 s. */
const SCALE_UP_PERIOD_SECONDS = 15;
const SCALE_UP_PODS = 4;
const SCALE_UP_FACTOR = 2;
/** What rounding adds to a ratio is no need for a replica. */
const ROUNDING = 1e-9;

export interface AutoscalerOptions {
  readonly cluster: Omit<Cluster, "calls">;
  readonly windowSeconds: number;
  readonly tolerance: number;
}

/**
 * The HorizontalPodAutoscaler of Kubernetes, `autoscaling/v2`, for one metric: desired = ceil(current x
 * metric / target) unless within the tolerance, at most the scale-up policies, and down only to the largest
 * of what was wanted within the stabilization window. Replicas that have not started count as idle when it
 * scales up and not at all when it scales down; either way the sum over all replicas decides, so `needed` is
 * the whole load over a replica's target. Source: kubernetes.io, "Horizontal Pod Autoscaling", algorithm
 * details and configurable scaling behavior.
 */
export class HorizontalAutoscaler {
  readonly #options: AutoscalerOptions;
  readonly #wanted: SlidingMaximum;
  readonly #periods: number;

  constructor(options: AutoscalerOptions) {
    this.#options = options;
    const { stepSeconds } = options.cluster;
    this.#wanted = new SlidingMaximum(1 + Math.floor(options.windowSeconds / stepSeconds));
    this.#periods = Math.max(1, Math.floor(stepSeconds / SCALE_UP_PERIOD_SECONDS));
  }

  /** What the metric asks for, before anything holds it: `needed` replicas would be just at the target. */
  count(needed: number, current: number): number {
    const isNear = Math.abs(needed / current - 1) <= this.#options.tolerance;
    return isNear ? current : Math.ceil(needed - ROUNDING);
  }

  /** Holds what is wanted by stabilization, rates and bounds. */
  hold(wanted: number, current: number): number {
    const { minimumReplicas, maximumReplicas } = this.#options.cluster;
    const largest = this.#wanted.push(wanted);
    let replicas = current;
    if (wanted > current) replicas = wanted;
    else if (largest < current) replicas = largest;
    const most = Math.max(
      current * SCALE_UP_FACTOR ** this.#periods,
      current + SCALE_UP_PODS * this.#periods,
    );
    return Math.min(maximumReplicas, most, Math.max(minimumReplicas, replicas));
  }

  decide(needed: number, current: number): number {
    return this.hold(this.count(needed, current), current);
  }
}

/** One autoscaler for each setting, to whose target utilization the load is held. */
export function autoscalerVariant(
  label: string,
  settings: readonly number[],
  options: AutoscalerOptions,
): PolicyVariant {
  const { callsPerReplica } = options.cluster;
  return {
    label,
    start: () => {
      const autoscalers = settings.map(() => new HorizontalAutoscaler(options));
      return {
        step: ({ calls, isKnown }, asked) => {
          // An autoscaler without its metric does nothing.
          if (!isKnown) return;
          for (const [at, autoscaler] of autoscalers.entries()) {
            const needed = calls / (callsPerReplica * (settings[at] ?? 1));
            asked[at] = autoscaler.decide(needed, asked[at] ?? 1);
          }
        },
      };
    },
  };
}

const KNOB = "target utilization";
/** From none to half an hour, with the default among them. */
const WINDOWS_SECONDS = [0, 60, 120, 180, 300, 420, 600, 900, 1200, 1800] as const;

/** As it comes: only the target is chosen. */
export function hpaPolicy({ cluster }: PolicyContext): Policy {
  const settings = TARGET_UTILIZATIONS;
  const options = { cluster, windowSeconds: DEFAULT_WINDOW_SECONDS, tolerance: DEFAULT_TOLERANCE };
  return {
    name: "hpa",
    knob: KNOB,
    settings,
    variants: [autoscalerVariant("", settings, options)],
  };
}

/** The stabilization window and the tolerance are chosen too. */
export function tunedHpaPolicy({ cluster }: PolicyContext): Policy {
  const settings = TARGET_UTILIZATIONS;
  const variants = WINDOWS_SECONDS.flatMap((windowSeconds) =>
    [0, DEFAULT_TOLERANCE].map((tolerance) =>
      autoscalerVariant(`window ${windowSeconds} s, tolerance ${tolerance}`, settings, {
        cluster,
        windowSeconds,
        tolerance,
      }),
    ),
  );
  return { name: "hpa_tuned", knob: KNOB, settings, variants };
}

/** What the load needs at this moment, nothing held. */
export function reactivePolicy({ cluster }: PolicyContext): Policy {
  const settings = TARGET_UTILIZATIONS;
  return {
    name: "reactive",
    knob: KNOB,
    settings,
    variants: [autoscalerVariant("", settings, { cluster, windowSeconds: 0, tolerance: 0 })],
  };
}
