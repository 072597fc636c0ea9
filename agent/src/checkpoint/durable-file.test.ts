import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { renameIfPresent, writeDurably } from "./durable-file.js";

let directory = "";
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "presage-file-"));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

test("a write that fails half way leaves the old file and nothing else", async () => {
  const path = join(directory, "file");
  await writeDurably(path, (handle) => handle.writeFile("old"));
  const failing = writeDurably(path, async (handle) => {
    await handle.writeFile("half of the n");
    throw new Error("no space left on device");
  });
  await expect(failing).rejects.toThrow("no space left");
  expect(await readFile(path, "utf8")).toBe("old");
  expect(await readdir(directory)).toEqual(["file"]);
});

test("the old file is there until the new one is safe", async () => {
  const path = join(directory, "file");
  await writeDurably(path, (handle) => handle.writeFile("old"));
  let before = "";
  await writeDurably(
    path,
    (handle) => handle.writeFile("new"),
    async () => {
      before = await readFile(path, "utf8");
    },
  );
  expect(before).toBe("old");
  expect(await readFile(path, "utf8")).toBe("new");
});

test("only a missing file is passed over when renaming", async () => {
  await renameIfPresent(join(directory, "none"), join(directory, "other"));
  expect(await readdir(directory)).toEqual([]);
  const path = join(directory, "file");
  await writeDurably(path, (handle) => handle.writeFile("x"));
  await expect(renameIfPresent(path, directory)).rejects.toThrow();
});
