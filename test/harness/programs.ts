import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** The program's path, or undefined when this machine has none. */
export function findProgram(name: string): string | undefined {
  for (const directory of (process.env["PATH"] ?? "").split(delimiter)) {
    const candidate = join(directory, name);
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not in this directory.
    }
  }
  return undefined;
}

/** Says in a test's name why it does not run, so that nobody takes a skipped one for a passed one. */
export function unless(missing: string | undefined, name: string): string {
  return missing === undefined ? name : `${name} [NOT RUN: ${missing}]`;
}
