import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readdir, stat, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startAgentProcess, temporaryDirectory } from "./harness/agent-process.js";
import type { AgentProcess } from "./harness/agent-process.js";
import { presage } from "./harness/presage-command.js";
import { RunningProgram } from "./harness/running-program.js";
import { PRESAGE_COMMAND } from "./harness/built-agent.js";

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
const running: AgentProcess[] = [];

beforeEach(async () => {
  directory = await temporaryDirectory();
});

afterEach(async () => {
  for (const agent of running.splice(0)) await agent.program.stop();
  await directory.remove();
});

const start = async (): Promise<AgentProcess> => {
  const agent = await startAgentProcess(directory.path);
  running.push(agent);
  return agent;
};

/** `presage serve` with this configuration, to its end. */
async function serve(config: object) {
  return presage("serve", "--config", await configFile(config));
}

describe("regression: two agents in one data directory destroyed what was learned", () => {
  it("refuses the second, which leaves the first alone", async () => {
    const { dataDirectory, apiUrl } = await start();
    const { exitCode, stderr } = await serve({ dataDirectory });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`dataDirectory: ${dataDirectory} is in use by another agent`);
    expect((await fetch(`${apiUrl}/readyz`)).status).toBe(200);
  });

  it("lets the next one in after a stop, and after kill -9", async () => {
    const first = await start();
    await first.program.stop();
    expect(await readdir(first.dataDirectory)).not.toContain("presage.lock");
    const second = await start();
    await second.program.kill();
    expect(await readdir(second.dataDirectory)).toContain("presage.lock");
    const third = await start();
    expect((await fetch(`${third.apiUrl}/readyz`)).status).toBe(200);
  });
});

describe("regression: a start that fails had already written keys", () => {
  it("leaves no trace when a port is taken", async () => {
    const taker = createServer();
    await new Promise<void>((resolve) => taker.listen(0, "127.0.0.1", resolve));
    // The address of a server that listens on a port is one.
    const { port } = taker.address() as AddressInfo;
    const dataDirectory = join(directory.path, "data");
    for (const config of [{ api: { port } }, { metrics: { port } }]) {
      const { exitCode, stderr } = await serve({ dataDirectory, ...config });
      expect(exitCode).toBe(1);
      expect(stderr).toContain(`port ${port} on 127.0.0.1 is taken`);
      expect(stderr).not.toContain("learning");
    }
    await new Promise((resolve) => taker.close(resolve));
    await expect(stat(dataDirectory)).rejects.toThrow("ENOENT");
  });

  it.each([
    ["api.tokenFile", { tokenFile: "/nowhere/token" }],
    ["api.tls.certificateFile", { tls: { certificateFile: "/nowhere/c", keyFile: "/nowhere/k" } }],
  ])("leaves no trace when %s can't be read", async (key, api) => {
    const dataDirectory = join(directory.path, "data");
    const { exitCode, stderr } = await serve({ dataDirectory, api: { port: 0, ...api } });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(new RegExp(`^${key}: .*/nowhere/`));
    await expect(stat(dataDirectory)).rejects.toThrow("ENOENT");
  });
});

describe("a data directory that can't be one", () => {
  it.skipIf(!existsSync("/proc/self"))(
    "regression: below /proc the start ends at once, with a message",
    async () => {
      const program = new RunningProgram("presage serve", process.execPath, [
        PRESAGE_COMMAND,
        ...["serve", "--config", await configFile({ dataDirectory: "/proc/nope" })],
      ]);
      const line = await program.waitForLine(
        (text) => (text.startsWith("dataDirectory: ") ? text : undefined),
        20,
      );
      expect(line).toContain("/proc");
      await program.ended;
      expect(program.exitCode).toBe(1);
    },
  );

  it("is named when it is a file", async () => {
    const dataDirectory = join(directory.path, "file");
    await writeFile(dataDirectory, "");
    const { exitCode, stderr } = await serve({ dataDirectory });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`dataDirectory: ${dataDirectory} is not a directory`);
  });
});

async function configFile(config: object): Promise<string> {
  const file = join(directory.path, "config.yaml");
  await writeFile(file, JSON.stringify({ api: { port: 0 }, metrics: { port: 0 }, ...config }));
  return file;
}
