/** One thing that is wrong with the configuration. */
export interface ConfigProblem {
  /** The key, such as `api.port` or `scrape[0].url`; empty when the source as a whole is at fault. */
  readonly key: string;
  /** What is wrong with its value. */
  readonly problem: string;
  /** Where the value came from: a file and line, an environment variable, an override, a default. */
  readonly source: string;
}

/** The agent can't start with this configuration. The message lists every problem that was found. */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(
      ({ key, problem, source }) => `${key === "" ? "" : `${key}: `}${problem} (from ${source})`,
    );
    super(
      lines.length === 1
        ? `the configuration is not valid: ${lines.join("")}`
        : `the configuration is not valid:\n${lines.map((line) => `  ${line}`).join("\n")}`,
    );
    this.name = "ConfigError";
    this.problems = problems;
  }
}
