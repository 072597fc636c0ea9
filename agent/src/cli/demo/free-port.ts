import { createServer, type AddressInfo } from "node:net";

const LOOPBACK = "127.0.0.1";

/** `preferred` when nothing listens there on loopback, else any free port. */
export async function freePort(preferred = 0): Promise<number> {
  return (await tryPort(preferred)) ?? (await tryPort(0)) ?? 0;
}

/** The port that could be listened on (for 0: which one it was), or undefined when it is taken. */
function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => {
      resolve(undefined);
    });
    probe.listen(port, LOOPBACK, () => {
      // A TCP server's address is an AddressInfo, never a pipe's name.
      const { port: listened } = probe.address() as AddressInfo;
      probe.close(() => {
        resolve(listened);
      });
    });
  });
}
