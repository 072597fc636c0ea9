import type { Observation } from "../../core/index.js";
import { InterpolatedMarkov } from "../../models/sequence/interpolated-markov.js";
import { LstmSequenceModel } from "../../models/sequence/lstm-sequence-model.js";
import { SessionCounts } from "../../models/sequence/session-counts.js";
import { unusualnessOf, type SessionUnusualness } from "../../models/sequence/session-verdict.js";
import { bareObservation } from "./bare-observation.js";
import { trainModel } from "./train-model.js";

type Session = readonly string[];

/** Says how unusual a session is after learning from others. */
export type Judge<Answer> = (session: Session) => Answer;

const SUCCESS = 200;
/** Sessions follow each other so slowly that each has ended when the next begins. */
const SECONDS_BETWEEN = 10;
const SESSION_GAP_SECONDS = 5;

/** The live model, fed session by session and trained once. Throws an Error when it can't be. */
export function learnedModel(
  sessions: readonly Session[],
  tell: (line: string) => void,
): Judge<SessionUnusualness> {
  const counts = new SessionCounts();
  const model = new LstmSequenceModel({
    sessionGapSeconds: SESSION_GAP_SECONDS,
    // One more step for the end of each: nothing is sampled.
    maxTrainingSteps: sessions.reduce((sum, { length }) => sum + length + 1, 1),
  });
  for (const [index, session] of sessions.entries()) {
    counts.learn(session);
    for (const observation of observed(session, index)) model.learn(observation);
  }
  const problem = trainModel(model, tell);
  if (problem !== undefined) throw new Error(problem);
  return remembered((session) => {
    const unusualness = unusualnessOf(observed(session, sessions.length), model, counts);
    if (unusualness === undefined) throw new Error("the model does not serve");
    return unusualness;
  });
}

const START = 0;
const END = 1;
const RARE = 2;
const FIRST = 3;

/** Mean surprise under a Markov chain of order 1 on the same sessions, bits. */
export function learnedMarkov(sessions: readonly Session[]): Judge<number> {
  const known = [...new Set(sessions.flat())];
  const symbols = new Map(known.map((event, index) => [event, FIRST + index]));
  const chain = new InterpolatedMarkov(1, FIRST + known.length);
  const symbolsOf = (session: Session): number[] => [
    ...session.map((event) => symbols.get(event) ?? RARE),
    END,
  ];
  for (const session of sessions) {
    let last = START;
    for (const symbol of symbolsOf(session)) {
      chain.learn([last], symbol);
      last = symbol;
    }
  }
  const probabilities = Array.from({ length: FIRST + known.length }, (_, last) =>
    chain.probabilities([last]),
  );
  return remembered((session) => {
    let last = START;
    let bits = 0;
    for (const symbol of symbolsOf(session)) {
      bits -= Math.log2(probabilities[last]?.[symbol] ?? NaN);
      last = symbol;
    }
    return bits / (session.length + 1);
  });
}

function observed(session: Session, index: number): Observation[] {
  return session.map((event, at) =>
    bareObservation({
      operation: event,
      sessionKey: `session ${index}`,
      timeSeconds: index * SECONDS_BETWEEN,
      status: SUCCESS,
      previousOperation: session[at - 1],
      secondsSincePrevious: at === 0 ? undefined : 0,
    }),
  );
}

/** Many sessions are equal, and each is judged once. */
function remembered<Answer>(judge: Judge<Answer>): Judge<Answer> {
  const answers = new Map<string, Answer>();
  return (session) => {
    const key = session.join(" ");
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = judge(session);
    answers.set(key, answer);
    return answer;
  };
}
