import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { afterEach, describe, expect, it } from "vitest";
import { bundlePage } from "presage-panel-host";
import { missingForPanel } from "../harness/panel-page.js";
import { findProgram, unless } from "../harness/programs.js";

const COMMAND = fileURLToPath(
  new URL("../../grafana-plugin/host/dist/node/preview-command.js", import.meta.url),
);
const MILLISECONDS_PER_SECOND = 1000;
const missing = missingForPanel("grafana-13");
const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** What an agent would export at this moment: the load is the score, times ten. */
function metrics(score: number): string {
  const labels = 'namespace="default",workload="shop",segment="all"';
  return [
    `presage_observed_calls_per_second{${labels}} ${String(score * 10)}`,
    `presage_drift_score{${labels}} ${String(score)}`,
    `presage_drift_confidence{${labels}} 0.95`,
    'presage_current_replicas{namespace="default",workload="shop"} 2',
  ].join("\n");
}

async function serveMetrics(score: () => number): Promise<string> {
  const server = createServer((_request, response) => response.end(metrics(score())));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  // A TCP server's address is an AddressInfo, never a pipe's name.
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

async function startPreview(metricsUrl: string, port: number): Promise<[ChildProcess, string]> {
  const child = fork(COMMAND, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  // Not "close": after a disconnect it never comes.
  closing.push(async () => {
    if (child.exitCode !== null) return;
    child.disconnect();
    await once(child, "exit");
  });
  const machineStartSeconds = Date.now() / MILLISECONDS_PER_SECOND;
  child.send({
    port,
    metricsUrl,
    workload: "shop",
    clock: { startSeconds: machineStartSeconds, machineStartSeconds, rate: 13 },
  });
  // What the command sends first: where it listens.
  const [message] = (await once(child, "message")) as [{ url: string }];
  return [child, message.url];
}

describe("the preview", () => {
  it.skipIf(missing !== undefined)(
    unless(missing, "shows the panel live from an agent's metrics, where there is no Prometheus"),
    async () => {
      await bundlePage("grafana-13");
      let score = 0.1;
      const [, url] = await startPreview(await serveMetrics(() => score), 0);
      const executablePath = findProgram("chromium");
      if (executablePath === undefined) throw new Error("chromium is not installed");
      const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
      closing.push(() => browser.close());
      const page = await browser.newPage({ viewport: { width: 1440, height: 1100 } });
      const problems: string[] = [];
      page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) problems.push(message.text());
      });
      page.on("pageerror", (error) => problems.push(error.message));
      await page.goto(url);
      await page.getByText("without Grafana").waitFor();
      await page.getByText("Behavior is normal").waitFor();
      score = 0.9;
      await page.getByText("Behavior differs").first().waitFor();
      // Grafana's radio buttons lie, unseen, over their words.
      await page.getByText("Light").click({ force: true });
      await page.getByText("Medium").click({ force: true });
      // As wide as the page says that a medium panel is.
      const width = async () => (await page.locator("main section").first().boundingBox())?.width;
      await expect.poll(width, { timeout: 5000 }).toBe(720);
      await page.screenshot({
        path: fileURLToPath(new URL("../../.reports/screenshots/preview.png", import.meta.url)),
      });
      expect(problems).toEqual([]);
    },
  );

  it("takes another port when its own is taken, and ends with who started it", async () => {
    const taken = await serveMetrics(() => 0.1);
    const [child, url] = await startPreview(taken, Number(new URL(taken).port));
    expect(new URL(url).port).not.toBe(new URL(taken).port);
    const preview: unknown = await (await fetch(`${url}/preview.json`)).json();
    expect(preview).toMatchObject({ workload: "shop", clock: { rate: 13 } });
    child.disconnect();
    const [exitCode] = (await once(child, "exit")) as [number | null];
    expect(exitCode).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
  });
});
