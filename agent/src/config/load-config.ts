import { ConfigError, type ConfigProblem } from "./config-error.js";
import { crossChecks } from "./cross-checks.js";
import { environmentLayer, type Environment } from "./environment-layer.js";
import { fileLayer } from "./file-layer.js";
import { describeIssue, describeUnknownKey } from "./issues.js";
import { CONFIG_KEYS } from "./keys.js";
import {
  mergeTrees,
  pathText,
  valueAt,
  withoutEmpty,
  type ConfigLayer,
  type ConfigPath,
} from "./layer.js";
import { configSchema, type Config, type ConfigInput } from "./schema.js";

export interface ConfigSources {
  /** A YAML file; without it, the defaults. */
  readonly file?: string;
  /** Usually `process.env`. Goes over the file. */
  readonly environment: Environment;
  /** From the command line. Goes over the environment. */
  readonly overrides?: ConfigInput;
}

/**
 * Reads the configuration: the defaults, then the file, then the environment, then the overrides.
 * Throws a ConfigError that lists every problem with its key and where it came from.
 */
export function loadConfig(sources: ConfigSources): Config {
  const environment = environmentLayer(sources.environment);
  const layers: ConfigLayer[] = [
    ...(sources.file === undefined ? [] : [fileLayer(sources.file)]),
    environment.layer,
    {
      values: withoutEmpty({ ...sources.overrides }),
      sourceOf: () => "the command line",
    },
  ];
  const values = layers.map((layer) => layer.values).reduce(mergeTrees, {});
  const problems = [...environment.problems];
  const parsed = configSchema.safeParse(values);
  if (!parsed.success) {
    problems.push(...parsed.error.issues.flatMap((issue) => problemsOf(issue, values, layers)));
    throw new ConfigError(problems);
  }
  for (const { path, problem } of crossChecks(parsed.data)) {
    problems.push({ key: pathText(path), problem, source: sourceOf(path, layers) });
  }
  if (problems.length > 0) {
    throw new ConfigError(problems);
  }
  return parsed.data;
}

type Issue = NonNullable<ReturnType<typeof configSchema.safeParse>["error"]>["issues"][number];

function problemsOf(
  issue: Issue,
  values: unknown,
  layers: readonly ConfigLayer[],
): ConfigProblem[] {
  const path = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      key: pathText([...path, key]),
      problem: describeUnknownKey(path, key),
      source: sourceOf([...path, key], layers),
    }));
  }
  return [
    {
      key: pathText(path),
      problem: describeIssue(issue, valueAt(values, path)),
      source: sourceOf(path, layers),
    },
  ];
}

/** The topmost layer that has the value; for a missing one, the layer that has the part around it. */
function sourceOf(path: ConfigPath, layers: readonly ConfigLayer[]): string {
  for (let length = path.length; length > 0; length -= 1) {
    const part = path.slice(0, length);
    const layer = layers.findLast(({ values }) => valueAt(values, part) !== undefined);
    if (layer !== undefined) {
      return layer.sourceOf(part);
    }
    if (CONFIG_KEYS.some((key) => key.path === pathText(part) && key.defaultValue !== undefined)) {
      return "the default";
    }
  }
  return "the default";
}
