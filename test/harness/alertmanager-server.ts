import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { findProgram } from "./programs.js";
import { RunningProgram } from "./running-program.js";

const START_SECONDS = 60;

/** What `POST /api/v2/alerts` takes. Without `startsAt`, 0.25 lets an alert with an end start when it ends. */
export interface PostableAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** RFC 3339, as `endsAt` is. */
  readonly startsAt: string;
  readonly endsAt?: string;
  readonly generatorURL?: string;
}

/** One alert as `amtool alert query --output=json` prints it, the fields that tests look at. */
export interface AmtoolAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly fingerprint: string;
  readonly status: { readonly state: "active" | "suppressed" | "unprocessed" };
}

export interface AlertmanagerServer {
  readonly program: RunningProgram;
  /** Without a slash at the end. */
  readonly url: string;
  /** Posts alerts as Prometheus or a person does. Rejects on any answer but 200. */
  send(alerts: readonly PostableAlert[]): Promise<void>;
  /** What `amtool alert query` shows for the matchers; without any, every active alert. */
  amtoolAlerts(...matchers: readonly string[]): Promise<readonly AmtoolAlert[]>;
}

/** Takes every alert and tells nobody. */
const SILENT_CONFIG = { route: { receiver: "nobody" }, receivers: [{ name: "nobody" }] };

/** The program's path: Debian calls it otherwise than its makers do. */
export function findAlertmanager(): string | undefined {
  return findProgram("prometheus-alertmanager") ?? findProgram("alertmanager");
}

/**
 * An Alertmanager of our own on a free port, with its data under `directory`. `config` is its
 * configuration file as an object; without one it tells nobody of its alerts. Needs `amtool` on the
 * PATH for {@link AlertmanagerServer.amtoolAlerts} alone.
 */
export async function startAlertmanager(
  binary: string,
  directory: string,
  config: object = SILENT_CONFIG,
): Promise<AlertmanagerServer> {
  const home = join(directory, "alertmanager");
  await mkdir(home);
  const configFile = join(home, "alertmanager.yml");
  // Every JSON document is a YAML document.
  await writeFile(configFile, JSON.stringify(config));
  const program = new RunningProgram("alertmanager", binary, [
    `--config.file=${configFile}`,
    `--storage.path=${join(home, "data")}`,
    "--web.listen-address=127.0.0.1:0",
    "--cluster.listen-address=",
  ]);
  const address = await program.waitForLine(
    (line) => /msg="Listening on".* address=(\S+)/.exec(line)?.[1],
    START_SECONDS,
  );
  const url = `http://${address}`;
  return {
    program,
    url,
    async send(alerts) {
      const response = await fetch(`${url}/api/v2/alerts`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(alerts),
      });
      const text = await response.text();
      if (response.status !== 200) {
        throw new Error(`Alertmanager answered ${response.status}: ${text}`);
      }
    },
    async amtoolAlerts(...matchers) {
      const { stdout } = await promisify(execFile)("amtool", [
        "alert",
        "query",
        "--output=json",
        `--alertmanager.url=${url}`,
        ...matchers,
      ]);
      // The form of Alertmanager's own API, which amtool passes on.
      return JSON.parse(stdout) as readonly AmtoolAlert[];
    },
  };
}
