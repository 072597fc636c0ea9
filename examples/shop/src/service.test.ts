import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "./random.js";
import { OPERATIONS, type Operation } from "./planned-request.js";
import { scenario, type PlannedCall } from "./scenario.js";
import { createShop } from "./service.js";
import { simulatedCall } from "./simulated-call.js";
import { exportBytes } from "./work.js";

let server: Server;
let url: string;

beforeAll(async () => {
  server = createServer(createShop({ timeRate: 10 }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
});

function send(call: PlannedCall): Promise<Response> {
  const [method = "GET"] = call.operation.split(" ");
  return fetch(url + call.path, {
    method,
    ...(call.body === undefined
      ? {}
      : { body: JSON.stringify(call.body), headers: { "content-type": "application/json" } }),
  });
}

/** The first few calls of each operation of a story. */
function someCalls(each: number): ReadonlyMap<Operation, readonly PlannedCall[]> {
  const found = new Map<Operation, PlannedCall[]>(OPERATIONS.map((name) => [name, []]));
  for (const call of scenario({ seed: 1, startSeconds: 0, exports: true, campaign: false })) {
    const calls = found.get(call.operation);
    if (calls !== undefined && calls.length < each) calls.push(call);
  }
  return found;
}

describe("the shop", () => {
  it("answers every operation of the story as simulatedCall says, in status, format and size", async () => {
    const random = seededRandom(1);
    for (const [operation, calls] of someCalls(5)) {
      expect(calls.length, operation).toBe(5);
      let answeredBytes = 0;
      let simulatedBytes = 0;
      for (const call of calls) {
        if (operation === "GET /orders/{id}") await placeOrder(call);
        const response = await send(call);
        const simulated = simulatedCall(call, random);
        answeredBytes += (await response.arrayBuffer()).byteLength;
        simulatedBytes += simulated.responseBytes;
        expect(response.status, operation).toBe(simulated.status);
        expect(response.headers.get("content-type"), operation).toContain(simulated.responseFormat);
      }
      const ratio = simulatedBytes / answeredBytes;
      expect(ratio, operation).toBeGreaterThan(0.85);
      expect(ratio, operation).toBeLessThan(1.15);
    }
  });

  it("streams exactly the bytes of an export", async () => {
    const response = await fetch(`${url}/exports/17`);
    expect((await response.arrayBuffer()).byteLength).toBe(exportBytes("17"));
  });

  it.each([
    ["/search", 400],
    ["/search?q=a&q=b", 400],
    ["/products/none", 404],
    ["/orders/none", 404],
  ])("answers %s with %i", async (path, status) => {
    expect((await fetch(url + path)).status).toBe(status);
  });

  it("counts calls, their time in the story's time, and their bytes", async () => {
    await fetch(`${url}/products`);
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(text).toMatch(/http_request_duration_seconds_count\{method="GET",route="\/products"/);
    for (const name of [
      "http_request_size_bytes_sum",
      "http_response_size_bytes_sum",
      "process_cpu_seconds_total",
      "process_resident_memory_bytes",
    ]) {
      const value = Number(new RegExp(`^${name} (.+)$`, "m").exec(text)?.[1]);
      expect(value, name).toBeGreaterThan(0);
    }
    // 10 seconds of the story are one of the machine.
    const told = Number(/^process_cpu_seconds_total (.+)$/m.exec(text)?.[1]);
    const { user, system } = process.cpuUsage();
    const spent = (user + system) / 1e6;
    expect(told / spent).toBeGreaterThan(9);
    expect(told / spent).toBeLessThanOrEqual(10);
  });
});

/** So that the order that a planned call asks for is there. */
async function placeOrder(call: PlannedCall): Promise<void> {
  await fetch(`${url}/orders`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      reference: call.path.slice("/orders/".length),
      lines: [{ productId: "1000", quantity: 1 }],
    }),
  });
}
