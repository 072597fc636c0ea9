/** The shop as a process: `node dist/main.js --port 3000 [--agent-url http://127.0.0.1:9470]`. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";
import { presageMiddleware } from "presage/express";
import { readIdentity } from "./identity.js";
import { createShop } from "./service.js";
import { storyClock } from "./story-clock.js";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: process.env["PORT"] ?? "0" },
    "agent-url": { type: "string" },
    "clock-start-seconds": { type: "string" },
    "machine-start-seconds": { type: "string" },
    "time-rate": { type: "string", default: "1" },
  },
});

/** So short because in a compressed story a second is long, and late calls do not count. */
const FLUSH_SECONDS = 0.1;
const MILLISECONDS_PER_SECOND = 1000;
const nowSeconds = Date.now() / MILLISECONDS_PER_SECOND;
const timeRate = Number(values["time-rate"]);
const clock = storyClock({
  startSeconds: Number(values["clock-start-seconds"] ?? nowSeconds),
  machineStartSeconds: Number(values["machine-start-seconds"] ?? nowSeconds),
  rate: timeRate,
});

const agentUrl = values["agent-url"];
const observe =
  agentUrl === undefined
    ? undefined
    : presageMiddleware({
        agentUrl,
        service: "shop",
        identify: readIdentity,
        clock,
        flushSeconds: FLUSH_SECONDS,
      });
const server = createServer(
  createShop({ ...(observe === undefined ? {} : { observe }), timeRate }),
);
server.listen(Number(values.port), "127.0.0.1", () => {
  // A TCP server's address is an AddressInfo, never a pipe's name.
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ event: "listening", port })}\n`);
});

function stop(): void {
  server.close();
  server.closeAllConnections();
  void observe?.close();
}
process.once("SIGTERM", stop);
process.once("SIGINT", stop);
