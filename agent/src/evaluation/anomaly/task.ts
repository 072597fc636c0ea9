import { ANOMALY_THRESHOLD, StreamingAnomaly } from "../../models/anomaly/streaming-anomaly.js";
import { UsageError } from "../../cli/io.js";
import { linesOf, tableOf } from "../table.js";
import type { EvaluationTask } from "../task.js";
import { requiredValue } from "../task-values.js";
import { PROFILE_NAMES, readCorpus, type Corpus, type LabelledSeries } from "./read-corpus.js";
import { bestThreshold, normalizedScore, type LabelledScores } from "./score.js";

/** How often the baseline that knows nothing raises an alarm, in days; the best of these is shown. */
const FIXED_INTERVAL_DAYS = [0.25, 0.5, 1, 2, 3, 4, 7];
const SECONDS_PER_DAY = 86_400;

const USAGE = `usage: presage evaluate anomaly --data DIR [options]

Runs the streaming detector over the Numenta Anomaly Benchmark, each file once and in order.
  --data DIR          has data/<folder>/<file>.csv, labels/combined_windows.json, config/profiles.json
  --threshold X       from which score on an alarm is raised, 0 to 1 (default ${ANOMALY_THRESHOLD}, as live)
`;

/** The streaming detector on the Numenta Anomaly Benchmark. */
export const anomalyTask: EvaluationTask = {
  name: "anomaly",
  summary: "streaming anomalies, on the Numenta Anomaly Benchmark",
  usage: USAGE,
  options: { data: { type: "string" }, threshold: { type: "string" } },
  async run(values, { tell }) {
    const corpus = await readCorpus(requiredValue(values, "data", USAGE));
    const threshold = thresholdFrom(values["threshold"]);
    const { standard } = corpus.profiles;
    const files = new Map<string, LabelledScores>();
    for (const series of corpus.series) {
      files.set(series.path, { scores: alarmScores(series, threshold), windows: series.windows });
      if (files.size % 10 === 0) tell(`${files.size} of ${corpus.series.length} files`);
    }
    const all = [...files.values()];
    const profiles = Object.fromEntries(
      PROFILE_NAMES.map((name) => [name, normalizedScore(all, threshold, corpus.profiles[name])]),
    );
    const tuned = bestThreshold(all, standard);
    const fixed = Math.max(
      ...FIXED_INTERVAL_DAYS.map((days) =>
        normalizedScore(
          corpus.series.map((series) => fixedIntervalAlarms(series, days)),
          1,
          standard,
        ),
      ),
    );
    const folders = foldersOf(corpus, files, threshold);
    return {
      result: {
        ...profiles,
        threshold,
        label_tuned: { threshold: tuned.threshold, standard: tuned.score },
        baselines: { fixed_interval: fixed },
        folders,
      },
      predictions: {
        files: Object.fromEntries(
          [...files].map(([path, { scores }]) => [path, Array.from(scores)]),
        ),
      },
      report: linesOf(
        await tableOf({
          what: [
            ...PROFILE_NAMES,
            "standard, threshold tuned on the labels",
            "standard, alarms at the best fixed interval",
            ...Object.keys(folders),
          ],
          score: [
            ...PROFILE_NAMES.map((name) => profiles[name] ?? NaN),
            tuned.score,
            fixed,
            ...Object.values(folders),
          ],
        }),
      ),
    };
  },
};

/** The score of each row, 0 in the silence after an alarm and while the detector warms up. */
function alarmScores(series: LabelledSeries, threshold: number): Float64Array {
  const detector = new StreamingAnomaly(threshold);
  let lastSeconds = -Infinity;
  return series.values.map((value, row) => {
    const seconds = series.times[row] ?? NaN;
    // Daylight saving makes some hours come twice; the second is left out.
    if (seconds <= lastSeconds) return 0;
    lastSeconds = seconds;
    const verdict = detector.observe(seconds, value);
    if (verdict.status !== "ready") return 0;
    const { score, isAlarm } = verdict.value;
    return score >= threshold && !isAlarm ? 0 : score;
  });
}

function fixedIntervalAlarms({ times, windows }: LabelledSeries, days: number): LabelledScores {
  let last = times[0] ?? 0;
  const scores = times.map((time) => {
    if (time - last < days * SECONDS_PER_DAY) return 0;
    last = time;
    return 1;
  });
  return { scores, windows };
}

function foldersOf(
  { series, profiles }: Corpus,
  files: ReadonlyMap<string, LabelledScores>,
  threshold: number,
): Record<string, number> {
  const folders = new Map<string, LabelledScores[]>();
  for (const { path } of series) {
    const folder = path.split("/")[0] ?? path;
    const file = files.get(path);
    if (file !== undefined) folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  // A folder without anomalies has no score of its own: its false alarms count in the whole.
  const scored = [...folders].filter(([, inside]) =>
    inside.some(({ windows }) => windows.length > 0),
  );
  return Object.fromEntries(
    scored.map(([folder, inside]) => [
      folder,
      normalizedScore(inside, threshold, profiles.standard),
    ]),
  );
}

function thresholdFrom(text: string | undefined): number {
  if (text === undefined) return ANOMALY_THRESHOLD;
  const threshold = Number(text);
  if (threshold > 0 && threshold <= 1) return threshold;
  throw new UsageError(`--threshold takes a number over 0, at most 1; not "${text}"\n\n${USAGE}`);
}
