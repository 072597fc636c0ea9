/** Serves the host page on this machine: the bundle, the built plugin, icons, fonts, data sources. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isLoopback, jsonAnswer, type DataSource, type DataSourceAnswer } from "./data-source.js";
import { htmlOf } from "./html.js";
import { bundleOf, packagesOf, PLUGIN_DIRECTORY, type PageSet } from "./page-sets.js";
import { PLUGIN_ID } from "./scene.js";
import { findFile, sendFile } from "./static-files.js";

export interface HostServerOptions {
  readonly set: PageSet;
  /** 0: any free one. */
  readonly port: number;
  /** By uid; reached at `/api/datasources/proxy/uid/<uid>/`. */
  readonly dataSources: ReadonlyMap<string, DataSource>;
  /** What the preview page asks for at `/preview.json`; without it there is no preview. */
  readonly preview?: unknown;
}

export interface HostServer {
  /** Such as `http://127.0.0.1:3470`. */
  readonly url: string;
  close(): Promise<void>;
}

const LISTEN_ADDRESS = "127.0.0.1";
/** A page's request is a few kilobytes; nothing here needs more. */
const MAXIMUM_BODY_BYTES = 1_048_576;
const PROXY_PATH = /^\/api\/datasources\/proxy\/uid\/([A-Za-z0-9_-]+)(\/[A-Za-z0-9/_.-]*)$/;

/** No eval, nothing from elsewhere. Emotion writes its styles into the page: hence `unsafe-inline`. */
const SECURITY_HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cache-control": "no-store",
};

/** The names that Grafana's styles ask for, and the free fonts behind them. */
const FONTS: Readonly<Record<string, string>> = {
  "inter/Inter-Regular.woff2": "inter/files/inter-latin-400-normal.woff2",
  "inter/Inter-Medium.woff2": "inter/files/inter-latin-500-normal.woff2",
  "inter/Inter-Italic.woff2": "inter/files/inter-latin-400-italic.woff2",
  "inter/Inter-MediumItalic.woff2": "inter/files/inter-latin-500-italic.woff2",
  "roboto/L0xTDF4xlVMF-BfR8bXMIhJHg45mwgGEFl0_3vrtSM1J-gEPT5Ese6hmHSh0mQ.woff2":
    "roboto-mono/files/roboto-mono-latin-400-normal.woff2",
};
const FONTS_DIRECTORY = dirname(
  dirname(fileURLToPath(import.meta.resolve("@fontsource/inter/package.json"))),
);

/** Rejects with a message that names the port when it is taken. */
export async function startHostServer(options: HostServerOptions): Promise<HostServer> {
  const files = [
    { prefix: "/page/", directory: bundleOf(options.set) },
    { prefix: `/public/plugins/${PLUGIN_ID}/`, directory: PLUGIN_DIRECTORY },
    {
      prefix: "/public/build/img/icons/",
      directory: join(packagesOf(options.set), "@grafana", "ui", "dist", "public", "img", "icons"),
    },
  ];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    const url = addressOf(request);
    if (url === undefined) {
      send(
        response,
        jsonAnswer(403, { message: "only this machine may ask, by its loopback name" }),
      );
      return;
    }
    const proxied = PROXY_PATH.exec(url.pathname);
    if (proxied !== null) {
      const [, uid = "", path = ""] = proxied;
      send(response, await ask(options.dataSources.get(uid), path, url, request));
      return;
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      send(
        response,
        jsonAnswer(405, { message: `${request.method ?? ""} is not for this address` }),
      );
      return;
    }
    const html = htmlOf(url.pathname, options.preview !== undefined);
    if (html !== undefined) {
      send(response, { status: 200, contentType: "text/html; charset=utf-8", body: html });
      return;
    }
    if (url.pathname === "/preview.json" && options.preview !== undefined) {
      send(response, jsonAnswer(200, options.preview));
      return;
    }
    const file = await fileFor(url.pathname, files);
    if (file === undefined) send(response, jsonAnswer(404, { message: "there is no such file" }));
    else sendFile(response, file);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else send(response, jsonAnswer(500, { message: "the host page's server failed" }));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(
        error.code === "EADDRINUSE"
          ? new Error(`port ${String(options.port)} on ${LISTEN_ADDRESS} is taken`, {
              cause: error,
            })
          : error,
      );
    });
    server.listen(options.port, LISTEN_ADDRESS, resolve);
  });
  // A TCP server's address is an AddressInfo, never a pipe's name.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${LISTEN_ADDRESS}:${String(port)}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * Undefined when the request was not meant for this machine's loopback name (a page elsewhere whose
 * name resolves to it), or was sent by a page of another origin.
 */
function addressOf({ headers, url = "/" }: IncomingMessage): URL | undefined {
  const origin = `http://${headers.host ?? ""}`;
  if (!URL.canParse(origin) || !isLoopback(new URL(origin).hostname)) return undefined;
  if (headers.origin !== undefined && headers.origin !== origin) return undefined;
  return URL.canParse(url, origin) ? new URL(url, origin) : undefined;
}

async function ask(
  source: DataSource | undefined,
  path: string,
  url: URL,
  request: IncomingMessage,
): Promise<DataSourceAnswer> {
  if (source === undefined) return jsonAnswer(404, { message: "Data source not found" });
  const body = await readBody(request);
  if (body === undefined) return jsonAnswer(413, { message: "the request is too large" });
  return source({
    method: request.method ?? "GET",
    path,
    query: url.search.replace(/^\?/, ""),
    contentType: request.headers["content-type"],
    body,
  });
}

/** Undefined when it is too large. One that does not say its size, and is, loses its connection. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers["content-length"] ?? 0) > MAXIMUM_BODY_BYTES) return undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  // A request without an encoding set gives buffers.
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAXIMUM_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function fileFor(
  pathname: string,
  files: readonly { readonly prefix: string; readonly directory: string }[],
): Promise<string | undefined> {
  const fonts = "/public/fonts/";
  if (pathname.startsWith(fonts)) {
    const name = pathname.slice(fonts.length);
    const font = Object.hasOwn(FONTS, name) ? FONTS[name] : undefined;
    return font === undefined ? undefined : findFile(FONTS_DIRECTORY, font);
  }
  const found = files.find(({ prefix }) => pathname.startsWith(prefix));
  return found && findFile(found.directory, pathname.slice(found.prefix.length));
}

function send(response: ServerResponse, { status, contentType, body }: DataSourceAnswer): void {
  response.writeHead(status, { "content-type": contentType }).end(body);
}
