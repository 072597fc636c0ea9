import { readFile } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { startServer } from "../api/listen.js";
import type { RunningServer, ServerTls } from "../api/listen.js";
import { createStartingApp } from "../api/starting-app.js";
import { readKeyFile } from "../checkpoint/key-file.js";
import type { Config } from "../config/schema.js";
import type { Logger } from "../telemetry/logger.js";
import { fileProblem } from "./file-problem.js";

/** The two listeners, which have their ports from the start and answer once there is something to say. */
export interface Listeners {
  readonly apiUrl: string;
  readonly metricsUrl: string;
  /** The token that the API has to ask for. */
  readonly token: string | undefined;
  /** From now on these answer; until then everything but `/healthz` gets a 503. */
  serve(apps: { readonly api: RequestListener; readonly metrics: RequestListener }): void;
  close(): Promise<void>;
}

/**
 * Reads the token and the certificates, and takes both ports. It comes before anything is written, so
 * that a start that fails here leaves no trace. Rejects with a message that names the key.
 */
export async function openListeners(config: Config, log: Logger): Promise<Listeners> {
  const token = await tokenFrom(config.api.tokenFile);
  const tls = await tlsFrom(config.api.tls);
  const starting = createStartingApp((error, request) => {
    log.error({ err: error, ...request }, "a request failed");
  });
  let apps: { readonly api: RequestListener; readonly metrics: RequestListener } = {
    api: starting,
    metrics: starting,
  };
  const api = await startServer(
    (request, response) => {
      apps.api(request, response);
    },
    {
      host: config.api.host,
      port: config.api.port,
      configKey: "api",
      access: token === undefined ? "unprotected" : "token",
      bodyTimeoutSeconds: config.api.requestTimeoutSeconds,
      maxConnections: config.api.maxConnections,
      reportError: (error) => {
        log.error({ err: error }, "the API listener failed");
      },
      ...(tls === undefined ? {} : { tls }),
    },
  );
  let metrics: RunningServer;
  try {
    metrics = await startServer(
      (request, response) => {
        apps.metrics(request, response);
      },
      {
        host: config.metrics.host,
        port: config.metrics.port,
        configKey: "metrics",
        access: "public",
        reportError: (error) => {
          log.error({ err: error }, "the metrics listener failed");
        },
      },
    );
  } catch (error) {
    await api.close();
    throw error;
  }
  const scheme = tls === undefined ? "http" : "https";
  return {
    apiUrl: `${scheme}://${hostForUrl(api.address)}:${api.port}`,
    metricsUrl: `http://${hostForUrl(metrics.address)}:${metrics.port}`,
    token,
    serve(ready) {
      apps = ready;
    },
    async close() {
      await Promise.all([api.close(), metrics.close()]);
    },
  };
}

async function tokenFrom(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  try {
    return (await readKeyFile(file)).bytes.toString();
  } catch (error) {
    throw new Error(`api.tokenFile: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

async function tlsFrom(tls: Config["api"]["tls"]): Promise<ServerTls | undefined> {
  if (tls === undefined) return undefined;
  const { certificateFile, keyFile, clientCertificateAuthorityFile } = tls;
  return {
    certificate: await readTlsFile("certificateFile", certificateFile),
    key: await readTlsFile("keyFile", keyFile),
    ...(clientCertificateAuthorityFile === undefined
      ? {}
      : {
          clientCertificateAuthority: await readTlsFile(
            "clientCertificateAuthorityFile",
            clientCertificateAuthorityFile,
          ),
        }),
  };
}

async function readTlsFile(key: string, file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new Error(`api.tls.${key}: ${file} can't be read: ${fileProblem(error)}`, {
      cause: error,
    });
  }
}

function hostForUrl(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
