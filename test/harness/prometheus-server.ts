import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { RunningProgram } from "./running-program.js";

const MILLISECONDS_PER_SECOND = 1000;
const START_SECONDS = 60;
const ASK_AGAIN_SECONDS = 0.2;

export interface PrometheusServer {
  readonly program: RunningProgram;
  /** Without a slash at the end. */
  readonly url: string;
  /** The values of an instant query. */
  query(expression: string): Promise<readonly number[]>;
  /** Asks until the query has a value. Rejects when it has none after `timeoutSeconds`. */
  queryUntilAnswered(expression: string, timeoutSeconds: number): Promise<readonly number[]>;
}

/** A Prometheus of our own that scrapes one target, `host:port`, every second. */
export function startPrometheus(
  binary: string,
  directory: string,
  target: string,
): Promise<PrometheusServer> {
  return startConfiguredPrometheus(binary, directory, {
    global: { scrape_interval: "1s" },
    scrape_configs: [{ job_name: "presage", static_configs: [{ targets: [target] }] }],
  });
}

/**
 * A Prometheus of our own on a free port, with its data under `directory` and the configuration file
 * `config`, as an object. Files that it names must be named by their whole paths.
 */
export async function startConfiguredPrometheus(
  binary: string,
  directory: string,
  config: object,
): Promise<PrometheusServer> {
  const home = join(directory, "prometheus");
  await mkdir(home);
  const configFile = join(home, "prometheus.yml");
  // Every JSON document is a YAML document.
  await writeFile(configFile, JSON.stringify(config));
  const program = new RunningProgram("prometheus", binary, [
    `--config.file=${configFile}`,
    `--storage.tsdb.path=${join(home, "data")}`,
    "--web.listen-address=127.0.0.1:0",
  ]);
  const address = await program.waitForLine(
    (line) => /msg="Listening on".* address=(\S+)/.exec(line)?.[1],
    START_SECONDS,
  );
  const url = `http://${address}`;
  await program.waitForLine(
    (line) => (line.includes("Server is ready to receive web requests") ? true : undefined),
    START_SECONDS,
  );
  const query = async (expression: string): Promise<readonly number[]> => {
    const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expression)}`);
    // The form of https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries.
    const body = (await response.json()) as {
      readonly status: string;
      readonly error?: string;
      readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] };
    };
    if (body.status !== "success") throw new Error(`${expression}: ${body.error ?? "failed"}`);
    return body.data.result.map(({ value }) => Number(value[1]));
  };
  return {
    program,
    url,
    query,
    async queryUntilAnswered(expression, timeoutSeconds) {
      const deadline = performance.now() + timeoutSeconds * MILLISECONDS_PER_SECOND;
      for (;;) {
        const values = await query(expression);
        if (values.length > 0) return values;
        if (performance.now() > deadline) throw new Error(`no value for ${expression}`);
        await wait(ASK_AGAIN_SECONDS * MILLISECONDS_PER_SECOND);
      }
    },
  };
}
