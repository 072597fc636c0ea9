import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { KeyFileError, readKeyFile, readOrGenerateKeyFile } from "./key-file.js";

const KEY = "0123456789abcdef0123456789abcdef";

let directory = "";
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "presage-key-"));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

test("a key is generated once, for its owner only", async () => {
  const file = join(directory, "data", "bundle.key");
  const first = await readOrGenerateKeyFile(file);
  expect(await readOrGenerateKeyFile(file)).toEqual(first);
  expect(await readKeyFile(file)).toEqual(first);
  expect(await readFile(file, "utf8")).toMatch(/^[0-9a-f]{64}\n$/);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test("two generated keys differ, and so do their ids", async () => {
  const first = await readOrGenerateKeyFile(join(directory, "first.key"));
  const second = await readOrGenerateKeyFile(join(directory, "second.key"));
  expect(first.bytes.equals(second.bytes)).toBe(false);
  expect(first.id).not.toBe(second.id);
});

test("a given key is used without the line end, and its id does not hold it", async () => {
  const file = join(directory, "given.key");
  await writeFile(file, `${KEY}\r\n`);
  const key = await readOrGenerateKeyFile(file);
  expect(key.bytes.toString()).toBe(KEY);
  expect(key.id).toMatch(/^[0-9a-f]{16}$/);
  expect(KEY).not.toContain(key.id);
});

test("a short, empty or overlong key is refused by name, without showing it", async () => {
  for (const text of ["", "hunter2\n", "x".repeat(5000)]) {
    const file = join(directory, "bad.key");
    await writeFile(file, text);
    const refusal = await readOrGenerateKeyFile(file).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(KeyFileError);
    expect(String(refusal)).toContain(file);
    expect(String(refusal)).toContain(`holds ${text.trim().length} characters`);
    expect(String(refusal)).not.toContain("hunter2");
    // It is never replaced: the operator named it.
    expect(await readFile(file, "utf8")).toBe(text);
  }
});

test("a missing file that is only to be read is an error", async () => {
  await expect(readKeyFile(join(directory, "none.key"))).rejects.toThrow(/none\.key: is not there/);
});

test("a directory in its place is an error", async () => {
  await expect(readOrGenerateKeyFile(directory)).rejects.toThrow(/can't be read: .*EISDIR/);
});
