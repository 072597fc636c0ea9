import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { DataError } from "../data/data-error.js";
import { numberColumn, readCsv, textColumn } from "../data/read-csv.js";
import { readJson } from "../data/read-json.js";
import type { CostProfile, LabelledWindow } from "./score.js";

export interface LabelledSeries {
  /** `folder/file.csv`. */
  readonly path: string;
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly windows: readonly LabelledWindow[];
}

export interface Corpus {
  readonly series: readonly LabelledSeries[];
  readonly profiles: Readonly<Record<ProfileName, CostProfile>>;
}

export const PROFILE_NAMES = ["standard", "reward_low_FP_rate", "reward_low_FN_rate"] as const;
type ProfileName = (typeof PROFILE_NAMES)[number];

const MILLISECONDS_PER_SECOND = 1000;

const labelsSchema = z.record(z.string(), z.array(z.tuple([z.string(), z.string()])));
const profileSchema = z
  .object({
    CostMatrix: z.object({ tpWeight: z.number(), fnWeight: z.number(), fpWeight: z.number() }),
  })
  .transform(({ CostMatrix }) => ({
    truePositive: CostMatrix.tpWeight,
    falseNegative: CostMatrix.fnWeight,
    falsePositive: CostMatrix.fpWeight,
  }));
const profilesSchema = z.object({
  standard: profileSchema,
  reward_low_FP_rate: profileSchema,
  reward_low_FN_rate: profileSchema,
});

/**
 * Reads a directory laid out as the Numenta Anomaly Benchmark: `data/<folder>/<file>.csv` with columns
 * timestamp and value, `labels/combined_windows.json`, `config/profiles.json`. Throws a DataError that
 * names the file and the line.
 */
export async function readCorpus(directory: string): Promise<Corpus> {
  const labels = await readJson(join(directory, "labels", "combined_windows.json"), labelsSchema);
  const profiles = await readJson(join(directory, "config", "profiles.json"), profilesSchema);
  const series: LabelledSeries[] = [];
  for (const folder of await names(join(directory, "data"))) {
    for (const file of await names(join(directory, "data", folder))) {
      if (!file.endsWith(".csv")) continue;
      const path = `${folder}/${file}`;
      series.push(
        await readSeries(join(directory, "data", folder, file), path, labels[path] ?? []),
      );
    }
  }
  if (series.length === 0) throw new DataError(join(directory, "data"), undefined, "has no .csv");
  return { series, profiles };
}

async function readSeries(
  file: string,
  path: string,
  labels: readonly (readonly [string, string])[],
): Promise<LabelledSeries> {
  const table = await readCsv(file);
  const values = numberColumn(table, "value");
  const times = Float64Array.from(textColumn(table, "timestamp"), (text, row) => {
    const seconds = secondsOf(text);
    // The header is line 1.
    if (Number.isNaN(seconds)) throw new DataError(file, row + 2, `"${text}" is no timestamp`);
    return seconds;
  });
  const windows = labels.map(([from, to]) => ({
    from: times.findIndex((time) => time >= secondsOf(from)),
    to: times.findLastIndex((time) => time <= secondsOf(to)),
  }));
  return { path, times, values, windows };
}

/** `2014-04-10 07:15:00` as seconds since the epoch; the benchmark's times have no zone. */
function secondsOf(text: string): number {
  return Date.parse(`${text.replace(" ", "T")}Z`) / MILLISECONDS_PER_SECOND;
}

async function names(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).sort();
  } catch (error) {
    throw new DataError(
      directory,
      undefined,
      error instanceof Error ? error.message : String(error),
    );
  }
}
