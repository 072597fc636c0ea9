import type { z } from "zod";
import { DataError } from "./data-error.js";
import { readText } from "./read-text.js";

/** A JSON file that must fit a schema. Throws a DataError that names the file and the field. */
export async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  const text = await readText(file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DataError(file, undefined, error instanceof Error ? error.message : "is no JSON");
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new DataError(file, undefined, `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
}
