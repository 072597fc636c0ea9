import type { Call, Observation, Random } from "../../core/index.js";
import { observationAt } from "../../core/fixture.js";
import { seededRandom, SESSION_START } from "../../core/index.js";

/** How a group of made-up actors behaves. */
export interface MadeBehavior {
  /** Weights of operations. */
  readonly operations: Readonly<Record<string, number>>;
  /** Mean of what is sent, bytes. */
  readonly requestBytes: number;
  /** Mean between two calls of a session, seconds. */
  readonly pauseSeconds: number;
  readonly callsPerSession: number;
}

export interface MadeActor {
  readonly name: string;
  /** Index of the behavior. */
  readonly truth: number;
  readonly calls: (count: number, fromSeconds: number, truth?: number) => Observation[];
}

export const BROWSING: MadeBehavior = {
  operations: { "GET /products": 5, "GET /products/{id}": 4, "GET /search": 2, "POST /cart": 1 },
  requestBytes: 50,
  pauseSeconds: 20,
  callsPerSession: 12,
};
export const REPORTING: MadeBehavior = {
  operations: { "GET /reports": 4, "GET /reports/{id}": 3, "GET /search": 2, "GET /products": 1 },
  requestBytes: 100,
  pauseSeconds: 40,
  callsPerSession: 8,
};
export const IMPORTING: MadeBehavior = {
  operations: { "POST /imports": 6, "PUT /products/{id}": 3, "GET /products/{id}": 1 },
  requestBytes: 20_000,
  pauseSeconds: 1,
  callsPerSession: 60,
};

/**
 * Actors of each behavior. No two are the same: an actor's weights are drawn from a Dirichlet
 * distribution around those of its behavior (the smaller `concentration`, the wider), its sizes and
 * pauses from log-normal ones, and how much it calls too. An operation is repeated now and then, so that calls
 * are not independent.
 */
export function makeActors(
  seed: number,
  counts: readonly number[],
  behaviors: readonly MadeBehavior[],
  concentration = 30,
): MadeActor[] {
  const random = seededRandom(seed);
  return counts.flatMap((count, truth) =>
    Array.from({ length: count }, (_, index) =>
      makeActor(`${truth}-${index}`, truth, behaviors, concentration, random),
    ),
  );
}

const REPEATED = 0.2;
/** Spread between actors, natural logarithms: a factor of 1.35. */
const ACTOR_SPREAD = 0.3;
const CALL_SPREAD = 0.7;
const VOLUME_SPREAD = 0.8;

function makeActor(
  name: string,
  truth: number,
  behaviors: readonly MadeBehavior[],
  concentration: number,
  random: Random,
): MadeActor {
  const own = behaviors.map((behavior) => {
    const entries = Object.entries(behavior.operations);
    const total = entries.reduce((sum, [, weight]) => sum + weight, 0);
    return {
      weights: entries.map(
        ([operation, weight]) =>
          [operation, gamma((weight / total) * concentration, random)] as const,
      ),
      bytes: Math.log(behavior.requestBytes) + ACTOR_SPREAD * normal(random),
      pause: Math.log(behavior.pauseSeconds) + ACTOR_SPREAD * normal(random),
      callsPerSession: behavior.callsPerSession,
    };
  });
  const volume = Math.exp(VOLUME_SPREAD * normal(random));
  let previous: string | undefined;
  return {
    name,
    truth,
    calls: (count, fromSeconds, behavior = truth) => {
      const drawn = own[behavior];
      if (drawn === undefined) throw new RangeError(`no behavior ${behavior}`);
      let seconds = fromSeconds;
      return Array.from({ length: Math.max(1, Math.round(count * volume)) }, () => {
        if (previous !== undefined && random() < 1 / drawn.callsPerSession) previous = undefined;
        const operation: string =
          previous !== undefined && random() < REPEATED ? previous : pick(drawn.weights, random);
        const pause = Math.exp(drawn.pause + CALL_SPREAD * normal(random));
        seconds += pause;
        const observation = observationOf(
          {
            actor: name,
            timeSeconds: seconds,
            operation,
            requestBytes: Math.exp(drawn.bytes + CALL_SPREAD * normal(random)),
          },
          previous,
          pause,
        );
        previous = operation;
        return observation;
      });
    },
  };
}

/** A call of an actor without a role. */
export function observationOf(
  fields: Partial<Call>,
  previous: string | undefined,
  pause: number | undefined,
): Observation {
  const sizes = { requestBytes: undefined, responseBytes: undefined };
  return observationAt(
    fields.timeSeconds ?? 0,
    { ...sizes, ...fields },
    {
      segment: "unassigned",
      previousOperation: previous ?? SESSION_START,
      secondsSincePrevious: previous === undefined ? undefined : pause,
      sessionKey: fields.session ?? fields.actor,
    },
  );
}

function pick(weights: readonly (readonly [string, number])[], random: Random): string {
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
  let left = random() * total;
  for (const [name, weight] of weights) {
    left -= weight;
    if (left < 0) return name;
  }
  return weights.at(-1)?.[0] ?? "";
}

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Marsaglia and Tsang, "A simple method for generating gamma variables", ACM TOMS 26, 2000. */
function gamma(shape: number, random: Random): number {
  if (shape < 1) return gamma(shape + 1, random) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Agreement of two partitions, 1 for equal ones, about 0 by chance (Hubert and Arabie, 1985). */
export function adjustedRandIndex(a: readonly unknown[], b: readonly unknown[]): number {
  const pairs = (count: number): number => (count * (count - 1)) / 2;
  const countBy = (keys: readonly string[]): number => {
    const counts = new Map<string, number>();
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
    return [...counts.values()].reduce((sum, count) => sum + pairs(count), 0);
  };
  const both = countBy(a.map((key, index) => `${String(key)} ${String(b[index])}`));
  const [inA, inB] = [countBy(a.map(String)), countBy(b.map(String))];
  const expected = (inA * inB) / pairs(a.length);
  const most = (inA + inB) / 2;
  return most === expected ? 1 : (both - expected) / (most - expected);
}
