import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { afterEach, describe, expect, test } from "vitest";

import { ManualClock, type UsageReading } from "../core/index.js";
import { UsageScraper, type UsageScraperOptions } from "./usage-scraper.js";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function scraperOf(listener: RequestListener, options: Partial<UsageScraperOptions> = {}) {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const readings: UsageReading[] = [];
  const states: (string | undefined)[] = [];
  const scraper = new UsageScraper({
    url: `http://127.0.0.1:${port}/metrics`,
    workload: "default/Deployment/shop",
    sink: { record: (reading) => readings.push(reading) },
    clock: new ManualClock(1000),
    onStateChange: (failure) => states.push(failure),
    ...options,
  });
  return { scraper, readings, states, port };
}

const FULL = [
  'http_request_duration_seconds_bucket{le="+Inf"} 7',
  'http_request_duration_seconds_count{route="/a"} 3',
  'http_request_duration_seconds_count{route="/b"} 4',
  "http_request_duration_seconds_sum 1.5",
  "http_requests_total 99",
  "process_cpu_seconds_total 12.5",
  "process_resident_memory_bytes 1e8",
  "http_request_size_bytes_sum 10",
  "http_response_size_bytes_sum 20",
  "process_network_receive_bytes_total 5000",
].join("\n");

describe("UsageScraper", () => {
  test("reads calls, durations, CPU, memory and network", async () => {
    const { scraper, readings, port } = await scraperOf((_, response) => response.end(FULL));
    expect(await scraper.poll()).toBe(true);
    expect(readings).toEqual([
      {
        workload: "default/Deployment/shop",
        instance: `127.0.0.1:${port}`,
        timeSeconds: 1000,
        calls: 7,
        callDurationSeconds: 1.5,
        cpuSeconds: 12.5,
        memoryBytes: 1e8,
        networkBytes: 30,
      },
    ]);
  });

  test("takes the alternatives, and what is missing is undefined", async () => {
    const { scraper, readings } = await scraperOf((_, response) =>
      response.end(
        "http_requests_total 5\nprocess_network_receive_bytes_total 1\nprocess_network_transmit_bytes_total 2\n",
      ),
    );
    await scraper.poll();
    expect(readings[0]).toMatchObject({
      calls: 5,
      networkBytes: 3,
      callDurationSeconds: undefined,
      cpuSeconds: undefined,
      memoryBytes: undefined,
    });
  });

  test("counts failures, and tells of them once", async () => {
    let answer: RequestListener = (_, response) => response.writeHead(503).end();
    const { scraper, readings, states } = await scraperOf((request, response) => {
      answer(request, response);
    });
    await scraper.poll();
    await scraper.poll();
    answer = (_, response) => response.end("<html>");
    await scraper.poll();
    answer = (_, response) => response.end("other 1\n");
    await scraper.poll();
    answer = (_, response) => response.end(FULL);
    await scraper.poll();
    expect(states).toEqual(["status 503", undefined]);
    expect(scraper.counts()).toEqual({ readings: 1, failures: 4 });
    expect(readings).toHaveLength(1);
  });

  test("a body that never ends is cut off", async () => {
    const { scraper, states } = await scraperOf(
      (_, response) => {
        const more = (error?: Error | null): void => {
          if (!error && !response.destroyed) response.write("#".repeat(65_536), more);
        };
        more();
      },
      { maxBodyBytes: 200_000 },
    );
    expect(await scraper.poll()).toBe(false);
    expect(states).toEqual(["more than 200000 bytes"]);
  });

  test("a service that does not answer is given up", async () => {
    const { scraper, states } = await scraperOf(() => undefined, { timeoutSeconds: 0.05 });
    expect(await scraper.poll()).toBe(false);
    expect(states).toEqual(["no answer within 0.05 seconds"]);
  });

  test("a service that is not there is a failure with its reason", async () => {
    const { scraper, states } = await scraperOf(() => undefined, { url: "http://127.0.0.1:1/" });
    expect(await scraper.poll()).toBe(false);
    expect(states[0]).toMatch(/ECONNREFUSED|bad port/);
  });

  test("polls do not overlap, and stop ends the one on its way", async () => {
    let open = 0;
    let most = 0;
    const polls = new Promise<void>((resolve) => {
      let count = 0;
      void scraperOf(
        (_, response) => {
          open += 1;
          most = Math.max(most, open);
          count += 1;
          if (count === 4) {
            resolve();
            return;
          }
          setImmediate(() => {
            open -= 1;
            response.end(FULL);
          });
        },
        { intervalSeconds: 0 },
      ).then((started) => {
        scraper = started.scraper;
        scraper.start();
        scraper.start();
      });
    });
    let scraper: UsageScraper | undefined;
    await polls;
    scraper?.stop();
    expect(most).toBe(1);
    expect(scraper?.counts()).toEqual({ readings: 3, failures: 0 });
  });

  test("an address that is none is refused at once", async () => {
    await expect(scraperOf(() => undefined, { url: "metrics" })).rejects.toThrow(TypeError);
  });
});
