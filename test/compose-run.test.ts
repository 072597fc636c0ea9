import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadConfig } from "presage";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAgentProcess, temporaryDirectory } from "./harness/agent-process.js";
import type { AgentProcess } from "./harness/agent-process.js";
import { PROJECT_ROOT } from "./harness/built-agent.js";
import { compose, healthCheckOf } from "./harness/compose-file.js";
import { Exposition } from "./harness/exposition.js";
import { unless } from "./harness/programs.js";
import { RunningProgram } from "./harness/running-program.js";

const START_SECONDS = 30;
const ARRIVAL_TIMEOUT_MILLISECONDS = 20_000;
/** Images are downloaded and packages installed. */
const BUILD_TIMEOUT_MILLISECONDS = 900_000;

const DOCKER = join(PROJECT_ROOT, "deploy", "docker");
const AGENT_CONFIG = join(DOCKER, "presage.yaml");
const SHOP_PROGRAM = join(DOCKER, "shop.mjs");
const HEALTH_PROGRAM = join(DOCKER, "healthy.mjs");

describe("the shop and the agent as they are put together, on this machine", () => {
  const token = randomBytes(32).toString("hex");
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let agent: AgentProcess;
  let shop: RunningProgram;
  let shopUrl: string;

  beforeAll(async () => {
    directory = await temporaryDirectory();
    const tokenFile = join(directory.path, "api-token");
    const keyFile = join(directory.path, "identity-key");
    await writeFile(tokenFile, `${token}\n`);
    await writeFile(keyFile, `${randomBytes(32).toString("hex")}\n`);
    const config = loadConfig({ file: AGENT_CONFIG, environment: {} });
    agent = await startAgentProcess(directory.path, {
      ...config,
      dataDirectory: join(directory.path, "data"),
      api: { ...config.api, host: "127.0.0.1", port: 0, tokenFile },
      metrics: { host: "127.0.0.1", port: 0 },
      identity: { keyFile },
      scrape: [],
    });
    shop = new RunningProgram("shop", process.execPath, [
      SHOP_PROGRAM,
      ...["--host", "127.0.0.1"],
      ...["--port", "0"],
      ...["--agent-url", agent.apiUrl],
      ...["--token-file", tokenFile],
      ...["--identity-key-file", keyFile],
    ]);
    const port = await shop.waitForLine(
      (line) => /"listening","port":(\d+)/.exec(line)?.[1],
      START_SECONDS,
    );
    shopUrl = `http://127.0.0.1:${port}`;
  });

  afterAll(async () => {
    await shop.stop();
    await agent.program.stop();
    await directory.remove();
  });

  it("the agent hears of the shop's calls", async () => {
    for (let call = 0; call < 5; call += 1) {
      expect((await fetch(`${shopUrl}/products?page=${call}`)).status).toBe(200);
    }
    const accepted = async (): Promise<number> => {
      const response = await fetch(`${agent.metricsUrl}/metrics`);
      const metrics = new Exposition(await response.text());
      return metrics.sum("presage_agent_calls_total", { outcome: "accepted" });
    };
    await expect.poll(accepted, { timeout: ARRIVAL_TIMEOUT_MILLISECONDS }).toBe(5);
  });

  it("their health checks tell whether they answer", () => {
    for (const [name, port] of [
      ["shop", new URL(shopUrl).port],
      ["agent", new URL(agent.metricsUrl).port],
    ] as const) {
      const [program, script, url = ""] = healthCheckOf(compose.services[name]);
      expect(program).toBe("node");
      expect(script).toBe("/app/deploy/docker/healthy.mjs");
      const check = (of: string): number | null =>
        spawnSync(process.execPath, [HEALTH_PROGRAM, of]).status;
      expect(check(url.replace(/:\d+\//, `:${port}/`)), name).toBe(0);
      expect(check(url.replace(/:\d+\/\w+/, `:${port}/nothing-here`)), name).toBe(1);
      // Nothing can listen on port 0.
      expect(check(url.replace(/:\d+\//, ":0/")), name).toBe(1);
    }
  });

  it("Alertmanager's token is needed, and let in", async () => {
    const url = `${agent.apiUrl}/hooks/alertmanager`;
    expect((await fetch(url)).status).toBe(401);
    const authorized = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    expect(authorized.status).toBe(200);
  });
});

const noEngine =
  spawnSync("docker", ["info"]).status === 0
    ? undefined
    : "no container engine here, nothing was built or run";

describe("with a container engine", () => {
  it.skipIf(noEngine !== undefined)(
    unless(noEngine, "docker compose takes the file and builds the images; so does docker build"),
    { timeout: BUILD_TIMEOUT_MILLISECONDS },
    () => {
      for (const parameters of [
        ["compose", "config", "--quiet"],
        ["compose", "build"],
        ["build", "--file", "deploy/docker/Dockerfile", "--target", "agent-tfjs", "."],
      ]) {
        const outcome = spawnSync("docker", parameters, { cwd: PROJECT_ROOT, encoding: "utf8" });
        expect(outcome.status, outcome.stderr).toBe(0);
      }
    },
  );
});
