import { createHmac } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";

import { HmacSha256 } from "./hmac.js";
import { IdentityHasher, loadIdentityKey, readIdentityKey } from "./identity.js";

const directory = mkdtempSync(join(tmpdir(), "presage-identity-"));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

test("HmacSha256 gives the digests of createHmac", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 100 }),
      fc.array(fc.string({ unit: "binary", maxLength: 2000 }), { minLength: 1, maxLength: 3 }),
      (keyBytes, texts) => {
        const key = Buffer.from(keyBytes);
        const hmac = new HmacSha256(key);
        for (const text of texts) {
          const expected = createHmac("sha256", key).update(text).digest();
          expect(hmac.base64url(text, 32)).toBe(expected.toString("base64url"));
        }
      },
    ),
  );
});

describe("IdentityHasher", () => {
  const hasher = new IdentityHasher(Buffer.alloc(32, 1));

  test("hashes with HMAC-SHA-256 cut to 128 bits", () => {
    const expected = createHmac("sha256", Buffer.alloc(32, 1))
      .update("user\u0000alice")
      .digest()
      .toString("base64url", 0, 16);
    expect(hasher.actor("alice")).toBe(expected);
    expect(hasher.actor("alice")).toHaveLength(22);
  });

  test("tells users, sessions and arguments apart", () => {
    const hashes = [
      hasher.actor("x"),
      hasher.session("x"),
      hasher.argument("", "x"),
      hasher.argument("x", ""),
    ];
    expect(new Set(hashes).size).toBe(4);
  });

  test("another key gives other hashes and another id", () => {
    const other = new IdentityHasher(Buffer.alloc(32, 2));
    expect(other.actor("alice")).not.toBe(hasher.actor("alice"));
    expect(other.keyId).not.toBe(hasher.keyId);
    expect(hasher.keyId).toMatch(/^[0-9a-f]{16}$/);
    expect(new IdentityHasher(Buffer.alloc(32, 1)).keyId).toBe(hasher.keyId);
  });

  test("answers the same with and without its cache", () => {
    const first = hasher.actor("user-0");
    // More users than both generations of the cache hold, so that the first is forgotten.
    for (let user = 1; user < 40_000; user++) hasher.actor(`user-${user}`);
    expect(hasher.actor("user-0")).toBe(first);
  });
});

describe("the identity key", () => {
  test("is generated once, for its owner alone", () => {
    const dataDirectory = join(directory, "data");
    const key = loadIdentityKey({ dataDirectory });
    expect(key).toHaveLength(32);
    const file = join(dataDirectory, "identity.key");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, "utf8")).toMatch(/^[0-9a-f]{64}\n$/);
    expect(loadIdentityKey({ dataDirectory })).toEqual(key);
  });

  test("its directory is for the owner alone", () => {
    const dataDirectory = join(directory, "parent", "data");
    loadIdentityKey({ dataDirectory });
    expect(statSync(dataDirectory).mode & 0o777).toBe(0o700);
  });

  test("regression: a crash on the way leaves no key or a whole one, and no start fails of it", () => {
    const dataDirectory = join(directory, "crashed");
    mkdirSync(dataDirectory);
    // What a process that died while it wrote leaves behind.
    writeFileSync(join(dataDirectory, "identity.key.0123456789abcdef"), "");
    const key = loadIdentityKey({ dataDirectory });
    expect(key).toHaveLength(32);
    expect(loadIdentityKey({ dataDirectory })).toEqual(key);
    expect(readdirSync(dataDirectory).sort()).toEqual([
      "identity.key",
      "identity.key.0123456789abcdef",
    ]);
  });

  test("regression: of two who start at once, the second does not overwrite the first's", () => {
    const dataDirectory = join(directory, "raced");
    mkdirSync(dataDirectory);
    // To the look at the start it is not there, to the link it is: as when another was in between.
    const file = join(dataDirectory, "identity.key");
    symlinkSync("the-other-starter's-key", file);
    expect(() => loadIdentityKey({ dataDirectory })).toThrow("can't be read");
    expect(readlinkSync(file)).toBe("the-other-starter's-key");
    const key = Buffer.alloc(32, 7);
    writeFileSync(join(dataDirectory, "the-other-starter's-key"), key);
    expect(loadIdentityKey({ dataDirectory })).toEqual(key);
    expect(readdirSync(dataDirectory).sort()).toEqual(["identity.key", "the-other-starter's-key"]);
  });

  test("that can't be written is a clear error with the file's name", () => {
    const file = join(directory, "no-directory");
    writeFileSync(file, "");
    expect(() => loadIdentityKey({ dataDirectory: file })).toThrow(
      /no-directory\/identity\.key can't be written.*identity\.keyFile/,
    );
  });

  test("is read as hexadecimal text or raw bytes", () => {
    const key = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
    const hexadecimal = join(directory, "hexadecimal");
    const raw = join(directory, "raw");
    writeFileSync(hexadecimal, `${key.toString("hex")}\n`);
    writeFileSync(raw, key);
    expect(loadIdentityKey({ keyFile: hexadecimal, dataDirectory: "unused" })).toEqual(key);
    expect(readIdentityKey(raw)).toEqual(key);
  });

  test.each([
    ["empty", "", "is empty"],
    ["blank", " \n", "is empty"],
    ["short", "abcdef", "holds 3 bytes"],
  ])("%s: a clear error with the file's name", (name, content, message) => {
    const file = join(directory, name);
    writeFileSync(file, content);
    expect(() => readIdentityKey(file)).toThrow(message);
    expect(() => readIdentityKey(file)).toThrow(file);
  });

  test("missing: a clear error with the file's name", () => {
    expect(() => readIdentityKey(join(directory, "none"))).toThrow(/none can't be read.*ENOENT/);
  });
});
