import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import express from "express";
import supertest from "supertest";
import { afterEach } from "vitest";

import { presageMiddleware, type PresageMiddlewareOptions } from "./express-middleware.js";
import type { WireCall } from "./wire-call.js";

export type Answer = (
  calls: WireCall[],
  response: ServerResponse,
  request: IncomingMessage,
) => void;

/** Run after each test, in this order. */
export const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

export const TAKEN: Answer = (calls, response) => {
  response.writeHead(202).end(JSON.stringify({ accepted: calls.length, rejected: [] }));
};

/** A real HTTP agent that keeps what it is sent. */
export async function agent(answer: Answer = TAKEN) {
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

/** A service that the middleware watches, and what sends requests to it. */
export function service(agentUrl: string, options: Partial<PresageMiddlewareOptions> = {}) {
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
