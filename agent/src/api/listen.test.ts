import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { get } from "node:https";
import type { RequestOptions } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { ServerStartError, startServer } from "./listen.js";
import type { ServerOptions } from "./listen.js";

const app = (_request: unknown, response: { end: (text: string) => void }): void => {
  response.end("here");
};

const options: ServerOptions = {
  host: "127.0.0.1",
  port: 0,
  configKey: "api",
  access: "unprotected",
};

describe("startServer", () => {
  it("listens on a free port and closes", async () => {
    const server = await startServer(app, options);
    expect(server.address).toBe("127.0.0.1");
    const url = `http://127.0.0.1:${server.port}`;
    expect(await (await fetch(url)).text()).toBe("here");
    await server.close();
    await expect(fetch(url)).rejects.toThrow();
  });

  it("refuses to be reached by others without protection", async () => {
    await expect(startServer(app, { ...options, host: "0.0.0.0" })).rejects.toThrow(
      /api\.host is 0\.0\.0\.0.*api\.tokenFile/,
    );
    const oneSided = { certificate: "", key: "" };
    await expect(startServer(app, { ...options, host: "0.0.0.0", tls: oneSided })).rejects.toThrow(
      ServerStartError,
    );
  });

  it.each(["token", "public"] as const)("may be reached by others with %s", async (access) => {
    const server = await startServer(app, { ...options, host: "0.0.0.0", access });
    expect(server.port).toBeGreaterThan(0);
    await server.close();
  });

  it("names the port and the key when the port is taken", async () => {
    const first = await startServer(app, options);
    await expect(
      startServer(app, { ...options, port: first.port, configKey: "metrics" }),
    ).rejects.toThrow(
      `port ${first.port} on 127.0.0.1 is taken: free it, or set metrics.port to another`,
    );
    await first.close();
  });

  it("names the key when the host is not of this machine", async () => {
    // TEST-NET-1 of RFC 5737: never assigned.
    await expect(
      startServer(app, { ...options, host: "192.0.2.1", access: "public" }),
    ).rejects.toThrow(/set api\.host/);
  });

  it("names the key when the certificate is not one", async () => {
    await expect(
      startServer(app, { ...options, tls: { certificate: "x", key: "y" } }),
    ).rejects.toThrow(/api\.tls can't be used/);
  });
});

const OPENSSL = "openssl";

describe("mutual TLS", () => {
  const openssl = hasOpenssl();
  if (!openssl) process.stderr.write("mutual TLS was NOT tested: there is no openssl command\n");

  it.skipIf(!openssl)("lets in only clients with a certificate", async () => {
    const folder = mkdtempSync(join(tmpdir(), "presage-tls-"));
    try {
      const [certificate, key] = selfSigned(folder);
      const server = await startServer(app, {
        ...options,
        host: "0.0.0.0",
        tls: { certificate, key, clientCertificateAuthority: certificate },
      });
      const target = { host: "127.0.0.1", port: server.port, ca: certificate, agent: false };
      await expect(statusOf(target)).rejects.toThrow();
      expect(await statusOf({ ...target, cert: certificate, key })).toBe(200);
      await server.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

function hasOpenssl(): boolean {
  try {
    execFileSync(OPENSSL, ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Certificate and key for 127.0.0.1, PEM. */
function selfSigned(folder: string): [string, string] {
  const certificateFile = join(folder, "certificate.pem");
  const keyFile = join(folder, "key.pem");
  execFileSync(
    OPENSSL,
    [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
      ...["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"],
      ...["-keyout", keyFile, "-out", certificateFile],
    ],
    { stdio: "ignore" },
  );
  return [readFileSync(certificateFile, "utf8"), readFileSync(keyFile, "utf8")];
}

function statusOf(target: RequestOptions): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(target, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on("error", reject);
  });
}
