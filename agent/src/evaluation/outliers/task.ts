import { UsageError } from "../../cli/io.js";
import { linesOf, tableOf } from "../table.js";
import type { EvaluationTask, TaskContext, TaskValues } from "../task.js";
import { readLabelledTable, readSetNames, type LabelledTable } from "./labelled-table.js";
import { readReference, type Reference } from "./reference.js";
import { scoreOutliers } from "./score-outliers.js";
import { averagePrecision, rocAuc } from "./scores.js";
import { stratifiedSplit } from "./stratified-split.js";

const TRAIN_SHARE = 0.6;
const DEFAULT_SEEDS = 5;
/** Past this many rows one split differs little from another, and two are enough. */
const MANY_ROWS = 10_000;
const SEEDS_OF_MANY_ROWS = 2;
const FRACTION_DIGITS = 3;

interface SetOutcome {
  readonly name: string;
  readonly rocAuc: number;
  readonly averagePrecision: number;
  readonly plainRocAuc: number;
  readonly components: readonly number[];
  /** Of the first seed, in the order of its test rows. */
  readonly scores: readonly number[];
  readonly labels: readonly number[];
}

export const outliersTask: EvaluationTask = {
  name: "outliers",
  summary: "the payload model's Gaussian mixture on tables with labelled outliers",
  usage: `usage: presage evaluate outliers --data DIR [options]

DIR holds index.csv (column dataset) and a NAME.csv.gz for each (columns of numbers and label). The
mixture learns from 60% of the rows without their labels and scores the other 40%.

  --data DIR          the sets
  --seeds N           random splits of each set, ${DEFAULT_SEEDS} unless told; sets of more than
                      ${MANY_ROWS} rows have at most ${SEEDS_OF_MANY_ROWS}
`,
  options: { data: { type: "string" }, seeds: { type: "string" } },
  run: async (values, context) => {
    const { directory, seeds } = settings(values);
    const names = await readSetNames(directory);
    const references = await readReference(directory);
    const outcomes: SetOutcome[] = [];
    for (const name of names) {
      const table = await readLabelledTable(directory, name);
      outcomes.push(evaluateSet(table, seeds, context));
    }
    return {
      result: {
        mean_roc_auc: mean(outcomes.map(({ rocAuc: auc }) => auc)),
        sets: Object.fromEntries(
          outcomes.map((outcome) => [
            outcome.name,
            { roc_auc: outcome.rocAuc, average_precision: outcome.averagePrecision },
          ]),
        ),
      },
      predictions: {
        scores: Object.fromEntries(outcomes.map(({ name, scores }) => [name, scores])),
        labels: Object.fromEntries(outcomes.map(({ name, labels }) => [name, labels])),
      },
      report: await reportOf(outcomes, references),
    };
  },
};

function settings(values: TaskValues): { directory: string; seeds: number } {
  const { data: directory, seeds: text = String(DEFAULT_SEEDS) } = values;
  if (directory === undefined) throw new UsageError("presage evaluate outliers needs --data DIR");
  const seeds = Number(text);
  if (!Number.isInteger(seeds) || seeds < 1) {
    throw new UsageError(`--seeds is a whole number from 1 on, got "${text}"`);
  }
  return { directory, seeds };
}

function evaluateSet(table: LabelledTable, seeds: number, { tell }: TaskContext): SetOutcome {
  const runs = table.isOutlier.length > MANY_ROWS ? Math.min(seeds, SEEDS_OF_MANY_ROWS) : seeds;
  const aucs: number[] = [];
  const precisions: number[] = [];
  const plainAucs: number[] = [];
  const components: number[] = [];
  let scores: number[] = [];
  let labels: boolean[] = [];
  for (let seed = 1; seed <= runs; seed += 1) {
    const split = stratifiedSplit(table.isOutlier, TRAIN_SHARE, seed);
    const scored = scoreOutliers(table, split, seed);
    if (scored.status !== "ready") {
      tell(`${table.name}: ${scored.status}, ${scored.reason}`);
      continue;
    }
    const isOutlier = split.test.map((row) => table.isOutlier[row] ?? false);
    aucs.push(rocAuc(scored.value.scores, isOutlier));
    precisions.push(averagePrecision(scored.value.scores, isOutlier));
    plainAucs.push(rocAuc(scored.value.plainScores, isOutlier));
    components.push(scored.value.components);
    if (seed === 1) {
      scores = Array.from(scored.value.scores);
      labels = isOutlier;
    }
  }
  const outcome: SetOutcome = {
    name: table.name,
    // A set on which no mixture could be fitted is worth no more than a guess.
    rocAuc: aucs.length === 0 ? 0.5 : mean(aucs),
    averagePrecision: precisions.length === 0 ? 0 : mean(precisions),
    plainRocAuc: plainAucs.length === 0 ? 0.5 : mean(plainAucs),
    components,
    scores,
    labels: labels.map(Number),
  };
  tell(`${table.name}: ROC-AUC ${outcome.rocAuc.toFixed(FRACTION_DIGITS)}`);
  return outcome;
}

async function reportOf(
  outcomes: readonly SetOutcome[],
  references: ReadonlyMap<string, Reference>,
): Promise<string[]> {
  const columns: Record<string, readonly number[]> = {
    "ROC-AUC": outcomes.map(({ rocAuc: auc }) => auc),
    AP: outcomes.map(({ averagePrecision: precision }) => precision),
    density: outcomes.map(({ plainRocAuc }) => plainRocAuc),
    "sk. BIC": outcomes.map(({ name }) => references.get(name)?.bic ?? NaN),
    "sk. best": outcomes.map(({ name }) => references.get(name)?.best ?? NaN),
  };
  const withMeans = Object.fromEntries(
    Object.entries(columns).map(([head, figures]) => [head, [...figures, mean(figures)]]),
  );
  const table = await tableOf({
    set: [...outcomes.map(({ name }) => name), "mean"],
    ...withMeans,
    components: [...outcomes.map(({ components }) => components.join(" ")), ""],
  });
  return [
    ...linesOf(table),
    "ROC-AUC and AP (average precision): mixture with marginal densities; density: -log density alone;",
    "sk.: scikit-learn's mixture by BIC, and the best of all methods in the reference.",
  ];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
