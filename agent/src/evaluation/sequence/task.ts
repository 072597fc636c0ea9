import {
  quantile,
  SessionVerdict,
  SURPRISE_QUANTILE,
  type SessionUnusualness,
} from "../../models/sequence/session-verdict.js";
import { DataError } from "../data/data-error.js";
import { linesOf, tableOf } from "../table.js";
import { requiredValue } from "../task-values.js";
import type { EvaluationTask, TaskContext } from "../task.js";
import { scoreDetection } from "./detection-score.js";
import { readSequences } from "./read-sequences.js";
import { learnedMarkov, learnedModel, type Judge } from "./sequence-judges.js";

type Session = readonly string[];

/** Thresholds come from training sessions, each judged by a model that did not learn from it. */
const FOLDS = 5;

const USAGE = `usage: presage evaluate sequence --train FILE --anomalous FILE [--normal FILE] [options]

Each file has one session a line, the ids of its events separated by blanks; gzipped or not. The models
learn from the training sessions alone, and so do the thresholds, by cross-validation in ${FOLDS} folds.

  --train FILE        normal sessions to learn from
  --anomalous FILE    anomalous sessions to find
  --normal FILE       normal sessions to pass; without it, every second line of --train is held back
`;

export const sequenceTask: EvaluationTask = {
  name: "sequence",
  summary: "anomalous sessions among normal ones, by order and by counts, beside a Markov chain",
  usage: USAGE,
  options: {
    train: { type: "string" },
    anomalous: { type: "string" },
    normal: { type: "string" },
  },
  run: async (values, { tell }) => {
    const trainFile = requiredValue(values, "train", USAGE);
    const anomalous = await readSequences(requiredValue(values, "anomalous", USAGE));
    const all = await readSequences(trainFile);
    const normalFile = values["normal"];
    const isHalved = normalFile === undefined;
    const train = isHalved ? all.filter((_session, index) => index % 2 === 0) : all;
    const normal = isHalved
      ? all.filter((_session, index) => index % 2 === 1)
      : await readSequences(normalFile);
    if (train.length < FOLDS || normal.length === 0) {
      throw new DataError(trainFile, undefined, `has too few sessions: ${all.length}`);
    }
    tell(
      `${train.length} sessions to learn from, ${normal.length} normal and ${anomalous.length} anomalous ones to tell apart`,
    );

    const judged = judgeAll(trainFile, train, normal, anomalous, tell);
    const { verdict, markovThreshold } = judged;
    const hasUnknown = (session: SessionUnusualness): boolean => session.hasUnknown;
    const scored = (alarm: (one: JudgedSession) => boolean): ReturnType<typeof scoreDetection> =>
      scoreDetection(judged.normal.map(alarm), judged.anomalous.map(alarm));
    const combined = scored(({ model }) => verdict.isUnusual(model));
    const lstm = scored(({ model }) => verdict.isUnusualBySurprise(model));
    const markov = scored(({ model, markov: bits }) => hasUnknown(model) || bits > markovThreshold);

    const rows = { "order and counts": combined, "lstm alone": lstm, "markov1 alone": markov };
    const table = await tableOf({
      verdict: Object.keys(rows),
      tpr: Object.values(rows).map(({ tpr }) => tpr),
      fpr: Object.values(rows).map(({ fpr }) => fpr),
      f1: Object.values(rows).map(({ f1 }) => f1),
      f1_at_prevalence: Object.values(rows).map(({ f1AtPrevalence }) => f1AtPrevalence),
    });
    const { tpr, fpr, precision, recall, f1, f1AtPrevalence } = combined;
    return {
      result: {
        tpr,
        fpr,
        precision,
        recall,
        f1,
        f1_at_prevalence: f1AtPrevalence,
        lstm_only: { f1_at_prevalence: lstm.f1AtPrevalence },
        baselines: { markov1: { f1_at_prevalence: markov.f1AtPrevalence } },
      },
      predictions: {
        scores: {
          // Above 1 is an alarm.
          normal: judged.normal.map(({ model }) => scoreOf(verdict, model)),
          anomalous: judged.anomalous.map(({ model }) => scoreOf(verdict, model)),
          normal_lstm_bits: judged.normal.map(({ model }) => model.surpriseBits),
          anomalous_lstm_bits: judged.anomalous.map(({ model }) => model.surpriseBits),
          normal_markov1_bits: judged.normal.map(({ markov: bits }) => bits),
          anomalous_markov1_bits: judged.anomalous.map(({ markov: bits }) => bits),
        },
      },
      report: linesOf(table),
    };
  },
};

/** An unknown event is an alarm whatever the rest: as a score, ten times the threshold more. */
const UNKNOWN_SCORE = 10;

function scoreOf(verdict: SessionVerdict, session: SessionUnusualness): number {
  return verdict.score(session) + (session.hasUnknown ? UNKNOWN_SCORE : 0);
}

interface JudgedSession {
  readonly model: SessionUnusualness;
  readonly markov: number;
}

interface Judged {
  readonly verdict: SessionVerdict;
  readonly markovThreshold: number;
  readonly normal: readonly JudgedSession[];
  readonly anomalous: readonly JudgedSession[];
}

function judgeAll(
  file: string,
  train: readonly Session[],
  normal: readonly Session[],
  anomalous: readonly Session[],
  tell: TaskContext["tell"],
): Judged {
  const learned = (sessions: readonly Session[]): Judge<JudgedSession> => {
    try {
      const model = learnedModel(sessions, tell);
      const markov = learnedMarkov(sessions);
      return (session) => ({ model: model(session), markov: markov(session) });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new DataError(file, undefined, `can't be learned: ${reason}`, { cause: error });
    }
  };
  const heldOut = Array.from({ length: FOLDS }, (_, fold) => {
    tell(`fold ${fold + 1} of ${FOLDS}`);
    const judge = learned(train.filter((_session, index) => index % FOLDS !== fold));
    return train.filter((_session, index) => index % FOLDS === fold).map(judge);
  }).flat();
  tell("all training sessions");
  const judge = learned(train);
  return {
    verdict: new SessionVerdict(heldOut.map(({ model }) => model)),
    markovThreshold: quantile(
      heldOut.map(({ markov }) => markov),
      SURPRISE_QUANTILE,
    ),
    normal: normal.map(judge),
    anomalous: anomalous.map(judge),
  };
}
