import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../core/index.js";
import { readCheckpoint, writeCheckpoint } from "./checkpoint-format.js";

/** A file in memory, which may take less at a time than it is given, as a real one may. */
class MemoryFile {
  readonly lengths: number[] = [];
  #content = Buffer.alloc(1024);
  readonly #mostBytes: number;

  constructor(mostBytes = Infinity) {
    this.#mostBytes = mostBytes;
  }

  write(buffer: Uint8Array, offset: number, length: number, position: number) {
    const bytesWritten = Math.min(length, this.#mostBytes);
    while (this.#content.length < position + bytesWritten) {
      this.#content = Buffer.concat([this.#content, Buffer.alloc(this.#content.length)]);
    }
    this.#content.set(buffer.subarray(offset, offset + bytesWritten), position);
    this.lengths.push(length);
    return Promise.resolve({ bytesWritten });
  }

  content(bytes: number): Buffer {
    return this.#content.subarray(0, bytes);
  }
}

/** A whole checkpoint file. */
async function contentOf(sections: Readonly<Record<string, Json>>): Promise<Buffer> {
  const file = new MemoryFile();
  const bytes = await writeCheckpoint(file, sections, new Date("2026-01-02T03:04:05Z"));
  return file.content(bytes);
}

describe("what is written", () => {
  test("any JSON comes back as it was", async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), async (sections) => {
        // JSON has no negative zero and no prototypes of its own: compare with what JSON makes of it.
        const expected: unknown = JSON.parse(JSON.stringify(sections));
        const reading = readCheckpoint(await contentOf(sections as Record<string, Json>));
        expect(reading).toEqual({
          status: "valid",
          sections: expected,
          createdAt: "2026-01-02T03:04:05.000Z",
        });
      }),
      { numRuns: 100 },
    );
  });

  test("a large one is written in chunks", async () => {
    const numbers = Array.from({ length: 10_000 }, (_, index) => index / 7);
    const sections = { models: { shop: Array.from({ length: 50 }, () => numbers) } };
    const file = new MemoryFile();
    const bytes = await writeCheckpoint(file, sections, new Date(0));
    expect(readCheckpoint(file.content(bytes))).toMatchObject({ status: "valid", sections });
    // 50 lists of 10,000 numbers of about 17 digits: some 8 MB.
    expect(bytes).toBeGreaterThan(5_000_000);
    // A chunk is written when it has 256 KiB; its last piece, 256 numbers, may make it longer.
    expect(Math.max(...file.lengths)).toBeLessThan(262_144 + 256 * 25);
  });

  test("one that is too large is refused", async () => {
    // {"n":1} has 7 bytes.
    const write = (limit: number) =>
      writeCheckpoint(new MemoryFile(), { n: 1 }, new Date(0), limit);
    await expect(write(6)).rejects.toThrow("the checkpoint is larger than 6 bytes");
    await expect(write(7)).resolves.toBe(512 + 7);
  });

  test("a file that takes less than it is given at a time gets everything", async () => {
    const file = new MemoryFile(100);
    const bytes = await writeCheckpoint(file, { text: "x".repeat(1000) }, new Date(0));
    const sections = { text: "x".repeat(1000) };
    expect(readCheckpoint(file.content(bytes))).toMatchObject({ status: "valid", sections });
  });
});

describe("a file that can't be used", () => {
  test.each<[string, (content: Buffer) => Buffer, RegExp]>([
    ["empty", () => Buffer.alloc(0), /header of a checkpoint/],
    ["of another program", () => Buffer.from('{"format":"other","version":1}\n{}'), /header of a/],
    ["too short", (content) => content.subarray(0, -1), /holds 6 bytes where its header says 7/],
    ["too long", (content) => Buffer.concat([content, Buffer.from(" ")]), /holds 8 bytes where/],
    [
      "with another content of the same length",
      (content) => Buffer.from(content.toString().replace('{"n":1}', '{"n":2}')),
      /checksum does not match/,
    ],
    [
      "with another time in the header",
      (content) => Buffer.from(content.toString().replace("2026-01-02", "2026-01-03")),
      /checksum does not match/,
    ],
    [
      "with a field of the header gone",
      (content) => Buffer.from(content.toString().replace('"bytes"', '"bites"')),
      /header is damaged/,
    ],
  ])("%s", async (_, damage, reason) => {
    const reading = readCheckpoint(damage(await contentOf({ n: 1 })));
    expect(reading.status).toBe("unusable");
    expect(reading).toHaveProperty("reason", expect.stringMatching(reason));
  });

  test("no flipped bit anywhere goes unnoticed", async () => {
    const whole = await contentOf({ sequence: { a: [1, 2.5, "x"], b: { c: null } }, n: 7 });
    expect(readCheckpoint(whole).status).toBe("valid");
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(7), (byte, bit) => {
        const damaged = Buffer.from(whole);
        damaged[byte] = (damaged[byte] ?? 0) ^ (1 << bit);
        expect(readCheckpoint(damaged).status).toBe("unusable");
      }),
      { numRuns: 3000 },
    );
  });

  test("arbitrary bytes are never a checkpoint and never throw", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        expect(readCheckpoint(Buffer.from(bytes)).status).toBe("unusable");
      }),
    );
  });
});
