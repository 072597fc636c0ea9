import { describe, expect, test } from "vitest";

import { presageMiddleware, type PresageMiddlewareOptions } from "./express-middleware.js";
import { agent, closing, service } from "./middleware-fixture.js";

const GOOD = { agentUrl: "http://127.0.0.1:9470", service: "shop" };

describe("regression: an option that is wrong is named at start, not noticed by its silence", () => {
  test.each<[object, RegExp]>([
    [{ service: undefined }, /service: is missing/],
    [{ service: "" }, /service: expected letters/],
    [{ service: "a/b" }, /service: expected letters/],
    [{ service: "x".repeat(254) }, /service: .*at most 253/],
    [{ namespace: "a b" }, /namespace: expected letters/],
    [{ instance: "" }, /instance: expected/],
    [{ agentUrl: undefined }, /agentUrl: is missing/],
    [{ agentUrl: "127.0.0.1:9470" }, /agentUrl: expected an http or https address/],
    [{ agentUrl: "localhost:9470" }, /agentUrl: expected an http or https address/],
    [{ agentUrl: "ftp://127.0.0.1" }, /agentUrl: expected an http or https address/],
    [{ agentUrl: "http://me:hunter2@127.0.0.1" }, /agentUrl: must not hold a user name/],
    [{ flushSeconds: 0 }, /flushSeconds: expected a number above 0/],
    [{ batchCalls: "200" }, /batchCalls: expected a number above 0/],
    [{ maxBufferedCalls: Number.NaN }, /maxBufferedCalls: expected a number above 0/],
    [{ identify: {} }, /identify: expected a function/],
    [{ tokenFile: "/nowhere/token" }, /tokenFile can't be read: .*\/nowhere\/token/],
  ])("%o", (wrong, message) => {
    // As a service in JavaScript calls it, which no type holds back.
    const options = { ...GOOD, ...wrong } as PresageMiddlewareOptions;
    const start = (): unknown => presageMiddleware(options);
    expect(start).toThrow(TypeError);
    expect(start).toThrow(message);
    expect(start).not.toThrow(/hunter2/);
  });

  test("what is right starts", async () => {
    await presageMiddleware({ ...GOOD, namespace: "prod", instance: "shop-1" }).close();
  });
});

describe("regression: every call was rejected without a word", () => {
  const warningsOf = async (during: () => Promise<void>): Promise<Error[]> => {
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on("warning", note);
    await during();
    // Warnings are told on the next tick of the process.
    await new Promise(setImmediate);
    process.off("warning", note);
    return warnings.filter(({ name }) => name === "PresageWarning");
  };

  test("the first rejection is a process warning with the agent's reason, the next are not", async () => {
    const { url } = await agent((calls, response) => {
      const rejected = calls.map((_, index) => ({ index, field: "status", reason: "is missing" }));
      response.writeHead(202).end(JSON.stringify({ accepted: 0, rejected }));
    });
    const warnings = await warningsOf(async () => {
      const { presage, request } = service(url, { batchCalls: 1 });
      await request.get("/orders/1");
      await request.get("/orders/2");
      await presage.close();
      expect(presage.counts().dropped).toBe(2);
    });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.message).toContain('calls of "shop" are lost');
    expect(warnings[0]?.message).toContain("status: is missing");
  });

  test("so is a token that is missing, once calls are lost for it", async () => {
    const { url } = await agent((_, response) => {
      response.writeHead(401).end(JSON.stringify({ detail: "send the header Authorization" }));
    });
    const warnings = await warningsOf(async () => {
      const { presage, request } = service(url, { batchCalls: 1 });
      closing.push(() => presage.close(0));
      await request.get("/orders/1");
      await presage.close(0.2);
    });
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining("status 401: send the header Authorization"),
    ]);
  });
});
