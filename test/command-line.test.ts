import { writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { temporaryDirectory } from "./harness/agent-process.js";
import { presage } from "./harness/presage-command.js";
import { shopStory } from "./harness/shop-story.js";

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
const fileIn = (name: string): string => join(directory.path, name);

beforeAll(async () => {
  directory = await temporaryDirectory();
});

afterAll(async () => {
  await directory.remove();
});

describe("help", () => {
  it.each([
    ["serve", "--help"],
    ["serve", "-h"],
    ["help", "serve"],
  ])("presage %s %s is the usage of serve, on stdout", async (...parameters) => {
    const { exitCode, stdout, stderr } = await presage(...parameters);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/^usage: presage serve/);
  });

  it("is there for each task of evaluate", async () => {
    const { exitCode, stdout } = await presage("evaluate", "drift", "--help");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^usage: presage evaluate drift/);
  });

  it.each([["-h"], ["--help"], ["help"]])(
    "presage %s lists the commands",
    async (...parameters) => {
      const { exitCode, stdout } = await presage(...parameters);
      expect(exitCode).toBe(0);
      expect(stdout).toContain("usage: presage <command>");
      expect(stdout).toMatch(/2 wrong use or a configuration that\s+is not valid/);
    },
  );

  it.each([
    ["replay", "-h"],
    ["model", "export", "-h"],
    ["demo", "-h"],
    ["backtest", "-h"],
  ])("presage %s %s %s is no wrong use", async (...parameters) => {
    const { exitCode, stdout, stderr } = await presage(...parameters);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).not.toBe("");
  });
});

describe("wrong use ends with 2, says what is wrong, then how it is used", () => {
  it.each([
    [["nothing"], /no command "nothing"[^]*usage: presage <command>/],
    [["serve", "--port", "1"], /Unknown option '--port'[^]*usage: presage serve/],
    [["replay", "--wrong"], /Unknown option '--wrong'[^]*usage: presage replay/],
    [["replay"], /replay needs a FILE\n[^]*usage: presage replay/],
    [["replay", "a", "b"], /replay takes one FILE, got a, b\n[^]*usage: presage replay/],
    [["demo", "--wrong"], /Unknown option '--wrong'[^]*presage demo \[/],
    [["model"], /needs one of export, import, inspect\n[^]*usage: presage model/],
    [["model", "foo"], /no "foo"; there are export, import, inspect\n[^]*usage: presage model/],
    [["model", "export"], /needs --service and --segment and --out\n[^]*usage: presage model/],
    [["model", "export", "--service", "s", "--out", "f"], /needs --segment\n[^]*usage:/],
    [["model", "import"], /model import needs a FILE\n[^]*usage: presage model/],
    [["model", "import", "f", "--url", "127.0.0.1:9470"], /--url is not an http or https address/],
    [["model", "import", "f", "--url", "http://me:hunter2@127.0.0.1"], /must not hold a user name/],
  ])("presage %j", async (parameters, complaint) => {
    const { exitCode, stdout, stderr } = await presage(...parameters);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(complaint);
    expect(stderr).not.toContain("hunter2");
  });

  it("so does a configuration that is not valid", async () => {
    await writeFile(fileIn("wrong.yaml"), "windowSecond: 5");
    const { exitCode, stderr } = await presage("serve", "--config", fileIn("wrong.yaml"));
    expect(exitCode).toBe(2);
    expect(stderr).toContain("did you mean windowSeconds?");
  });
});

describe("regression: raw errors", () => {
  it("of a log that is not there", async () => {
    const { exitCode, stderr } = await presage("replay", fileIn("none.log"));
    expect(exitCode).toBe(1);
    expect(stderr).toBe(`${fileIn("none.log")} can't be read: no such file\n`);
  });

  it("of a bundle that is not there, before any key is asked for", async () => {
    for (const action of ["import", "inspect"]) {
      const { exitCode, stderr } = await presage("model", action, fileIn("none.bundle"));
      expect(exitCode).toBe(1);
      expect(stderr).toBe(`${fileIn("none.bundle")} can't be read: no such file\n`);
    }
  });

  it("of a bundle that is not JSON", async () => {
    await writeFile(fileIn("not.bundle"), "PK");
    const { exitCode, stderr } = await presage("model", "inspect", fileIn("not.bundle"));
    expect(exitCode).toBe(1);
    expect(stderr).toBe(`${fileIn("not.bundle")} is not a bundle: it is not JSON\n`);
  });

  it("of an agent that is not there", async () => {
    await writeFile(fileIn("some.bundle"), "{}");
    const url = await addressOfNobody();
    const { exitCode, stderr } = await presage(
      ...["model", "import", fileIn("some.bundle"), "--url", url],
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`no agent answers at ${url}: connect ECONNREFUSED`);
  });

  it("of a data directory without a checkpoint", async () => {
    await writeFile(fileIn("empty.yaml"), `dataDirectory: ${fileIn("nowhere")}`);
    const { exitCode, stderr } = await presage(
      ...["model", "export", "--service", "shop", "--segment", "all", "--out", fileIn("out")],
      ...["--config", fileIn("empty.yaml")],
    );
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/presage\.checkpoint can't be read: no such file\n$/);
  });
});

/** A port that was free a moment ago. */
async function addressOfNobody(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // The address of a server that listens on a port is one.
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

describe("replay of a gzip file that ends in the middle", () => {
  it("says so, and tells what was read until there", async () => {
    const calls = shopStory({ seed: 1, startSeconds: 0, exports: false, campaign: false });
    const whole = gzipSync(calls.map((call) => JSON.stringify(call)).join("\n"));
    await writeFile(fileIn("half.gz"), whole.subarray(0, whole.length / 2));
    const { exitCode, stdout, stderr } = await presage("replay", fileIn("half.gz"), "--json");
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /half\.gz, after line \d+: .*the file is truncated; this is what was read/,
    );
    const { calls: counts } = JSON.parse(stdout) as { calls: Record<string, number> };
    expect(counts["accepted"]).toBe(counts["read"]);
    // About half of the calls are in half of the bytes.
    expect(counts["read"]).toBeGreaterThan(calls.length * 0.3);
    expect(counts["read"]).toBeLessThan(calls.length * 0.7);
  });
});
