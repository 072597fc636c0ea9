import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { DataError } from "../data/data-error.js";
import { readJson } from "../data/read-json.js";

/** A series of the Turing Change Point Dataset, with what each person marked in it. */
export interface AnnotatedSeries {
  readonly name: string;
  /** NaN where the series has no value. */
  readonly values: Float64Array;
  /** One list of indices for each person; undefined for a series that nobody looked at. */
  readonly annotations: readonly (readonly number[])[] | undefined;
}

const seriesSchema = z.object({
  name: z.string(),
  n_obs: z.int().positive(),
  series: z.array(z.object({ raw: z.array(z.number().nullable()) })).min(1),
});
const annotationsSchema = z.record(
  z.string(),
  z.record(z.string(), z.array(z.int().nonnegative())),
);

/**
 * Reads `annotations.json` and every `series/*.json` of a directory, in the order of their names. Throws a
 * DataError that names the file and the field. Of a series of several dimensions the first is taken.
 */
export async function readAnnotatedSeries(directory: string): Promise<readonly AnnotatedSeries[]> {
  const annotations = await readJson(join(directory, "annotations.json"), annotationsSchema);
  const folder = join(directory, "series");
  const files = await readdir(folder).catch((error: unknown) => {
    throw new DataError(folder, undefined, error instanceof Error ? error.message : String(error));
  });
  const all: AnnotatedSeries[] = [];
  for (const file of files.filter((name) => name.endsWith(".json")).sort()) {
    const path = join(folder, file);
    const { name, n_obs: length, series } = await readJson(path, seriesSchema);
    const values = Float64Array.from(series[0]?.raw ?? [], (value) => value ?? NaN);
    if (values.length !== length) {
      throw new DataError(path, undefined, `n_obs is ${length}, raw has ${values.length} values`);
    }
    const people = Object.hasOwn(annotations, name) ? annotations[name] : undefined;
    all.push({ name, values, annotations: people && Object.values(people) });
  }
  if (all.length === 0) throw new DataError(folder, undefined, "has no .json file");
  return all;
}
