import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtemp, readdir, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { sendFile } from "./static-files.js";

/** More than a socket takes at once, so that the file is still being read when the other side leaves. */
const LARGE_BYTES = 32 * 1024 * 1024;

/** Answers every request with the file. */
async function serve(file: string): Promise<{ readonly url: string; readonly stop: () => void }> {
  const server = createServer((_request, response) => {
    sendFile(response, file);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A TCP server's address is an AddressInfo.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

it("regression: a file is not read for HEAD", async () => {
  // Whoever reads it finds that it has gone, and breaks the connection off.
  const { url, stop } = await serve(join(tmpdir(), "presage-static-gone", "page.js"));
  try {
    const { status, headers } = await fetch(url, { method: "HEAD" });
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("text/javascript; charset=utf-8");
    await expect(fetch(url).then((response) => response.text())).rejects.toThrow();
  } finally {
    stop();
  }
});

it.runIf(process.platform === "linux")(
  "regression: a download that was given up leaves no file open",
  async () => {
    const home = await mkdtemp(join(tmpdir(), "presage-static-"));
    const file = join(home, "large.bin");
    await writeFile(file, Buffer.alloc(LARGE_BYTES));
    const { url, stop } = await serve(file);
    const opened = async (): Promise<number> => {
      const descriptors = await readdir("/proc/self/fd");
      // One of them is that of the listing itself, gone by now.
      const targets = await Promise.all(
        descriptors.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => "")),
      );
      return targets.filter((target) => target === file).length;
    };
    try {
      for (let times = 0; times < 10; times += 1) {
        const leaving = new AbortController();
        const { body } = await fetch(url, { signal: leaving.signal });
        await body?.getReader().read();
        leaving.abort();
      }
      // Sockets close a moment later.
      await vi.waitFor(async () => {
        expect(await opened()).toBe(0);
      });
    } finally {
      stop();
      await rm(home, { recursive: true });
    }
  },
);
