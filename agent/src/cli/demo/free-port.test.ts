import { createServer, type AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { freePort } from "./free-port.js";

describe("freePort", () => {
  it("gives the preferred port when it is free, and another one when it is taken", async () => {
    const preferred = await freePort();
    expect(preferred).toBeGreaterThan(0);
    expect(await freePort(preferred)).toBe(preferred);
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(preferred, "127.0.0.1", resolve));
    expect((holder.address() as AddressInfo).port).toBe(preferred);
    const other = await freePort(preferred);
    expect(other).toBeGreaterThan(0);
    expect(other).not.toBe(preferred);
    await new Promise((resolve) => holder.close(resolve));
  });
});
