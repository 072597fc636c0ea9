import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { RunningProgram } from "./running-program.js";

const MILLISECONDS_PER_SECOND = 1000;
const START_SECONDS = 60;
const ASK_AGAIN_SECONDS = 0.2;

export interface PrometheusServer {
  readonly program: RunningProgram;
  /** The values of an instant query. */
  query(expression: string): Promise<readonly number[]>;
  /** Asks until the query has a value. Rejects when it has none after `timeoutSeconds`. */
  queryUntilAnswered(expression: string, timeoutSeconds: number): Promise<readonly number[]>;
}

/** A Prometheus of our own that scrapes one target, `host:port`, every second. */
export async function startPrometheus(
  binary: string,
  directory: string,
  target: string,
): Promise<PrometheusServer> {
  const home = join(directory, "prometheus");
  await mkdir(home);
  const configFile = join(home, "prometheus.yml");
  await writeFile(
    configFile,
    `global:\n  scrape_interval: 1s\nscrape_configs:\n  - job_name: presage\n    static_configs:\n      - targets: ["${target}"]\n`,
  );
  const address = `127.0.0.1:${await freePort()}`;
  const program = new RunningProgram("prometheus", binary, [
    `--config.file=${configFile}`,
    `--storage.tsdb.path=${join(home, "data")}`,
    `--web.listen-address=${address}`,
  ]);
  await program.waitForLine(
    (line) => (line.includes("Server is ready to receive web requests") ? true : undefined),
    START_SECONDS,
  );
  const query = async (expression: string): Promise<readonly number[]> => {
    const url = `http://${address}/api/v1/query?query=${encodeURIComponent(expression)}`;
    const response = await fetch(url);
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

/** Prometheus can't be told to take any free port and say which. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      // A TCP server's address is an AddressInfo, never a pipe's name.
      const { port } = probe.address() as AddressInfo;
      probe.close(() => {
        resolve(port);
      });
    });
  });
}
