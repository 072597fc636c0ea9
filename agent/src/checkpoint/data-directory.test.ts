import { existsSync } from "node:fs";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DataDirectoryError, prepareDataDirectory } from "./data-directory.js";

let base = "";
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "presage-data-"));
});
afterEach(async () => {
  await rm(base, { recursive: true });
});

test("it is made with the directories above it, for its owner only, and may be there", async () => {
  const directory = join(base, "a", "b");
  await prepareDataDirectory(directory);
  await prepareDataDirectory(directory);
  for (const made of [directory, join(base, "a")]) {
    expect((await stat(made)).mode & 0o777).toBe(0o700);
  }
});

test("many may make it at once", async () => {
  const directory = join(base, "a", "b", "c");
  await Promise.all(Array.from({ length: 10 }, () => prepareDataDirectory(directory)));
  expect((await stat(directory)).isDirectory()).toBe(true);
});

test.each(["data", "data/below"])("a file in its place is said to be one: %s", async (name) => {
  await writeFile(join(base, "data"), "");
  const preparing = prepareDataDirectory(join(base, name));
  await expect(preparing).rejects.toThrow(DataDirectoryError);
  await expect(preparing).rejects.toThrow(
    `dataDirectory: ${join(base, "data")} is not a directory`,
  );
});

test.skipIf(!existsSync("/proc/self"))(
  "regression: below /proc, where nothing can be made, it does not spin",
  async () => {
    await expect(prepareDataDirectory("/proc/nope/deeper")).rejects.toThrow(
      /^dataDirectory: .*\/proc/,
    );
  },
);
