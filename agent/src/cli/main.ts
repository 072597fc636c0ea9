import { demo } from "./demo/demo.js";
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
}

const COMMANDS: Readonly<Record<string, Command>> = {
  serve: { summary: "runs the agent", run: serve },
  replay: { summary: "sends recorded calls through the very pipeline", run: replay },
  model: { summary: "exports, imports and inspects model bundles", run: model },
  demo: { summary: "a small real service under real load, the agent beside it", run: demo },
  backtest: notYet("what each policy would have done on a trace"),
  evaluate: notYet("scores the models on public data sets"),
  check: notYet("says what is missing before it can run or act"),
};

const HELP = `presage ${VERSION}: sizes a service from how its callers behave

usage: presage <command> [options]

${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`)
  .join("\n")}

\`presage <command> --help\` says more. Exit codes: 0 done, 1 failed, 2 wrong use.
`;

async function main(args: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "help") {
    io.stdout.write(HELP);
    return name === undefined ? EXIT_WRONG_USE : EXIT_DONE;
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
    return await command.run(rest, io);
  } catch (error) {
    io.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return isWrongUse(error) ? EXIT_WRONG_USE : EXIT_FAILED;
  }
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
    run: (_args, io) => {
      io.stderr.write("This command is not part of this version yet.\n");
      return Promise.resolve(EXIT_WRONG_USE);
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
