// The example shop in a container. Unlike examples/shop/src/main.ts it listens beyond loopback, and brings
// the token and the identity key that an agent beyond loopback asks for.
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { presageMiddleware } from "presage/express";
import { readIdentity } from "presage-example-shop/identity";
import { createShop } from "presage-example-shop/service";

const { values } = parseArgs({
  options: {
    host: { type: "string", default: "0.0.0.0" },
    port: { type: "string", default: "3000" },
    "agent-url": { type: "string", default: "http://agent:9470" },
    "token-file": { type: "string", default: "/run/secrets/api-token" },
    "identity-key-file": { type: "string", default: "/run/secrets/identity-key" },
  },
});

const observe = presageMiddleware({
  agentUrl: values["agent-url"],
  service: "shop",
  tokenFile: values["token-file"],
  hashKeyFile: values["identity-key-file"],
  identify: readIdentity,
});
const server = createServer(createShop({ observe }));
server.listen(Number(values.port), values.host, () => {
  const { port } = server.address();
  process.stdout.write(`${JSON.stringify({ event: "listening", port })}\n`);
});

function stop() {
  server.close();
  server.closeAllConnections();
  void observe.close();
}
process.once("SIGTERM", stop);
process.once("SIGINT", stop);
