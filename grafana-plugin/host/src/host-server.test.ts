import { mkdtemp, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, request as httpRequest, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { forwardTo, type DataSource } from "./data-source.js";
import { startHostServer, type HostServer } from "./host-server.js";
import { findFile } from "./static-files.js";

const closing: (() => Promise<unknown>)[] = [];
let server: HostServer;
/** What has reached the data source. */
const asked: { method: string; url: string; body: string }[] = [];

beforeEach(async () => {
  const upstream = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text));
    request.on("end", () => {
      asked.push({ method: request.method ?? "", url: request.url ?? "", body });
      response.writeHead(request.url === "/api/v2/alerts" ? 400 : 200).end('{"said":"this"}');
    });
  });
  const url = await listen(upstream);
  closing.push(() => new Promise((resolve) => upstream.close(resolve)));
  const dataSources = new Map<string, DataSource>([
    ["prometheus", forwardTo(url)],
    ["gone", forwardTo("http://127.0.0.1:1")],
  ]);
  server = await startHostServer({ set: "grafana-13", port: 0, dataSources });
  closing.push(() => server.close());
});

afterEach(async () => {
  asked.length = 0;
  for (const close of closing.splice(0).reverse()) await close();
});

describe("who may ask", () => {
  it("only loopback names, so that no name elsewhere can be made to point here", async () => {
    expect(await statusOf("/", { host: "attacker.example" })).toBe(403);
    expect(await statusOf("/", { host: `localhost:${new URL(server.url).port}` })).toBe(200);
  });

  it("only this page: not one of another origin", async () => {
    const path = "/api/datasources/proxy/uid/prometheus/api/v1/query";
    expect(await statusOf(path, { origin: "https://attacker.example" })).toBe(403);
    expect(await statusOf(path, { origin: server.url })).toBe(200);
    expect(asked).toHaveLength(1);
  });
});

describe("files", () => {
  it.each([
    "/page/../page-sets.js",
    "/page/%2e%2e/page-sets.js",
    "/page/..%2fpage-sets.js",
    "/page//etc/passwd",
    "/page/.hidden",
    "/page/",
    "/public/plugins/presage-behavior-panel/../../../package.json",
    "/public/fonts/inter/package.json",
    // Regression: a name that every object has was a font, and the answer a 500.
    "/public/fonts/constructor",
    "/nowhere",
  ])("%s is none", async (path) => {
    expect(await statusOf(path, {})).toBe(404);
  });

  it("a link that leads out of the directory is none", async () => {
    const home = await mkdtemp(join(tmpdir(), "presage-files-"));
    closing.push(() => rm(home, { recursive: true }));
    await mkdir(join(home, "served"));
    await writeFile(join(home, "secret.txt"), "secret");
    await writeFile(join(home, "served", "open.txt"), "open");
    await symlink(join(home, "secret.txt"), join(home, "served", "link.txt"));
    expect(await findFile(join(home, "served"), "open.txt")).toContain("open.txt");
    expect(await findFile(join(home, "served"), "link.txt")).toBeUndefined();
    expect(await findFile(join(home, "served"), "../secret.txt")).toBeUndefined();
  });

  it("the fonts that Grafana's styles name are there", async () => {
    const response = await fetch(`${server.url}/public/fonts/inter/Inter-Regular.woff2`);
    expect(response.headers.get("content-type")).toBe("font/woff2");
    // https://www.w3.org/TR/WOFF2/#woff20Header
    expect(Buffer.from(await response.arrayBuffer()).toString("latin1", 0, 4)).toBe("wOF2");
  });
});

describe("data sources", () => {
  const proxied = (uid: string, path: string): string =>
    `${server.url}/api/datasources/proxy/uid/${uid}${path}`;

  it("get the method, the query and the body, and their status comes back", async () => {
    const response = await fetch(proxied("prometheus", "/api/v2/alerts"), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "[1]",
    });
    expect([response.status, await response.json()]).toEqual([400, { said: "this" }]);
    await fetch(proxied("prometheus", "/api/v1/query_range?query=up%7Ba%3D%22b%22%7D&step=1"));
    expect(asked).toEqual([
      { method: "POST", url: "/api/v2/alerts", body: "[1]" },
      { method: "GET", url: "/api/v1/query_range?query=up%7Ba%3D%22b%22%7D&step=1", body: "" },
    ]);
  });

  it("say when they are unknown, gone, or asked for too much", async () => {
    expect((await fetch(proxied("other", "/api"))).status).toBe(404);
    const gone = await fetch(proxied("gone", "/api"));
    expect([gone.status, await gone.json()]).toEqual([
      502,
      { message: "127.0.0.1:1 does not answer" },
    ]);
    const body = "x".repeat(1_048_577);
    expect((await fetch(proxied("prometheus", "/api"), { method: "POST", body })).status).toBe(413);
  });

  it.each(["http://example.org", "https://127.0.0.1", "file:///etc/passwd"])(
    "can't be %s",
    (url) => {
      expect(() => forwardTo(url)).toThrow("this machine only");
    },
  );
});

describe("the page", () => {
  it("allows no script from elsewhere, and no eval", async () => {
    const policy = (await fetch(server.url)).headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'; script-src 'self';");
    expect(policy).not.toContain("unsafe-eval");
  });

  it("is only read", async () => {
    expect((await fetch(server.url, { method: "POST" })).status).toBe(405);
  });

  it("has a preview only where there is one", async () => {
    expect((await fetch(`${server.url}/preview.json`)).status).toBe(404);
  });
});

it("a taken port is named", async () => {
  const port = Number(new URL(server.url).port);
  await expect(
    startHostServer({ set: "grafana-13", port, dataSources: new Map() }),
  ).rejects.toThrow(`port ${String(port)} on 127.0.0.1 is taken`);
});

/** Sends the path and headers as they are, which `fetch` would correct. */
function statusOf(path: string, headers: Record<string, string>): Promise<number | undefined> {
  const { port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: "127.0.0.1", port, path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on("error", reject).end();
  });
}

async function listen(upstream: Server): Promise<string> {
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  // A TCP server's address is an AddressInfo, never a pipe's name.
  return `http://127.0.0.1:${String((upstream.address() as AddressInfo).port)}`;
}
