import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConfigInput } from "../../agent/dist/config/schema.js";
import { HEAP_OPTION, PRESAGE_COMMAND } from "./built-agent.js";
import { Exposition } from "./exposition.js";
import { RunningProgram } from "./running-program.js";

/** Node, the agent and its worker on a busy machine. */
const START_SECONDS = 30;

/** An agent as a process of its own, with its data in a directory of its own. */
export interface AgentProcess {
  readonly program: RunningProgram;
  readonly apiUrl: string;
  readonly metricsUrl: string;
  readonly dataDirectory: string;
  readonly configFile: string;
  /** What it logged, as it came: JSON, one object a line. */
  readonly logs: readonly string[];
  /** What `/metrics` says now. */
  metrics(): Promise<Exposition>;
}

/** A directory for one test file, and the way to be rid of it. */
export async function temporaryDirectory(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "presage-test-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/**
 * `presage serve` on free ports, with `directory` for its configuration and its data. Started again on
 * the same directory, it goes on from its checkpoint.
 */
export async function startAgentProcess(
  directory: string,
  config: ConfigInput = {},
): Promise<AgentProcess> {
  const dataDirectory = join(directory, "data");
  const configFile = join(directory, "presage.yaml");
  const complete: ConfigInput = {
    dataDirectory,
    ...config,
    api: { port: 0, ...config.api },
    metrics: { port: 0, ...config.metrics },
  };
  // Every JSON document is a YAML document.
  await mkdir(directory, { recursive: true });
  await writeFile(configFile, JSON.stringify(complete));
  const program = new RunningProgram("presage serve", process.execPath, [
    HEAP_OPTION,
    PRESAGE_COMMAND,
    "serve",
    "--config",
    configFile,
  ]);
  const { apiUrl, metricsUrl } = await program.waitForLine(listeningLine, START_SECONDS);
  return {
    program,
    apiUrl,
    metricsUrl,
    dataDirectory,
    configFile,
    logs: program.lines,
    async metrics() {
      const response = await fetch(`${apiUrl}/metrics`);
      return new Exposition(await response.text());
    },
  };
}

function listeningLine(line: string): { apiUrl: string; metricsUrl: string } | undefined {
  if (!line.includes("presage is listening")) return undefined;
  const entry: unknown = JSON.parse(line);
  if (typeof entry !== "object" || entry === null) return undefined;
  if (!("apiUrl" in entry) || !("metricsUrl" in entry)) return undefined;
  return { apiUrl: String(entry.apiUrl), metricsUrl: String(entry.metricsUrl) };
}
