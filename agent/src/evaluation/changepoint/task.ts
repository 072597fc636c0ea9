import { findChanges } from "../../models/changepoint/offline-segmentation.js";
import { linesOf, tableOf } from "../table.js";
import type { EvaluationTask } from "../task.js";
import { requiredValue } from "../task-values.js";
import { readAnnotatedSeries } from "./read-series.js";
import { scoreChangepoints, type ChangepointScore } from "./score.js";

/** Series of the set that only check that a detector works at all; the published means leave them out. */
const SANITY_PREFIX = "quality_control_";

const USAGE = `usage: presage evaluate changepoint --data DIR [options]

Segments each series of the Turing Change Point Dataset and compares with what people marked.
  --data DIR          has annotations.json and series/*.json
`;

/** Offline segmentation on the Turing Change Point Dataset. */
export const changepointTask: EvaluationTask = {
  name: "changepoint",
  summary: "change points, on the Turing Change Point Dataset",
  usage: USAGE,
  options: { data: { type: "string" } },
  async run(values, { tell }) {
    const all = await readAnnotatedSeries(requiredValue(values, "data", USAGE));
    const predictions: Record<string, readonly number[]> = {};
    const scores: Record<string, ChangepointScore> = {};
    const nothing: ChangepointScore[] = [];
    for (const { name, values: series, annotations } of all) {
      const found = findChanges(series);
      const indices = found.status === "ready" ? found.value.map(({ index }) => index) : [];
      if (found.status !== "ready") tell(`${name}: ${found.status}, ${found.reason}`);
      predictions[name] = indices;
      if (annotations === undefined) {
        tell(`${name}: nobody marked it, so it is not scored`);
        continue;
      }
      scores[name] = scoreChangepoints(indices, annotations, series.length);
      if (isScored(name)) nothing.push(scoreChangepoints([], annotations, series.length));
    }
    const names = Object.keys(scores);
    const overall = meanScore(names.filter(isScored).map((name) => scores[name] ?? NONE));
    const zero = meanScore(nothing);
    const series = Object.fromEntries(names.map((name) => [name, { ...(scores[name] ?? NONE) }]));
    return {
      result: { ...overall, zero: { ...zero }, series },
      predictions: { series: predictions },
      report: [
        ...linesOf(
          await tableOf({
            series: [...names, "mean", "predict nothing"],
            f1: [...names.map((name) => scores[name]?.f1 ?? NaN), overall.f1, zero.f1],
            cover: [...names.map((name) => scores[name]?.cover ?? NaN), overall.cover, zero.cover],
          }),
        ),
        `The means leave out ${SANITY_PREFIX}*, as the published ones do.`,
      ],
    };
  },
};

const NONE: ChangepointScore = { f1: NaN, cover: NaN };

function isScored(name: string): boolean {
  return !name.startsWith(SANITY_PREFIX);
}

function meanScore(scores: readonly ChangepointScore[]): ChangepointScore {
  const mean = (pick: (score: ChangepointScore) => number): number =>
    scores.reduce((sum, score) => sum + pick(score), 0) / scores.length;
  return { f1: mean(({ f1 }) => f1), cover: mean(({ cover }) => cover) };
}
