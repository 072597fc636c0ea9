import { describe, expect, it } from "vitest";
import { closeAll } from "./close-all.js";

describe("closeAll", () => {
  it("closes all, last first, though one fails, and says which", async () => {
    const closed: string[] = [];
    const closing = ["directory", "agent", "load"].map((name) => async (): Promise<void> => {
      await Promise.resolve();
      closed.push(name);
      if (name === "agent") throw new Error("the agent does not stop");
    });
    await expect(closeAll(closing)).rejects.toThrow("the agent does not stop");
    expect(closed).toEqual(["load", "agent", "directory"]);
    await closeAll(closing);
    expect(closed).toHaveLength(3);
  });
});
