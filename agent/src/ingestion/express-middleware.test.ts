import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import express from "express";
import supertest from "supertest";
import { afterEach, describe, expect, test } from "vitest";

import { ManualClock } from "../core/index.js";
import { isUnnamedArgumentShape } from "./argument-shape.js";
import { presageMiddleware, type PresageMiddlewareOptions } from "./express-middleware.js";
import { decodeWireCall, type WireCall } from "./wire-call.js";

type Answer = (calls: WireCall[], response: ServerResponse, request: IncomingMessage) => void;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const TAKEN: Answer = (calls, response) => {
  response.writeHead(202).end(JSON.stringify({ accepted: calls.length, rejected: [] }));
};

/** A real HTTP agent that keeps what it is sent. */
async function agent(answer: Answer = TAKEN) {
  const batches: WireCall[][] = [];
  const server: Server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => (body += chunk));
    request.on("end", () => {
      const { calls } = JSON.parse(body) as { calls: WireCall[] };
      batches.push(calls);
      answer(calls, response, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, batches, calls: () => batches.flat() };
}

function service(agentUrl: string, options: Partial<PresageMiddlewareOptions> = {}) {
  const app = express();
  // No timer of the test's: batches go when they are full, and on close.
  const presage = presageMiddleware({ agentUrl, service: "shop", flushSeconds: 3600, ...options });
  app.use(presage);
  app.use(express.json());
  app.get("/orders/:orderId", (_request, response) => {
    response.json({ name: "é" });
  });
  const users = express.Router();
  users.post("/orders", (_request, response) => {
    response.status(201).type("text/plain").send("made");
  });
  app.use("/users/:userId", users);
  app.get("/stream", (_request, response) => {
    response.write("ab");
    response.write(Buffer.from("cde"));
    response.end("6666", "hex");
  });
  app.get("/broken", () => {
    throw new Error("broken");
  });
  // Express knows an error handler by its four parameters.
  const onError: express.ErrorRequestHandler = (error, request, response, next) => {
    if (response.headersSent) next(error);
    else response.status(500).send(request.path);
  };
  app.use(onError);
  return { presage, request: supertest(app) };
}

describe("presageMiddleware", () => {
  test("tells of each call: route, sizes, formats, caller, arguments", async () => {
    const { url, calls } = await agent();
    const { presage, request } = service(url, {
      namespace: "prod",
      instance: "shop-1",
      clock: new ManualClock(1_700_000_000),
      identify: ({ headers }) => ({ userId: headers["x-user"] as string, roles: ["analyst"] }),
    });
    await request.get("/orders/8123?currency=EUR").set("x-user", "alice");
    await request.post("/users/42/orders").set("x-user", "bob").send({ quantity: 3 });
    await request.get("/stream");
    await request.get("/missing/7?x=1");
    await request.get("/broken");
    await request.head("/orders/1");
    await presage.close();
    const [get, post, stream, missing, broken, head] = calls();
    expect(get).toMatchObject({
      timestamp: 1_700_000_000,
      service: "shop",
      namespace: "prod",
      instance: "shop-1",
      method: "GET",
      route: "/orders/:orderId",
      status: 200,
      requestBytes: 0,
      // {"name":"é"} with é in two bytes.
      responseBytes: 13,
      responseFormat: "application/json; charset=utf-8",
      arguments: { orderId: "8123", currency: "EUR" },
      userId: "alice",
      roles: ["analyst"],
    });
    expect(get?.durationSeconds).toBeGreaterThan(0);
    expect(post).toMatchObject({
      route: "/users/{id}/orders",
      status: 201,
      requestBytes: 14,
      requestFormat: "application/json",
      responseBytes: 4,
      arguments: { quantity: 3 },
    });
    // ab + cde + two bytes in hexadecimal.
    expect(stream).toMatchObject({ route: "/stream", responseBytes: 7 });
    expect(missing).toMatchObject({ path: "/missing/7", status: 404 });
    expect(missing).not.toHaveProperty("route");
    expect(broken).toMatchObject({ status: 500 });
    expect(head).toMatchObject({ method: "HEAD", responseBytes: 0 });
    for (const call of calls()) expect(decodeWireCall(call).problem).toBeUndefined();
    expect(new Set(calls().map(({ id }) => id)).size).toBe(6);
    expect(presage.counts()).toEqual({ observed: 6, dropped: 0, buffered: 0 });
  });

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

  test("what the service gets wrong does not break it", async () => {
    const { url, calls } = await agent();
    const { presage, request } = service(url, {
      identify: () => {
        throw new Error("no session");
      },
      argumentsOf: () => {
        throw new Error("no body");
      },
    });
    await request.get("/orders/1").expect(200);
    await presage.close();
    expect(calls()).toHaveLength(1);
    expect(calls()[0]).not.toHaveProperty("arguments");
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

  test("with a key, arguments leave as shapes", async () => {
    const directory = mkdtempSync(join(tmpdir(), "presage-middleware-"));
    closing.push(() => rm(directory, { recursive: true }));
    const hashKeyFile = join(directory, "key");
    writeFileSync(hashKeyFile, "ab".repeat(32));
    const { url, calls } = await agent();
    const { presage, request } = service(url, { hashKeyFile });
    await request.get("/orders/8123?note=hello-world");
    await presage.close();
    const sent = calls()[0]?.arguments ?? {};
    expect(Object.keys(sent)).toEqual(["orderId", "note"]);
    expect(Object.values(sent).every(isUnnamedArgumentShape)).toBe(true);
    expect(JSON.stringify(calls())).not.toMatch(/hello|8123/);
  });

  test("values do not leave for another machine", async () => {
    const { url, calls } = await agent();
    // The same agent by a name that is not loopback's own: refused by name, not by route.
    const remote = url.replace("127.0.0.1", "0.0.0.0");
    const { presage, request } = service(remote);
    await request.get("/orders/8123?note=hello-world");
    await presage.close();
    expect(calls()).toHaveLength(1);
    expect(JSON.stringify(calls())).not.toMatch(/hello|8123/);
  });

  test("a caller who goes away is a call too", async () => {
    const { url, calls } = await agent();
    const presage = presageMiddleware({ agentUrl: url, service: "shop", flushSeconds: 3600 });
    const app = express();
    let left: (() => void) | undefined;
    const gone = new Promise<void>((resolve) => (left = resolve));
    app.use(presage);
    app.get("/slow", (request, response) => {
      response.on("close", () => left?.());
      request.socket.destroy();
    });
    await supertest(app)
      .get("/slow")
      .catch(() => undefined);
    await gone;
    await presage.close();
    expect(calls()).toMatchObject([{ route: "/slow", status: 499, responseBytes: 0 }]);
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

  test("a wrong address is an error at start-up", () => {
    expect(() => presageMiddleware({ agentUrl: "agent", service: "shop" })).toThrow(TypeError);
  });

  test("loads nothing but Node's own modules: a service must not pay for the agent's", () => {
    const seen = new Set<string>();
    const packages = new Set<string>();
    const visit = (file: URL): void => {
      if (seen.has(file.href)) return;
      seen.add(file.href);
      const source = readFileSync(file, "utf8");
      // Whole statements that are types only leave no trace in what is built.
      for (const [, from = ""] of source.matchAll(
        /^(?:import|export) (?!type)[^;]*?from "([^"]+)";/gm,
      )) {
        if (from.startsWith(".")) visit(new URL(from.replace(/\.js$/, ".ts"), file));
        else packages.add(from);
      }
    };
    visit(new URL("express-middleware.ts", import.meta.url));
    expect(seen.size).toBeGreaterThan(5);
    expect([...packages].filter((name) => !name.startsWith("node:"))).toEqual([]);
  });
});
