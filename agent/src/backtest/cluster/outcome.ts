import { paidAt, replicasFor, supplyOf, type Cluster, type Span } from "./cluster.js";

/** What a policy's requests led to, over the judged steps whose load is known. */
export interface Outcome {
  /** Minutes in which not all calls could be served. */
  readonly violationMinutes: number;
  /** Calls over what the replicas that served could take. */
  readonly underProvisionedCalls: number;
  /** What is paid: the replicas asked for, from the moment on. */
  readonly podHours: number;
  /** Mean of max(d - s, 0) / d, per cent, with d demanded and s supplied replicas. */
  readonly thetaU: number;
  /** Mean of max(s - d, 0) / d, per cent. */
  readonly thetaO: number;
  /** Share of time with s < d, per cent. */
  readonly tauU: number;
  /** Share of time with s > d, per cent. */
  readonly tauO: number;
  /** How often another number is asked for. */
  readonly changesPerHour: number;
}

const SECONDS_PER_MINUTE = 60;
const SECONDS_PER_HOUR = 3600;
const PERCENT = 100;
/** Calls over capacity by less than this share of a replica are rounding. */
const ROUNDING_REPLICAS = 1e-9;

/**
 * Judges requests, one at the end of each step. Elasticity metrics: Herbst et al., "Ready for Rain? A View
 * from SPEC Research on the Future of Cloud Metrics", 2016; d is what the calls of the step need, never
 * what a policy thinks. Steps of unknown load are neither paid nor judged.
 */
export function judge(cluster: Cluster, asked: Uint32Array, { from, to }: Span): Outcome {
  const { calls, stepSeconds, callsPerReplica } = cluster;
  const supply = supplyOf(asked, cluster.startUpSteps);
  let steps = 0;
  let violations = 0;
  let missing = 0;
  let paid = 0;
  let under = 0;
  let over = 0;
  let underSteps = 0;
  let overSteps = 0;
  let changes = 0;
  for (let t = from; t < to; t += 1) {
    const load = calls[t] ?? NaN;
    if (Number.isNaN(load)) continue;
    const supplied = supply[t] ?? 0;
    const demanded = replicasFor(load, cluster);
    const paidNow = paidAt(asked, t);
    const short = load - supplied * callsPerReplica;
    steps += 1;
    paid += paidNow;
    if (short > ROUNDING_REPLICAS * callsPerReplica) {
      violations += 1;
      missing += short;
    }
    if (supplied < demanded) {
      underSteps += 1;
      under += (demanded - supplied) / demanded;
    } else if (supplied > demanded) {
      overSteps += 1;
      over += (supplied - demanded) / demanded;
    }
    if (t > from && paidNow !== paidAt(asked, t - 1)) changes += 1;
  }
  const share = (sum: number): number => (steps === 0 ? 0 : (PERCENT * sum) / steps);
  const hours = (steps * stepSeconds) / SECONDS_PER_HOUR;
  return {
    violationMinutes: (violations * stepSeconds) / SECONDS_PER_MINUTE,
    underProvisionedCalls: missing,
    podHours: (paid * stepSeconds) / SECONDS_PER_HOUR,
    thetaU: share(under),
    thetaO: share(over),
    tauU: share(underSteps),
    tauO: share(overSteps),
    changesPerHour: hours === 0 ? 0 : changes / hours,
  };
}

/**
 * What an outcome costs in paid replica-hours, when a missing one costs `price` paid ones: what is sought
 * to be small.
 */
export function costOf(
  { podHours, underProvisionedCalls }: Outcome,
  price: number,
  { callsPerReplica, stepSeconds }: Cluster,
): number {
  const missingHours = (underProvisionedCalls / callsPerReplica) * (stepSeconds / SECONDS_PER_HOUR);
  return podHours + price * missingHours;
}
