import type { Random } from "../../core/index.js";
import { seededRandom } from "../../core/index.js";
import type { WireCall } from "../../ingestion/wire-call.js";
import { exponential, uniformIndex } from "./draws.js";
import type { Moment, SessionBehavior, SimulatedRole } from "./simulated-role.js";

/** Workload of all simulated calls. */
const SIMULATED_SERVICE = "simulated";

/** A session has one call and, after each, another with this probability: a geometric length of mean 10. */
const GO_ON_PROBABILITY = 0.9;
const MEAN_PAUSE_SECONDS = 5;
/** Nobody calls again faster than this. */
const LEAST_PAUSE_SECONDS = 0.5;
/** Sessions began before the beginning: longer than nearly all last, so that the first calls are usual. */
const LEAD_IN_SECONDS = 300;
/** Calls are handed out a slice of time after the other, so that a week need not be held at once. */
const SLICE_SECONDS = 60;

/** Sizes on a logarithmic scale, of the first operation, and what each further one has more. */
const LOG_REQUEST_BYTES = Math.log(300);
const LOG_RESPONSE_BYTES = Math.log(2000);
const LOG_BYTES_BETWEEN_OPERATIONS = 0.3;
/** Standard deviation of sizes of an operation, in the logarithm: a third up or down. */
const LOG_BYTES_DEVIATION = 0.3;
const MEAN_DURATION_SECONDS = 0.05;
const PAGES = 20;

export interface Simulation {
  readonly roles: readonly SimulatedRole[];
  readonly startSeconds: number;
  readonly durationSeconds: number;
  readonly momentAt: (seconds: number) => Moment;
  readonly seed: number;
}

/**
 * Calls in the order of time, a slice at a time. Sessions begin as an inhomogeneous Poisson process (by
 * thinning: Lewis and Shedler, Naval Research Logistics Quarterly 26, 1979). The same for the same seed.
 */
export function* simulateCalls(simulation: Simulation): Generator<WireCall[]> {
  const { roles, durationSeconds, seed } = simulation;
  const random = seededRandom(seed);
  let pending: WireCall[] = [];
  for (let from = -LEAD_IN_SECONDS; from < durationSeconds; from += SLICE_SECONDS) {
    for (const role of roles) beginSessions(simulation, role, from, random, pending);
    const end = simulation.startSeconds + Math.min(from + SLICE_SECONDS, durationSeconds);
    pending.sort((a, b) => secondsOf(a) - secondsOf(b));
    const later = pending.findIndex((call) => secondsOf(call) >= end);
    const due = later < 0 ? pending : pending.slice(0, later);
    pending = later < 0 ? [] : pending.slice(later);
    const first = due.findIndex((call) => secondsOf(call) >= simulation.startSeconds);
    if (first >= 0) yield due.slice(first);
  }
}

/** All sessions of a role that begin in a slice, with all their calls. */
function beginSessions(
  { momentAt, startSeconds }: Simulation,
  role: SimulatedRole,
  from: number,
  random: Random,
  into: WireCall[],
): void {
  const meanGap = 1 / (role.sessionsPerSecond * role.highestIntensity);
  let seconds = from + exponential(random, meanGap);
  for (; seconds < from + SLICE_SECONDS; seconds += exponential(random, meanGap)) {
    const moment = momentAt(seconds);
    if (random() * role.highestIntensity >= role.intensity(moment)) continue;
    const behavior = pick(role.behaviors, role.shares(moment), random);
    const user = uniformIndex(random, role.users);
    const session = `${role.name}-${seconds.toFixed(3)}-${user}`;
    followSession(role, behavior, startSeconds + seconds, session, user, random, into);
  }
}

function followSession(
  role: SimulatedRole,
  behavior: SessionBehavior,
  startSeconds: number,
  sessionId: string,
  user: number,
  random: Random,
  into: WireCall[],
): void {
  const { operations, order } = behavior;
  let place = uniformIndex(random, operations.length);
  let step: number | undefined;
  let timestamp = startSeconds;
  for (;;) {
    const [request, response] = behavior.sizes(random);
    into.push({
      timestamp,
      service: SIMULATED_SERVICE,
      instance: "simulated-1",
      method: "POST",
      route: operations[place] ?? "/",
      status: 200,
      durationSeconds: exponential(random, MEAN_DURATION_SECONDS),
      requestBytes: bytes(LOG_REQUEST_BYTES, place, request),
      responseBytes: bytes(LOG_RESPONSE_BYTES, place, response),
      requestFormat: "application/json",
      responseFormat: "application/json",
      arguments: { reference: behavior.text(random), page: uniformIndex(random, PAGES) },
      userId: `${role.name}-${user}`,
      sessionId,
      roles: [role.name],
    });
    if (random() >= GO_ON_PROBABILITY) return;
    step = order(step, random);
    place = (place + step + operations.length) % operations.length;
    timestamp += LEAST_PAUSE_SECONDS + exponential(random, MEAN_PAUSE_SECONDS);
  }
}

function bytes(logMean: number, place: number, deviation: number): number {
  const log = logMean + LOG_BYTES_BETWEEN_OPERATIONS * place + LOG_BYTES_DEVIATION * deviation;
  return Math.round(Math.exp(log));
}

function pick<T>(items: readonly T[], shares: readonly number[], random: Random): T {
  let left = random();
  for (const [index, item] of items.entries()) {
    left -= shares[index] ?? 0;
    if (left < 0) return item;
  }
  const last = items.at(-1);
  if (last === undefined) throw new RangeError("a role needs a behavior");
  return last;
}

/** Simulated calls always carry seconds. */
function secondsOf({ timestamp }: WireCall): number {
  return Number(timestamp);
}
