import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DirectoryLockedError, lockDirectory } from "./directory-lock.js";
import { ownIdentity } from "./process-identity.js";

/** Above the largest process id that Linux gives (2^22, proc(5)). */
const NO_PROCESS = 2 ** 22 + 1;

/** Ten times as long as the file is left alone by who touches it here. */
const FOREIGN_WATCH_SECONDS = 0.2;

const HAS_PROC = (await ownIdentity()).startTicks !== null;

let directory = "";
const lockFile = () => join(directory, "presage.lock");
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "presage-lock-"));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

test("a directory is taken by one at a time", async () => {
  const lock = await lockDirectory(directory);
  const refusal: unknown = await lockDirectory(directory).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(DirectoryLockedError);
  expect(String(refusal)).toContain(`process ${process.pid}`);
  expect(String(refusal)).toContain(`delete ${lockFile()}`);
  await lock.release();
  expect(await readdir(directory)).toEqual([]);
  await (await lockDirectory(directory)).release();
});

test("of many who start at once, one gets it", async () => {
  const starts = await Promise.allSettled(
    Array.from({ length: 20 }, () => lockDirectory(directory)),
  );
  const locks = starts.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
  expect(locks).toHaveLength(1);
  await locks[0]?.release();
  expect(await readdir(directory)).toEqual([]);
});

describe("a lock that a process left behind is replaced", () => {
  test("when that process is gone", async () => {
    await writeFile(lockFile(), JSON.stringify({ ...(await ownIdentity()), pid: NO_PROCESS }));
    const lock = await lockDirectory(directory);
    expect(JSON.parse(await readFile(lockFile(), "utf8"))).toEqual(await ownIdentity());
    await lock.release();
  });

  test.skipIf(!HAS_PROC)("when another process has its id now", async () => {
    await writeFile(lockFile(), JSON.stringify({ ...(await ownIdentity()), startTicks: "1" }));
    await (await lockDirectory(directory)).release();
  });

  test("by one of many who find it at once", async () => {
    await writeFile(lockFile(), JSON.stringify({ ...(await ownIdentity()), pid: NO_PROCESS }));
    const starts = await Promise.allSettled([1, 2].map(() => lockDirectory(directory)));
    expect(starts.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });
});

describe("a lock of another container", () => {
  const leaveForeign = async () => {
    await writeFile(lockFile(), JSON.stringify({ ...(await ownIdentity()), scope: "elsewhere" }));
  };

  test("is replaced when nobody touches it", async () => {
    await leaveForeign();
    await (await lockDirectory(directory, FOREIGN_WATCH_SECONDS)).release();
  });

  test("is respected while somebody does", async () => {
    await leaveForeign();
    const touching = setInterval(() => void utimes(lockFile(), new Date(), new Date()), 20);
    try {
      await expect(lockDirectory(directory, FOREIGN_WATCH_SECONDS)).rejects.toThrow(
        DirectoryLockedError,
      );
    } finally {
      clearInterval(touching);
    }
  });
});

test("releasing does not remove the lock of another", async () => {
  const lock = await lockDirectory(directory);
  await rm(lockFile());
  await writeFile(lockFile(), "another's");
  await lock.release();
  expect(await readFile(lockFile(), "utf8")).toBe("another's");
});
