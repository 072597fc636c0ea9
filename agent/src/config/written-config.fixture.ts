import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { ConfigError } from "./config-error.js";
import { loadConfig, type ConfigSources } from "./load-config.js";

/** What a test writes: the text of the file instead of its name. */
export interface WrittenSources extends Partial<Omit<ConfigSources, "file">> {
  readonly yaml?: string;
}

let directory = "";
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "presage-config-"));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** The name of a file with this text. */
export function written(yaml: string): string {
  const file = join(directory, "presage.yaml");
  writeFileSync(file, yaml);
  return file;
}

/** The problems as `key | problem | source`, with the bare name of the file. */
export function problemsOf({ yaml, environment = {}, overrides = {} }: WrittenSources): string[] {
  try {
    const file = yaml === undefined ? {} : { file: written(yaml) };
    loadConfig({ ...file, environment, overrides });
  } catch (error) {
    if (error instanceof ConfigError) {
      return error.problems.map(
        ({ key, problem, source }) =>
          `${key} | ${problem} | ${source.replace(`${directory}/`, "")}`,
      );
    }
    throw error;
  }
  return [];
}
