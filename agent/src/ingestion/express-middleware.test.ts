import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import express from "express";
import supertest from "supertest";
import { describe, expect, test } from "vitest";

import { ManualClock } from "../core/index.js";
import { isUnnamedArgumentShape } from "./argument-shape.js";
import { presageMiddleware } from "./express-middleware.js";
import { agent, closing, service } from "./middleware-fixture.js";
import { decodeWireCall } from "./wire-call.js";

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
