import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startServer } from "./listen.js";
import type { RunningServer, ServerOptions } from "./listen.js";

const options: ServerOptions = {
  host: "127.0.0.1",
  port: 0,
  configKey: "api",
  access: "unprotected",
};
const servers: RunningServer[] = [];

async function listen(overrides: Partial<ServerOptions>): Promise<number> {
  const server = await startServer((_request, response) => response.end("here"), {
    ...options,
    ...overrides,
  });
  servers.push(server);
  return server.port;
}

function ask(port: number, host: string): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    request({ port, host: "127.0.0.1", headers: { host }, agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (body += chunk));
      response.on("end", () => {
        resolve({ status: response.statusCode, body });
      });
    })
      .on("error", reject)
      .end();
  });
}

afterAll(async () => {
  for (const server of servers) await server.close();
});

describe.each(["unprotected", "public"] as const)("on loopback, %s", (access) => {
  let port = 0;
  beforeAll(async () => {
    port = await listen({ access });
  });

  it.each(["localhost", "LOCALHOST:9470", "127.0.0.1", "127.8.9.1:9470", "[::1]", "[::1]:9470"])(
    "answers to %s",
    async (host) => {
      expect(await ask(port, host)).toEqual({ status: 200, body: "here" });
    },
  );

  it.each([
    "evil.example",
    "evil.example:9470",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "127.0.0.1@evil.example",
    "evil.example:80:127.0.0.1",
    "10.0.0.7:9470",
  ])("refuses %s, so that a page of a stranger's site gets nothing", async (host) => {
    const { status, body } = await ask(port, host);
    expect(status).toBe(421);
    expect(JSON.parse(body)).toMatchObject({
      status: 421,
      type: "urn:presage:problem:misdirected_request",
    });
  });
});

it("asks for no name of whoever has the token, or came to an address of the network", async () => {
  const withToken = await listen({ access: "token" });
  expect((await ask(withToken, "agent.internal")).status).toBe(200);
  const reachable = await listen({ access: "public", host: "0.0.0.0" });
  expect((await ask(reachable, "agent.internal")).status).toBe(200);
});
