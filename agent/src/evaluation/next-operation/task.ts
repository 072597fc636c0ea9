import type { Observation } from "../../core/index.js";
import { SessionTracker } from "../../behavior/sessions.js";
import { LstmSequenceModel } from "../../models/sequence/lstm-sequence-model.js";
import { DataError } from "../data/data-error.js";
import { bareObservation } from "../sequence/bare-observation.js";
import { trainModel } from "../sequence/train-model.js";
import { linesOf, tableOf } from "../table.js";
import { requiredValue } from "../task-values.js";
import type { EvaluationTask, TaskContext } from "../task.js";
import { MarkovBaseline } from "./markov-baseline.js";
import { PredictionScores } from "./prediction-scores.js";
import { readRecordedCalls, type RecordedCall } from "./recorded-calls.js";

/** The first part of the time, to learn from. */
const TRAINING_SHARE = 0.7;
/** Operations that are told apart; all others are one that can't be named. */
const NAMED_OPERATIONS = 128;
const RARE_OPERATION = "{other}";
/** As the agent has it unless told. */
const SESSION_GAP_SECONDS = 1800;
/** More than any log of a day has at once. */
const MAX_SESSIONS = 100_000;
const BASELINE_ORDERS = { frequency: 0, markov1: 1, markov3: 3 };

const USAGE = `usage: presage evaluate next-operation --data FILE [options]

FILE is an access log as tab-separated values with the header host, logname, time, method, url, response,
bytes, referer, useragent; gzipped or not. Each host's calls, cut by half an hour of silence, are sessions.
The models learn from the first 70% of the time and foretell each call of the rest from the session so far.
The ${NAMED_OPERATIONS} most frequent operations of the first part are told apart.

  --data FILE         the log
`;

export const nextOperationTask: EvaluationTask = {
  name: "next-operation",
  summary: "the call that comes next in a recorded access log, beside Markov chains",
  usage: USAGE,
  options: { data: { type: "string" } },
  run: async (values, { tell }) => {
    const file = requiredValue(values, "data", USAGE);
    const calls = await readRecordedCalls(file);
    const first = calls[0]?.timeSeconds ?? 0;
    const cut = first + TRAINING_SHARE * ((calls.at(-1)?.timeSeconds ?? 0) - first);
    const named = mostFrequent(calls.filter(({ timeSeconds }) => timeSeconds < cut));
    const observations = observationsOf(calls, new Set(named));
    const training = observations.filter(({ call }) => call.timeSeconds < cut);
    const test = observations.slice(training.length);
    tell(`${training.length} calls to learn from, ${test.length} to foretell`);
    if (test.length === 0) throw new DataError(file, undefined, "has no calls in its last part");

    const scores = new Map<string, PredictionScores>();
    scores.set("lstm", scoreModel(file, training, test, tell));
    for (const [name, order] of Object.entries(BASELINE_ORDERS)) {
      const baseline = new MarkovBaseline(order, named);
      for (const observation of training) baseline.learn(observation);
      for (const observation of test) baseline.score(observation);
      scores.set(name, baseline.scores);
    }
    const results = [...scores].map(([name, all]) => ({ name, ...all.score() }));
    const [{ name: _name, ...lstm } = EMPTY, ...baselines] = results;
    const table = await tableOf({
      model: results.map(({ name }) => name),
      bits: results.map(({ bits }) => bits),
      top1: results.map(({ top1 }) => top1),
      top5: results.map(({ top5 }) => top5),
    });
    return {
      result: {
        ...lstm,
        baselines: Object.fromEntries(baselines.map(({ name, ...score }) => [name, score])),
      },
      predictions: {
        scores: Object.fromEntries(
          [...scores].flatMap(([name, { bits, ranks }]) => [
            [`${name}_bits`, bits],
            [`${name}_rank`, ranks],
          ]),
        ),
      },
      report: linesOf(table),
    };
  },
};

const EMPTY = { name: "", bits: NaN, top1: NaN, top5: NaN };

/** The live model: learns call by call, is trained once, and then scores each call before it follows. */
function scoreModel(
  file: string,
  training: readonly Observation[],
  test: readonly Observation[],
  tell: TaskContext["tell"],
): PredictionScores {
  // One more than the named ones: the rest has a number too.
  const model = new LstmSequenceModel({
    maxOperations: NAMED_OPERATIONS + 1,
    maxSessions: MAX_SESSIONS,
    sessionGapSeconds: SESSION_GAP_SECONDS,
  });
  for (const observation of training) model.learn(observation);
  const problem = trainModel(model, tell);
  if (problem !== undefined) throw new DataError(file, undefined, `can't be learned: ${problem}`);
  const scores = new PredictionScores();
  for (const observation of test) {
    scores.add(model.bits(observation), rankBy(model, observation));
    model.learn(observation);
  }
  return scores;
}

function rankBy(model: LstmSequenceModel, observation: Observation): number {
  const { call, sessionKey, secondsSincePrevious } = observation;
  if (call.operation === RARE_OPERATION) return 0;
  const session = secondsSincePrevious === undefined ? undefined : sessionKey;
  const likely = model.likelyNext(session, NAMED_OPERATIONS + 1);
  if (likely.status !== "ready") return 0;
  const nameable = likely.value.filter(({ operation }) => operation !== RARE_OPERATION);
  return 1 + nameable.findIndex(({ operation }) => operation === call.operation);
}

function mostFrequent(calls: readonly RecordedCall[]): string[] {
  const counts = new Map<string, number>();
  for (const { operation } of calls) counts.set(operation, (counts.get(operation) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, NAMED_OPERATIONS)
    .map(([operation]) => operation);
}

function observationsOf(calls: readonly RecordedCall[], named: ReadonlySet<string>): Observation[] {
  const sessions = new SessionTracker({
    sessionGapSeconds: SESSION_GAP_SECONDS,
    maxSessions: MAX_SESSIONS,
  });
  return calls.map(({ client, timeSeconds, operation, status }) => {
    const bare = {
      operation: named.has(operation) ? operation : RARE_OPERATION,
      sessionKey: client,
      timeSeconds,
      status,
      previousOperation: undefined,
      secondsSincePrevious: undefined,
    };
    const observation = bareObservation(bare);
    return { ...observation, ...sessions.place(observation.call) };
  });
}
