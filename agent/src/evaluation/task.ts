import type { Json } from "../core/index.js";

/** What a person gave on the command line, checked against the task's own options. */
export type TaskValues = Readonly<Record<string, string | undefined>>;

export interface TaskContext {
  /** One line of progress for a person; it never reaches stdout. */
  readonly tell: (line: string) => void;
}

export interface TaskOutcome {
  /** The one JSON object of `--json`; its keys are the task's contract. */
  readonly result: Readonly<Record<string, Json>>;
  /** What `--predictions FILE` writes, so that anyone can score it with other code. */
  readonly predictions: Json;
  /** The same for people: lines of text. */
  readonly report: readonly string[];
}

/** One public benchmark: reads a data set, runs the production models on it, and scores them. */
export interface EvaluationTask {
  readonly name: string;
  /** One line for the list of tasks. */
  readonly summary: string;
  /** The flags and what they mean, as `presage evaluate NAME --help` prints them. */
  readonly usage: string;
  /** Flags of its own; `json`, `predictions` and `help` are everybody's. Each takes a text. */
  readonly options: Readonly<
    Record<string, { readonly type: "string"; readonly default?: string }>
  >;
  /** Throws a UsageError for flags that can't be, a DataError for data that can't be read. */
  run(values: TaskValues, context: TaskContext): Promise<TaskOutcome>;
}
