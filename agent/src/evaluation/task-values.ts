import { UsageError } from "../cli/io.js";
import type { TaskValues } from "./task.js";

/** A flag that has to be given. Throws a UsageError that names it. */
export function requiredValue(values: TaskValues, name: string, usage: string): string {
  const value = values[name];
  if (value === undefined || value === "") throw new UsageError(`--${name} is missing\n\n${usage}`);
  return value;
}
