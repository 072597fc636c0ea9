/** Everything that plays in the demo: the agent, the shop, its load, and Prometheus when there is one. */
import { access, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startAgent, type Agent } from "../../agent.js";
import { loadConfig } from "../../config/load-config.js";
import type { Config } from "../../config/schema.js";
import { acceleratedClock, systemClock, type Clock } from "../../core/index.js";
import { ChildProgram, startAndWait } from "./child-program.js";
import { closeAll } from "./close-all.js";
import type { WhereThingsRun } from "./companion.js";
import { freePort } from "./free-port.js";
import { readLoadEvent, type LoadEvent } from "./load-event.js";
import { startPrometheus } from "./prometheus-program.js";

export interface StageOptions {
  readonly seed: number;
  /** Seconds of the story in a second of the machine. */
  readonly rate: number;
  readonly loadDurationSeconds: number;
  /** The directories in which `prometheus` is looked for. */
  readonly path: string;
  readonly onLoadEvent: (event: LoadEvent) => void;
}

export interface Stage {
  readonly agent: Agent;
  readonly config: Config;
  /** The story's time; the agent and the shop go by it. */
  readonly clock: Clock;
  /** When the story begins, by the clock. */
  readonly startSeconds: number;
  readonly shopUrl: string;
  /** Undefined when Prometheus is not installed. */
  readonly prometheusUrl: string | undefined;
  readonly where: WhereThingsRun;
  readonly load: ChildProgram;
  /** Resolves with a message when something has ended that should not have. */
  readonly broken: Promise<string>;
  /** Ends every program and removes the temporary directory. */
  stop(): Promise<void>;
}

const SHOP_DIRECTORY = new URL("../../../../examples/shop/dist/", import.meta.url);
/** As the shop calls itself to the agent. */
const WORKLOAD = "shop";
const API_PORT = 9470;
const METRICS_PORT = 9472;
const START_TIMEOUT_SECONDS = 20;
/** Between "everything is up" and the first call: the load's own start, in seconds of the machine. */
const LOAD_START_SECONDS = 0.7;

/**
 * What differs from the defaults, because a story of half an hour has no time for them: horizons that
 * come true within it, and replicas so small (4 Mbit/s) that a laptop's load fills several.
 */
function demoConfig(
  directory: string,
  apiPort: number,
  metricsPort: number,
  shopUrl: string,
): Config {
  return loadConfig({
    environment: {},
    overrides: {
      dataDirectory: join(directory, "agent"),
      api: { port: apiPort },
      metrics: { port: metricsPort },
      // A second of the machine is many of the story: a batch that took 0.5 s is not late.
      ingestion: { latenessSeconds: 20 },
      scrape: [
        { service: WORKLOAD, url: `${shopUrl}/metrics`, intervalSeconds: 1, timeoutSeconds: 1 },
      ],
      forecast: { horizonsSeconds: [60, 180, 300] },
      allocation: {
        minimumReplicas: 2,
        currentResources: {
          replicas: 2,
          cpuCores: 0.5,
          memoryBytes: 268_435_456,
          networkBytesPerSecond: 500_000,
        },
      },
      telemetry: { logLevel: "error" },
    },
  });
}

/** Starts it all. Throws an Error with a message for a person; then nothing is left running. */
export async function setStage(options: StageOptions): Promise<Stage> {
  await requireShop();
  const directory = await mkdtemp(join(tmpdir(), "presage-demo-"));
  const closing: (() => Promise<void>)[] = [() => rm(directory, { recursive: true, force: true })];
  const stop = (): Promise<void> => closeAll(closing);
  try {
    return await buildStage(options, directory, closing, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function buildStage(
  options: StageOptions,
  directory: string,
  closing: (() => Promise<void>)[],
  stop: () => Promise<void>,
): Promise<Stage> {
  const machineStartSeconds = systemClock.now();
  const clock = acceleratedClock(systemClock, machineStartSeconds, options.rate);
  const apiPort = await freePort(API_PORT);
  const time = [
    `--clock-start-seconds=${String(machineStartSeconds)}`,
    `--machine-start-seconds=${String(machineStartSeconds)}`,
    `--time-rate=${String(options.rate)}`,
  ];

  const { program: shop, value: shopPort } = await startAndWait(
    "the shop",
    process.execPath,
    [shopFile("main.js"), `--agent-url=http://127.0.0.1:${String(apiPort)}`, ...time],
    readPort,
    START_TIMEOUT_SECONDS,
  );
  closing.push(() => shop.stop());
  const shopUrl = `http://127.0.0.1:${String(shopPort)}`;

  const config = demoConfig(directory, apiPort, await freePort(METRICS_PORT), shopUrl);
  const agent = await startAgent(config, { clock });
  closing.push(() => agent.stop());

  const prometheus = await startPrometheus(
    directory,
    { presage: new URL(agent.metricsUrl).host, shop: new URL(shopUrl).host },
    options.path,
  );
  if (prometheus !== undefined) closing.push(() => prometheus.program.stop());

  const startSeconds =
    Math.ceil((clock.now() + LOAD_START_SECONDS * options.rate) / config.windowSeconds) *
    config.windowSeconds;
  const load = new ChildProgram(
    "the load",
    process.execPath,
    [
      shopFile("load.js"),
      `--url=${shopUrl}`,
      `--seed=${String(options.seed)}`,
      `--story-start-seconds=${String(startSeconds)}`,
      `--duration-seconds=${String(options.loadDurationSeconds)}`,
      ...time,
    ],
    (line) => {
      const event = readLoadEvent(line);
      if (event !== undefined) options.onLoadEvent(event);
    },
  );
  closing.push(() => load.stop());

  return {
    agent,
    config,
    clock,
    startSeconds,
    shopUrl,
    prometheusUrl: prometheus?.url,
    where: {
      metricsUrl: agent.metricsUrl,
      prometheusUrl: prometheus?.url,
      workload: WORKLOAD,
      clock: { startSeconds: machineStartSeconds, machineStartSeconds, rate: options.rate },
    },
    load,
    broken: Promise.race([
      shop.ended.then(() => shop.lastWords),
      ...(prometheus === undefined
        ? []
        : [prometheus.program.ended.then(() => prometheus.program.lastWords)]),
    ]),
    stop,
  };
}

function shopFile(name: string): string {
  return fileURLToPath(new URL(name, SHOP_DIRECTORY));
}

async function requireShop(): Promise<void> {
  try {
    await access(shopFile("main.js"));
  } catch {
    throw new Error(
      "The demo needs the example shop, which is part of the repository and not of the package: " +
        "clone the repository and run `npm start` in it (or `npm run build`, if it was never built).",
    );
  }
}

function readPort(line: string): number | undefined {
  const message: unknown = JSON.parse(line);
  return typeof message === "object" &&
    message !== null &&
    "port" in message &&
    typeof message.port === "number"
    ? message.port
    : undefined;
}
