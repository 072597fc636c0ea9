import { parseArgs } from "node:util";
import { startAgent } from "../agent.js";
import { configFrom } from "./command-config.js";
import type { Io } from "./io.js";
import { EXIT_DONE } from "./io.js";

const USAGE = `usage: presage serve [--config FILE]

Runs the agent until SIGTERM, SIGINT or SIGHUP. Without a file it starts with safe defaults: it
publishes and never acts, listens on loopback, and keeps its data in ./presage-data. Every key of the
file is also an environment variable (windowSeconds is PRESAGE_WINDOW_SECONDS); docs/configuration.md
lists them.
`;

/** `presage serve`: runs the agent. */
export async function serve(args: string[], io: Io): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { config: { type: "string" }, help: { type: "boolean", default: false } },
  });
  if (values.help) {
    io.stdout.write(USAGE);
    return EXIT_DONE;
  }
  const config = configFrom(values.config, io);
  const stopped = new Promise<void>((resolve) => {
    process.once("SIGTERM", resolve);
    process.once("SIGINT", resolve);
    process.once("SIGHUP", resolve);
  });
  const agent = await startAgent(config);
  await stopped;
  await agent.stop();
  return EXIT_DONE;
}
