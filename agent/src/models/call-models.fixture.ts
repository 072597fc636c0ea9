import {
  seededRandom,
  SESSION_START,
  type ArgumentType,
  type CallModel,
  type Json,
  type Observation,
  type ServedBy,
} from "../core/index.js";
import { observationAt } from "../core/fixture.js";
import { MixturePayloadModel } from "./payload/mixture-payload-model.js";
import { PayloadStatisticsModel } from "./payload/statistics.js";
import { LstmSequenceModel } from "./sequence/lstm-sequence-model.js";
import { MarkovSequenceModel } from "./sequence/markov.js";

/** What an observation is made from; the rest is the same for all. */
export interface Sketch {
  readonly operation: string;
  readonly session: string | undefined;
  readonly previous: string;
  readonly waitSeconds: number;
  readonly pauseSeconds: number | undefined;
  readonly bytes: number | undefined;
  readonly format: string;
  readonly argument: string | undefined;
  readonly argumentType: ArgumentType;
  readonly permissions: readonly string[];
}

export const SKETCH: Sketch = {
  operation: "GET /a",
  session: "s",
  previous: SESSION_START,
  waitSeconds: 1,
  pauseSeconds: undefined,
  bytes: 100,
  format: "application/json",
  argument: undefined,
  argumentType: "string",
  permissions: [],
};

export function observation(sketch: Sketch, timeSeconds: number): Observation {
  const argumentShape = {
    name: sketch.argument ?? "",
    type: sketch.argumentType,
    length: 1,
    classPattern: "a",
    characterClassBigrams: {},
    keyedHash: "0",
  };
  return observationAt(
    timeSeconds,
    {
      operation: sketch.operation,
      requestBytes: sketch.bytes,
      responseBytes: sketch.bytes,
      responseFormat: sketch.format,
      argumentShapes: sketch.argument === undefined ? [] : [argumentShape],
      permissions: sketch.permissions,
    },
    {
      sessionKey: sketch.session,
      previousOperation: sketch.previous,
      secondsSincePrevious: sketch.pauseSeconds,
    },
  );
}

const START_SECONDS = 1_700_000_000;
/** Visits that are enough to be trained on. */
export const ENOUGH_VISITS = 400;
const VISIT_SECONDS = 60;

/** After as many visits as are enough. */
export function observationsOf(list: readonly Sketch[]): Observation[] {
  let timeSeconds = START_SECONDS + VISIT_SECONDS * ENOUGH_VISITS;
  return list.map((sketch) => observation(sketch, (timeSeconds += sketch.waitSeconds)));
}

/** Sessions of four calls whose end depends on their beginning, one a minute. */
export function visits(count: number, from = 0): Observation[] {
  const random = seededRandom(count);
  return Array.from({ length: count }, (_, index) => {
    const door = random() < 0.5 ? "front" : "back";
    const start = START_SECONDS + VISIT_SECONDS * (from + index);
    const path = [`in ${door}`, "look", "look", `out ${door}`];
    return path.map((operation, step) => {
      const previous = path[step - 1] ?? SESSION_START;
      const pauseSeconds = step === 0 ? undefined : 2;
      const session = `visit ${from + index}`;
      return observation(
        { ...SKETCH, operation, session, previous, pauseSeconds },
        start + 2 * step,
      );
    });
  }).flat();
}

/** With limits so small that the sequences above run into them. */
export const callModels: [string, () => CallModel][] = [
  [
    "markov sequence",
    () => new MarkovSequenceModel({ minCalls: 3, maxOperations: 4, maxTransitions: 6 }),
  ],
  [
    "lstm sequence",
    () =>
      new LstmSequenceModel({
        minCalls: 3,
        maxOperations: 6,
        maxTransitions: 6,
        units: 4,
        sessionGapSeconds: 60,
        minTrainingCalls: 1000,
        maxTrainingSteps: 1000,
        maxSessions: 4,
      }),
  ],
  [
    "payload statistics",
    () =>
      new PayloadStatisticsModel({ minCalls: 3, maxOperations: 4, maxCategories: 4, maxPairs: 6 }),
  ],
  [
    "payload mixture",
    () =>
      new MixturePayloadModel({
        minCalls: 3,
        maxOperations: 2,
        maxArguments: 2,
        maxCategories: 4,
        maxPairs: 6,
        firstFitCalls: 4,
        sampleCalls: 8,
        maxComponents: 2,
      }),
  ],
];

/** Those that ask for training, and what serves after one. */
export const TRAINED: ReadonlyMap<string, ServedBy> = new Map([
  ["lstm sequence", "lstm"],
  ["payload mixture", "mixture"],
]);

export function throughJson(snapshot: Json): Json {
  return JSON.parse(JSON.stringify(snapshot)) as Json;
}
