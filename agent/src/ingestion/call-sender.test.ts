import { describe, expect, test } from "vitest";

import { agent, service, TAKEN } from "./middleware-fixture.js";

describe("how calls get to the agent", () => {
  test("sends a full batch at once", async () => {
    let arrived: (() => void) | undefined;
    const batch = new Promise<void>((resolve) => (arrived = resolve));
    const { url, batches } = await agent((calls, response, request) => {
      TAKEN(calls, response, request);
      arrived?.();
    });
    const { request } = service(url, { batchCalls: 2 });
    await request.get("/orders/1");
    await request.get("/orders/2");
    await batch;
    expect(batches.map((calls) => calls.length)).toEqual([2]);
  });

  test("tries again with the same ids, and when the agent says", async () => {
    let attempts = 0;
    const { url, batches } = await agent((calls, response, request) => {
      attempts += 1;
      if (attempts === 1) response.writeHead(429, { "retry-after": "0.01" }).end();
      else if (attempts === 2) response.writeHead(503, { "retry-after": "0.01" }).end();
      else TAKEN(calls, response, request);
    });
    const { presage, request } = service(url);
    await request.get("/orders/1");
    await presage.close();
    expect(batches).toHaveLength(3);
    expect(new Set(batches.map(([call]) => call?.id)).size).toBe(1);
    expect(presage.counts()).toEqual({ observed: 1, dropped: 0, buffered: 0 });
  });

  test("halves a batch that is too large", async () => {
    const { url, batches } = await agent((calls, response, request) => {
      if (calls.length > 1) response.writeHead(413).end();
      else TAKEN(calls, response, request);
    });
    const { presage, request } = service(url);
    for (const order of [1, 2, 3]) await request.get(`/orders/${order}`);
    await presage.close();
    const taken = batches.filter((calls) => calls.length === 1).flat();
    expect(taken.map((call) => call.arguments?.["orderId"])).toEqual(["1", "2", "3"]);
  });

  test("an agent that is away costs nothing but calls past the bound", async () => {
    const dropped: [number, string][] = [];
    const { presage, request } = service("http://127.0.0.1:1", {
      batchCalls: 2,
      maxBufferedCalls: 3,
      onDrop: (calls, reason) => {
        dropped.push([calls, reason]);
        throw new Error("the service's own mistake");
      },
    });
    for (let order = 0; order < 6; order++) {
      await request.get(`/orders/${order}`).expect(200);
    }
    expect(presage.counts()).toEqual({ observed: 6, dropped: 3, buffered: 3 });
    await presage.close(0.05);
    expect(presage.counts()).toEqual({ observed: 6, dropped: 6, buffered: 0 });
    expect(dropped).toEqual([
      [1, "buffer_full"],
      [1, "buffer_full"],
      [1, "buffer_full"],
      [3, "closed"],
    ]);
  });

  test("calls that the agent refuses or rejects are counted, and the next ones go on", async () => {
    let attempts = 0;
    const { url, batches } = await agent((calls, response, request) => {
      attempts += 1;
      if (attempts === 1) response.writeHead(400).end("no");
      else if (attempts === 2) response.writeHead(202).end('{"rejected":[{"index":0}]}');
      else TAKEN(calls, response, request);
    });
    const reasons: string[] = [];
    const { presage, request } = service(url, {
      batchCalls: 1,
      onDrop: (_, reason) => reasons.push(reason),
    });
    for (const order of [1, 2, 3]) await request.get(`/orders/${order}`);
    await presage.close();
    expect(batches).toHaveLength(3);
    expect(reasons).toEqual(["refused", "rejected"]);
  });

  test("a token goes with each batch", async () => {
    const tokens: unknown[] = [];
    const { url } = await agent((calls, response, request) => {
      tokens.push(request.headers.authorization);
      TAKEN(calls, response, request);
    });
    const { presage, request } = service(url, { token: "secret" });
    await request.get("/orders/1");
    await presage.close();
    expect(tokens).toEqual(["Bearer secret"]);
  });

  test("an agent that never answers does not hold the service back when it closes", async () => {
    const { url, batches } = await agent(() => undefined);
    const { presage, request } = service(url, { batchCalls: 1 });
    await request.get("/orders/1").expect(200);
    await presage.close(0.05);
    expect(batches).toHaveLength(1);
    expect(presage.counts()).toEqual({ observed: 1, dropped: 1, buffered: 0 });
    await request.get("/orders/2").expect(200);
    expect(presage.counts()).toEqual({ observed: 2, dropped: 2, buffered: 0 });
  });

  test("regression: calls that the agent finds late are told of, as it will not take them", async () => {
    const { url } = await agent((calls, response) => {
      response.writeHead(202).end(JSON.stringify({ accepted: 1, late: 2, rejected: [] }));
    });
    const dropped: [number, string][] = [];
    const { presage, request } = service(url, {
      onDrop: (calls, reason) => dropped.push([calls, reason]),
    });
    for (const order of [1, 2, 3]) await request.get(`/orders/${order}`);
    await presage.close();
    expect(dropped).toEqual([[2, "late"]]);
    expect(presage.counts()).toEqual({ observed: 3, dropped: 2, buffered: 0 });
  });

  test.each(["", "no JSON", "null", "7", '{"late":"many","rejected":7}'])(
    "an answer like %j is no reason to lose or to repeat calls",
    async (answer) => {
      const { url, batches } = await agent((_, response) => {
        response.writeHead(202).end(answer);
      });
      const { presage, request } = service(url);
      await request.get("/orders/1");
      await presage.close();
      expect(batches).toHaveLength(1);
      expect(presage.counts()).toEqual({ observed: 1, dropped: 0, buffered: 0 });
    },
  );
});
