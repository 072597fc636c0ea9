import { join } from "node:path";
import { UsageError } from "../../cli/io.js";
import { seededRandom } from "../../core/index.js";
import { MixturePayloadModel } from "../../models/payload/mixture-payload-model.js";
import { runMixtureJob } from "../../models/payload/mixture-job.js";
import { DataError } from "../data/data-error.js";
import type { EvaluationTask, TaskContext } from "../task.js";
import { readHttpRequests, type HttpRequest } from "./http-requests.js";
import { RequestCalls } from "./request-calls.js";
import { scoreDetection, thresholdAt } from "./score-detection.js";

const TRAINING_FILE = "normalTrafficTraining.txt.gz";
const NORMAL_FILE = "normalTrafficTest.txt.gz";
const ANOMALOUS_FILE = "anomalousTrafficTest.txt.gz";
/** The rest of the training requests gives the threshold. */
const FIT_SHARE = 0.7;
/** One alarm in 200 usual calls. It must stay below 1 - the share of attacks in the training requests. */
const THRESHOLD_QUANTILE = 0.995;
const SPLIT_SEED = 1;
/** The log has no times: one request a second, so that nothing is forgotten faster than it would be live. */
const FIRST_SECOND = 1_700_000_000;
const FRACTION_DIGITS = 4;

export const payloadTask: EvaluationTask = {
  name: "payload",
  summary: "the payload model on HTTP requests, normal and anomalous",
  usage: `usage: presage evaluate payload --data DIR [options]

DIR holds full HTTP requests as text: ${TRAINING_FILE}, ${NORMAL_FILE} and
${ANOMALOUS_FILE}. The model learns from 70% of the training requests; the ${THRESHOLD_QUANTILE} quantile
of the other 30% is the threshold.

  --data DIR          the requests
`,
  options: { data: { type: "string" } },
  run: async ({ data }, context) => {
    if (data === undefined) throw new UsageError("presage evaluate payload needs --data DIR");
    const training = await readHttpRequests(join(data, TRAINING_FILE));
    const normal = await readHttpRequests(join(data, NORMAL_FILE));
    const anomalous = await readHttpRequests(join(data, ANOMALOUS_FILE));
    const judge = learned(training, join(data, TRAINING_FILE), context);
    const normalScores = normal.map(judge.score);
    const anomalousScores = anomalous.map(judge.score);
    const seen = new Set(training.map(textOf));
    const isNovel = normal.map((request) => !seen.has(textOf(request)));
    const detection = scoreDetection(normalScores, isNovel, anomalousScores, judge.threshold);
    const { auroc, tpr, fpr, f1, fprNovel } = detection;
    const novel = isNovel.filter((is) => is).length;
    const figures = Object.entries({ auroc, tpr, fpr, f1, fpr_novel: fprNovel });
    return {
      result: Object.fromEntries(figures),
      predictions: { scores: { normal: normalScores, anomalous: anomalousScores } },
      report: [
        ...figures.map(([name, figure]) => `${name.padEnd(10)} ${figure.toFixed(FRACTION_DIGITS)}`),
        `threshold  ${judge.threshold.toFixed(FRACTION_DIGITS)} (quantile ${THRESHOLD_QUANTILE} of training requests not learned from)`,
        `${novel} of ${normal.length} normal test requests are novel: fpr_novel is of these`,
      ],
    };
  },
};

interface Judge {
  readonly score: (request: HttpRequest) => number;
  readonly threshold: number;
}

/** Learns from a random part of the training requests, call by call as live. */
function learned(training: readonly HttpRequest[], file: string, { tell }: TaskContext): Judge {
  const calls = new RequestCalls();
  const model = new MixturePayloadModel();
  const order = shuffled(training);
  const cut = Math.floor(FIT_SHARE * order.length);
  tell(`learning from ${cut} requests`);
  order.slice(0, cut).forEach((request, index) => {
    model.learn(calls.observation(request, FIRST_SECOND + index, true));
    // At once rather than beside the calls, so that the result does not depend on how long it takes.
    const job = model.dueFit();
    if (job !== undefined) model.adopt(runMixtureJob(job));
  });
  const status = model.status();
  if (status.status !== "ready") {
    throw new DataError(file, undefined, `has too few requests to learn from (${status.reason})`);
  }
  const score = (request: HttpRequest): number => {
    const outlier = model.outlier(calls.observation(request, FIRST_SECOND + cut, false));
    return outlier.status === "ready" ? outlier.value.distance : NaN;
  };
  tell("scoring");
  return { score, threshold: thresholdAt(order.slice(cut).map(score), THRESHOLD_QUANTILE) };
}

/** Fisher and Yates' shuffle, always the same. */
function shuffled(requests: readonly HttpRequest[]): HttpRequest[] {
  const random = seededRandom(SPLIT_SEED);
  const order = [...requests];
  for (let i = order.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    const [left, right] = [order[i], order[j]];
    if (left === undefined || right === undefined) continue;
    order[i] = right;
    order[j] = left;
  }
  return order;
}

/** What makes a request the same as another: headers, among them the session's cookie, do not. */
function textOf({ method, target, body }: HttpRequest): string {
  return `${method} ${target}\n${body}`;
}
