import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import type { EvaluationTask, TaskValues } from "../evaluation/task.js";
import { TASKS } from "../evaluation/tasks.js";
import type { Io } from "./io.js";
import { EXIT_DONE, UsageError } from "./io.js";

const COMMON_OPTIONS = {
  json: { type: "boolean", default: false },
  predictions: { type: "string" },
  help: { type: "boolean", default: false },
} as const;
const COMMON_USAGE = `  --predictions FILE  writes what the model said as JSON, to be scored by other code
  --json              prints one JSON object on stdout
`;

/** `presage evaluate TASK`: the models on a public data set. Answers the exit code. */
export async function evaluate(args: string[], io: Io): Promise<number> {
  const [name, ...rest] = args;
  if (name === "--help") {
    io.stdout.write(await usageOfAll());
    return EXIT_DONE;
  }
  const load = name !== undefined && Object.hasOwn(TASKS, name) ? TASKS[name] : undefined;
  if (load === undefined) {
    const asked = name === undefined ? "needs a TASK" : `has no task "${name}"`;
    throw new UsageError(`presage evaluate ${asked}\n\n${await usageOfAll()}`);
  }
  const task = await load();
  const { values } = parseArgs({ args: rest, options: { ...COMMON_OPTIONS, ...task.options } });
  if (values.help) {
    io.stdout.write(usageOf(task));
    return EXIT_DONE;
  }
  const given = new Map<string, unknown>(Object.entries(values));
  const own: TaskValues = Object.fromEntries(
    Object.keys(task.options).map((key) => {
      const value = given.get(key);
      return [key, typeof value === "string" ? value : undefined];
    }),
  );
  const outcome = await task.run(own, {
    tell: (line) => {
      io.stderr.write(`${line}\n`);
    },
  });
  if (values.predictions !== undefined) {
    await writeFile(values.predictions, `${JSON.stringify(outcome.predictions)}\n`);
  }
  io.stdout.write(
    values.json ? `${JSON.stringify(outcome.result)}\n` : `${outcome.report.join("\n")}\n`,
  );
  return EXIT_DONE;
}

function usageOf({ usage }: EvaluationTask): string {
  return `${usage}${COMMON_USAGE}`;
}

async function usageOfAll(): Promise<string> {
  const lines = await Promise.all(
    Object.values(TASKS).map(async (load) => {
      const { name, summary } = await load();
      return `  ${name.padEnd(16)}${summary}`;
    }),
  );
  return `usage: presage evaluate TASK [options]\n\n${lines.join("\n")}\n\n\`presage evaluate TASK --help\` says more.\n`;
}
