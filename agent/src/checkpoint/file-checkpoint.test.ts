import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock, type Json } from "../core/index.js";
import { readCheckpoint } from "./checkpoint-format.js";
import { FileCheckpointStore } from "./file-checkpoint.js";

/** 2026-01-02T03:04:05Z. */
const START_SECONDS = 1_767_323_045;

let directory = "";
let clock = new ManualClock();
let store = new FileCheckpointStore({ directory, clock });
let setAside: string[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "presage-checkpoint-"));
  clock = new ManualClock(START_SECONDS);
  setAside = [];
  store = restarted();
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

function restarted(): FileCheckpointStore {
  return new FileCheckpointStore({
    directory: join(directory, "data"),
    clock,
    onSetAside: (reason) => setAside.push(reason),
  });
}

const newest = () => join(directory, "data", "presage.checkpoint");
const previous = () => `${newest()}.previous`;
const temporary = () => `${newest()}.temporary`;
const names = () => readdir(join(directory, "data"));

/** What `load` finds after a restart. */
const found = () => restarted().load();

const loaded = (sections: Record<string, Json>) =>
  expect.objectContaining({ status: "loaded", sections }) as unknown;

describe("saving and loading", () => {
  test("at the very first start there is none", async () => {
    expect(await found()).toEqual({ status: "absent" });
  });

  test("what was saved last is found", async () => {
    await store.save({ volume: { level: 1 } });
    await store.save({ volume: { level: 2 }, text: "naïve ☕ \u{1F600}", list: [1, null, true] });
    expect(await found()).toEqual(
      loaded({ volume: { level: 2 }, text: "naïve ☕ \u{1F600}", list: [1, null, true] }),
    );
  });

  test("only the owner can read the file and its directory", async () => {
    await store.save({ a: 1 });
    await store.save({ a: 2 });
    expect((await stat(newest())).mode & 0o777).toBe(0o600);
    expect((await stat(previous())).mode & 0o777).toBe(0o600);
    expect((await stat(join(directory, "data"))).mode & 0o777).toBe(0o700);
  });

  test("the header is one line of JSON that says what follows", async () => {
    await store.save({ a: 1 });
    const [line = "", payload = ""] = (await readFile(newest(), "utf8")).split("\n");
    expect(JSON.parse(line)).toMatchObject({
      format: "presage-checkpoint",
      version: 1,
      createdAt: "2026-01-02T03:04:05.000Z",
      // {"a":1}
      bytes: 7,
    });
    expect(payload).toBe('{"a":1}');
  });

  test("saves that arrive during one are served together by one more, of the newest", async () => {
    const first = store.save({ n: 1 });
    const second = store.save({ n: 2 });
    const third = store.save({ n: 3 });
    expect(second).toBe(third);
    await Promise.all([first, second, third]);
    expect(await found()).toEqual(loaded({ n: 3 }));
    // The second was never written: the one before the third is the first.
    const reading = readCheckpoint(await readFile(previous()));
    expect(reading).toMatchObject({ status: "valid", sections: { n: 1 } });
  });

  test("a save right after another ended is not overtaken by one that waited", async () => {
    const first = store.save({ n: 1 });
    const waiting = store.save({ n: 2 });
    const last = first.then(() => store.save({ n: 3 }));
    await Promise.all([waiting, last]);
    expect(await found()).toEqual(loaded({ n: 3 }));
  });

  test("health tells size, time and failures", async () => {
    expect(store.health()).toEqual({
      lastSavedSeconds: undefined,
      lastBytes: undefined,
      lastDurationSeconds: undefined,
      failures: 0,
      setAside: 0,
    });
    await store.save({ a: 1 });
    // The header's 512 bytes and {"a":1}.
    expect(store.health()).toMatchObject({ lastSavedSeconds: START_SECONDS, lastBytes: 519 });
    expect(store.health().lastDurationSeconds).toBeGreaterThan(0);
  });
});

describe("after a crash", () => {
  test("in the middle of a write, the one before is found", async () => {
    await store.save({ n: 1 });
    await store.save({ n: 2 });
    const next = await readFile(newest());
    await rename(previous(), newest());
    for (let length = 0; length < next.length; length += 37) {
      await writeFile(temporary(), next.subarray(0, length));
      expect(await found()).toEqual(loaded({ n: 1 }));
    }
    expect(setAside).toEqual([]);
  });

  test("what it left behind does not disturb the next save", async () => {
    await store.save({ n: 1 });
    await writeFile(temporary(), "half", { mode: 0o644 });
    await restarted().save({ n: 2 });
    expect(await found()).toEqual(loaded({ n: 2 }));
    expect((await stat(newest())).mode & 0o777).toBe(0o600);
    expect(await names()).toEqual(["presage.checkpoint", "presage.checkpoint.previous"]);
  });

  test("between the two renames, the one before is found", async () => {
    await store.save({ n: 1 });
    await store.save({ n: 2 });
    expect(await found()).toMatchObject({ status: "loaded", isPrevious: false });
    await rm(newest());
    expect(await found()).toEqual(loaded({ n: 1 }));
    expect(await found()).toMatchObject({ status: "loaded", isPrevious: true });
  });

  test("a target cut off anywhere is set aside, and the one before is found", async () => {
    await store.save({ n: 1 });
    await store.save({ n: 2 });
    const whole = await readFile(newest());
    for (let length = 0; length < whole.length; length += 41) {
      await writeFile(newest(), whole.subarray(0, length));
      expect(await found()).toEqual(loaded({ n: 1 }));
    }
    expect(setAside.length).toBe(Math.ceil(whole.length / 41));
  });

  test("a failed save leaves what was there, is counted, and the next one works", async () => {
    await store.save({ n: 1 });
    // A directory in the place of the temporary file: removing it fails.
    await mkdir(temporary());
    await expect(store.save({ n: 2 })).rejects.toThrow();
    expect(store.health().failures).toBe(1);
    expect(await found()).toEqual(loaded({ n: 1 }));
    await rm(temporary(), { recursive: true });
    await store.save({ n: 3 });
    expect(await found()).toEqual(loaded({ n: 3 }));
  });
});

describe("a file that can't be used", () => {
  test("is set aside under a name with the time, and the reason is told", async () => {
    await store.save({ n: 1 });
    await writeFile(newest(), "not a checkpoint");
    const movedTo = `${newest()}.set-aside-2026-01-02T03-04-05.000Z`;
    expect(await found()).toEqual({
      status: "set_aside",
      reason: "it does not begin with the header of a checkpoint",
      movedTo,
    });
    expect(await readFile(movedTo, "utf8")).toBe("not a checkpoint");
    // The agent starts anew, and the next start finds what it then saves.
    expect(await found()).toEqual({ status: "absent" });
    await restarted().save({ n: 2 });
    expect(await found()).toEqual(loaded({ n: 2 }));
  });

  test("both the newest and the previous: both are set aside, the newest is named", async () => {
    await store.save({ n: 1 });
    await store.save({ n: 2 });
    await writeFile(newest(), "x");
    await writeFile(previous(), "y");
    const load = await found();
    expect(load).toMatchObject({ status: "set_aside" });
    expect(load).toHaveProperty("movedTo", `${newest()}.set-aside-2026-01-02T03-04-05.000Z`);
    expect(await names()).toHaveLength(2);
  });

  test("does not overwrite another one that was set aside in the same moment", async () => {
    for (const content of ["one", "two", "three"]) {
      await store.load();
      await writeFile(newest(), content);
      await store.load();
    }
    expect(store.health().setAside).toBe(3);
    const contents = (await names()).map((name) => readFile(join(directory, "data", name), "utf8"));
    expect((await Promise.all(contents)).sort()).toEqual(["one", "three", "two"]);
  });

  test("the newest five are kept", async () => {
    await store.load();
    for (let number = 1; number <= 8; number += 1) {
      clock.advance(1);
      await writeFile(newest(), `number ${number}`);
      await store.load();
    }
    const contents = (await names()).map((name) => readFile(join(directory, "data", name), "utf8"));
    expect((await Promise.all(contents)).sort()).toEqual([
      "number 4",
      "number 5",
      "number 6",
      "number 7",
      "number 8",
    ]);
  });

  test("of a later version is named as such, whatever else is in it", async () => {
    await store.load();
    const header = { format: "presage-checkpoint", version: 2, compression: "zstd" };
    await writeFile(newest(), `${JSON.stringify(header)}\n\u0000\u0001`);
    expect(await found()).toMatchObject({
      status: "set_aside",
      reason: "it has format version 2, this agent reads version 1",
    });
  });
});
