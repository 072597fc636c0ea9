import { access, constants, mkdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { ChildProgram } from "./child-program.js";
import { freePort } from "./free-port.js";

const PROMETHEUS_PORT = 9090;
/** The story is told in seconds: scraping each one shows every window. */
const SCRAPE_INTERVAL = "1s";

export interface RunningPrometheus {
  readonly program: ChildProgram;
  readonly url: string;
}

/**
 * Starts a Prometheus of our own (free port, own storage in `directory`) that scrapes the targets,
 * given as `host:port` by job. Undefined when no `prometheus` is on the PATH.
 */
export async function startPrometheus(
  directory: string,
  targets: Readonly<Record<string, string>>,
  path: string,
): Promise<RunningPrometheus | undefined> {
  const binary = await findOnPath("prometheus", path);
  if (binary === undefined) return undefined;
  const home = join(directory, "prometheus");
  await mkdir(home);
  const configFile = join(home, "prometheus.yml");
  await writeFile(configFile, prometheusConfig(targets));
  const address = `127.0.0.1:${String(await freePort(PROMETHEUS_PORT))}`;
  const program = new ChildProgram("Prometheus", binary, [
    `--config.file=${configFile}`,
    `--storage.tsdb.path=${join(home, "data")}`,
    `--web.listen-address=${address}`,
    "--log.level=error",
  ]);
  return { program, url: `http://${address}` };
}

function prometheusConfig(targets: Readonly<Record<string, string>>): string {
  const jobs = Object.entries(targets).map(
    ([job, target]) =>
      `  - job_name: ${job}\n    static_configs:\n      - targets: ["${target}"]\n`,
  );
  return `global:\n  scrape_interval: ${SCRAPE_INTERVAL}\nscrape_configs:\n${jobs.join("")}`;
}

async function findOnPath(name: string, path: string): Promise<string | undefined> {
  for (const directory of path.split(delimiter)) {
    const candidate = join(directory, name);
    try {
      await access(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not in this directory.
    }
  }
  return undefined;
}
