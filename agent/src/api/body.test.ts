import type { IncomingMessage } from "node:http";
import { PassThrough } from "node:stream";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";

import { BodyReader, JSON_TYPE } from "./body.js";
import { Problem } from "./problem.js";

const MAX_BODY_BYTES = 1_000;

/** A request as the reader sees it: a stream with headers. */
function requestOf(bytes: Uint8Array, encoding?: string): IncomingMessage {
  const stream = Object.assign(new PassThrough(), {
    headers: { "content-type": JSON_TYPE, "content-encoding": encoding },
  });
  stream.end(bytes);
  // Of an IncomingMessage, the reader uses the stream and the headers alone.
  return stream as unknown as IncomingMessage;
}

/** What became of bodies that are sent at once: `taken`, or the status of the refusal. */
async function outcomes(
  reader: BodyReader,
  requests: readonly IncomingMessage[],
): Promise<(string | number)[]> {
  const results = await Promise.allSettled(
    requests.map((request) => reader.read(request, [JSON_TYPE])),
  );
  return results.map((result) => {
    if (result.status === "fulfilled") return "taken";
    const reason: unknown = result.reason;
    return reason instanceof Problem ? reason.body.status : String(reason);
  });
}

describe("the memory that bodies may take", () => {
  const readerOf = (): BodyReader =>
    new BodyReader({ maxBodyBytes: MAX_BODY_BYTES, bodyTimeoutSeconds: 5 });
  const gzip = gzipSync(Buffer.alloc(MAX_BODY_BYTES, " "));

  it("regression: counts what may come out of gzip, not only what came", async () => {
    const reader = readerOf();
    const requests = Array.from({ length: 50 }, () => requestOf(gzip, "gzip"));
    // 8,000 bytes may be held, so that 7 bodies of 1,000 fit in beside what is still compressed.
    const results = await outcomes(reader, requests);
    const taken = results.filter((result) => result === "taken").length;
    expect(taken).toBeGreaterThan(0);
    expect(taken).toBeLessThanOrEqual(7);
    expect(results.filter((result) => result === 429)).toHaveLength(50 - taken);
    // All is given back.
    expect(
      await outcomes(
        reader,
        requests.slice(0, 7).map(() => requestOf(gzip, "gzip")),
      ),
    ).toEqual(Array.from({ length: 7 }, () => "taken"));
  });

  it("leaves bodies that are not compressed as many places as before", async () => {
    const full = Buffer.alloc(MAX_BODY_BYTES, " ");
    const results = await outcomes(
      readerOf(),
      Array.from({ length: 8 }, () => requestOf(full)),
    );
    expect(results).toEqual(Array.from({ length: 8 }, () => "taken"));
  });

  it("gives back what a body held that was refused or broken", async () => {
    const reader = readerOf();
    const bomb = gzipSync(Buffer.alloc(100 * MAX_BODY_BYTES, " "));
    for (let round = 0; round < 20; round++) {
      expect(await outcomes(reader, [requestOf(bomb, "gzip")])).toEqual([413]);
      expect(await outcomes(reader, [requestOf(Buffer.from("broken"), "gzip")])).toEqual([400]);
    }
    expect(await outcomes(reader, [requestOf(gzip, "gzip")])).toEqual(["taken"]);
  });
});
