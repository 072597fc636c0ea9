import { ConfigError } from "../config/config-error.js";
import { backtest } from "./backtest.js";
import { demo } from "./demo/demo.js";
import { evaluate } from "./evaluate.js";
import type { Io } from "./io.js";
import { EXIT_DONE, EXIT_FAILED, EXIT_WRONG_USE, UsageError } from "./io.js";
import { model } from "./model.js";
import { replay } from "./replay.js";
import { serve } from "./serve.js";
import { VERSION } from "../runtime/version.js";

interface Command {
  readonly summary: string;
  /** Answers the exit code. */
  readonly run: (args: string[], io: Io) => Promise<number>;
  /** Whether the first argument names one of several tasks, each with a help of its own. */
  readonly hasTasks?: true;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  serve: { summary: "runs the agent", run: serve },
  replay: { summary: "sends recorded calls through the very pipeline", run: replay },
  model: { summary: "exports, imports and inspects model bundles", run: model },
  demo: { summary: "a small real service under real load, the agent beside it", run: demo },
  backtest: { summary: "what each policy would have done on a trace", run: backtest },
  evaluate: { summary: "scores the models on public data sets", run: evaluate, hasTasks: true },
  check: notYet("says what is missing before it can run or act"),
};

const HELP = `presage ${VERSION}: sizes a service from how its callers behave

usage: presage <command> [options]

${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`)
  .join("\n")}

\`presage <command> --help\` says more. Exit codes: 0 done, 1 failed, 2 wrong use or a configuration that
is not valid.
`;

async function main(args: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined) {
    io.stderr.write(HELP);
    return EXIT_WRONG_USE;
  }
  if (isHelpFlag(name) || name === "help") {
    const [about, ...surplus] = name === "help" ? rest.filter((arg) => !isHelpFlag(arg)) : [];
    if (about !== undefined && surplus.length === 0) return main([about, "--help"], io);
    io.stdout.write(HELP);
    return EXIT_DONE;
  }
  if (name === "--version") {
    io.stdout.write(`${VERSION}\n`);
    return EXIT_DONE;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    io.stderr.write(`presage has no command "${name}".\n\n${HELP}`);
    return EXIT_WRONG_USE;
  }
  try {
    return await command.run(rest.some(isHelpFlag) ? helpAbout(command, rest) : rest, io);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    io.stderr.write(`${message}\n`);
    if (error instanceof ConfigError) return EXIT_WRONG_USE;
    if (!isWrongUse(error)) return EXIT_FAILED;
    // Some commands say how they are used in the message itself.
    if (!message.includes("\n")) {
      io.stderr.write("\n");
      await command.run(["--help"], { ...io, stdout: io.stderr });
    }
    return EXIT_WRONG_USE;
  }
}

function helpAbout({ hasTasks }: Command, [first]: readonly string[]): string[] {
  const isTask = hasTasks === true && first !== undefined && !isHelpFlag(first);
  return isTask ? [first, "--help"] : ["--help"];
}

function isHelpFlag(arg: string): boolean {
  return arg === "--help" || arg === "-h";
}

/** Also what `node:util` parseArgs throws. */
function isWrongUse(error: unknown): boolean {
  if (error instanceof UsageError) return true;
  const code = error instanceof TypeError && "code" in error ? String(error.code) : "";
  return code.startsWith("ERR_PARSE_ARGS");
}

function notYet(summary: string): Command {
  return {
    summary: `${summary} (not yet)`,
    run: ([first], io) => {
      const isAsked = first === "--help";
      (isAsked ? io.stdout : io.stderr).write("This command is not part of this version yet.\n");
      return Promise.resolve(isAsked ? EXIT_DONE : EXIT_WRONG_USE);
    },
  };
}

process.exit(
  await main(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
  }),
);
