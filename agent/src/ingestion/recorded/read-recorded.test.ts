import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { afterAll, describe, expect, test } from "vitest";

import { ManualClock } from "../../core/index.js";
import { CallQueue } from "../call-queue.js";
import { SeenIds } from "../deduplication.js";
import { IdentityHasher } from "../identity.js";
import { Ingestion } from "../ingestion.js";
import { Operations } from "../operations.js";
import { readCombinedLine } from "./combined.js";
import { NASA_TSV_HEADER, readNasaTsvLine } from "./nasa-tsv.js";
import { readRecordedCalls, type RecordedFormat } from "./read-recorded.js";

const directory = mkdtempSync(join(tmpdir(), "presage-recorded-"));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

let files = 0;
async function read(content: string | Buffer, format?: RecordedFormat) {
  files += 1;
  const path = join(directory, `log-${files}`);
  writeFileSync(path, content);
  const batches = [];
  for await (const batch of readRecordedCalls(path, { service: "www", format }))
    batches.push(batch);
  return {
    batches,
    records: batches.flatMap(({ records }) => records),
    lineNumbers: batches.flatMap(({ lineNumbers }) => lineNumbers),
    problems: batches.flatMap(({ problems }) => problems),
  };
}

const NASA_LINES = [
  NASA_TSV_HEADER,
  "pppa006.compuserve.com\t-\t807256800\tGET\t/images/launch-logo.gif\t200\t1713\t\t",
  "edams.ksc.nasa.gov\t-\t807280329\tGET\t/\\\\yahoo.com\t404\t0\t\t",
  "host\t-\tnoon\tGET\t/\t200\t0\t\t",
  "host\t-\t807280330\tGET",
].join("\n");

const NASA_RECORD = {
  timestamp: 807256800,
  service: "www",
  method: "GET",
  path: "/images/launch-logo.gif",
  status: 200,
  responseBytes: 1713,
  userId: "pppa006.compuserve.com",
};

describe("readRecordedCalls", () => {
  test("regression: what was read before a gzip file breaks off is not lost", async () => {
    const line = (second: number): string =>
      JSON.stringify({ timestamp: second, service: "www", method: "GET", path: "/", status: 200 });
    const whole = gzipSync(
      Array.from({ length: 50 }, (_, second) => line(10 + second)).join("\n"),
      {
        level: 0,
      },
    );
    const path = join(directory, "broken-off.gz");
    writeFileSync(path, whole.subarray(0, whole.length / 2));
    let records = 0;
    const reading = (async () => {
      for await (const batch of readRecordedCalls(path, { service: "www" })) {
        records += batch.records.length;
      }
    })();
    await expect(reading).rejects.toThrow(/broken-off\.gz, after line \d+: .*truncated/);
    // Stored, not compressed, n bytes a line: (50n - 1 + 23 of gzip) / 2 - 15 of its head is 25n - 4.
    expect(records).toBe(24);
  });

  test("reads the NASA log, plain and gzip, with line numbers", async () => {
    for (const content of [NASA_LINES, gzipSync(NASA_LINES), NASA_LINES.replaceAll("\n", "\r\n")]) {
      const { records, lineNumbers, problems } = await read(content);
      expect(records[0]).toEqual(NASA_RECORD);
      expect(records[1]).toMatchObject({ path: "/\\\\yahoo.com", status: 404, responseBytes: 0 });
      expect(lineNumbers).toEqual([2, 3]);
      expect(problems).toEqual([
        { lineNumber: 4, reason: 'time "noon" is not whole seconds' },
        { lineNumber: 5, reason: "has 4 columns: at least 7 are needed" },
      ]);
    }
  });

  test("reads common and combined logs", async () => {
    const { records, problems } = await read(
      [
        '127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326',
        '::1 - - [29/Feb/2024:00:00:00 +0000] "POST /a\\"b?x=1 HTTP/2.0" 304 - "-" "curl \\"8\\""',
        '10.0.0.1 - - [30/Feb/2024:00:00:00 +0000] "GET / HTTP/1.1" 200 1',
        '10.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "-" 408 -',
        "nonsense",
      ].join("\n"),
    );
    expect(records).toEqual([
      {
        // date -u -d '2000-10-10T20:55:36' +%s
        timestamp: 971211336,
        service: "www",
        method: "GET",
        path: "/apache_pb.gif",
        status: 200,
        responseBytes: 2326,
        userId: "127.0.0.1",
      },
      expect.objectContaining({ timestamp: 1709164800, path: '/a"b?x=1', responseBytes: 0 }),
    ]);
    expect(problems.map(({ lineNumber }) => lineNumber)).toEqual([3, 4, 5]);
  });

  test("reads our own format; a record without a service gets the one given", async () => {
    const { records, problems } = await read(
      '{"method":"GET"}\n\n{"service":"shop"}\n{"broken"\n[1]',
    );
    expect(records).toEqual([{ method: "GET", service: "www" }, { service: "shop" }]);
    expect(problems).toEqual([
      { lineNumber: 4, reason: "is not JSON" },
      { lineNumber: 5, reason: "is not a JSON object" },
    ]);
  });

  test("streams in batches, across chunks, in order", async () => {
    const lines = Array.from(
      { length: 2345 },
      (_, index) => `{"n":${index},"x":"${"é".repeat(60)}"}`,
    );
    const { batches, records } = await read(lines.join("\n"));
    expect(batches.map((batch) => batch.records.length)).toEqual([500, 500, 500, 500, 345]);
    expect(records.map((record) => (record as unknown as { n: number }).n)).toEqual(
      lines.map((_, index) => index),
    );
  });

  test("names the file and the line when it can't go on", async () => {
    await expect(read(gzipSync(NASA_LINES).subarray(0, 60))).rejects.toThrow(
      /log-\d+: the gzip data end in the middle: the file is truncated/,
    );
    await expect(read("what is this\n")).rejects.toThrow("the format can't be told");
    await expect(read("x".repeat(1_100_000), "combined")).rejects.toThrow("longer than");
    const missing = readRecordedCalls(join(directory, "none"), { service: "www" });
    await expect(missing.next()).rejects.toThrow(/none can't be read: no such file/);
  });

  test("an empty file has no calls", async () => {
    expect((await read("")).batches).toEqual([]);
  });
});

test("a dash for bytes is none", () => {
  const line = "host\t-\t807256800\tGET\t/\t304\t-\t\t";
  expect(readNasaTsvLine(line, "www")).toMatchObject({ record: { responseBytes: 0 } });
});

test("an HTTP/0.9 request has no version", () => {
  const line = 'h - - [10/Oct/2000:13:55:36 +0000] "GET /old page" 200 1';
  expect(readCombinedLine(line, "www")).toMatchObject({ record: { path: "/old page" } });
});

const NASA_LOG = new URL(
  "../../../../../shared/data/accesslogs/nasa_1995_08_01/nasa_19950801.tsv.gz",
  import.meta.url,
).pathname;
const hasNasaLog = existsSync(NASA_LOG);

test.skipIf(!hasNasaLog)(
  `every row of the NASA log is read and accepted${hasNasaLog ? "" : " -- DID NOT RUN: ../shared/data is not there"}`,
  async () => {
    const clock = new ManualClock(900_000_000);
    const queue = new CallQueue({ clock, capacityCalls: 500 });
    const operations = new Operations();
    const ingestion = new Ingestion({
      clock,
      queue,
      operations,
      identity: new IdentityHasher(Buffer.alloc(32, 1)),
      seenIds: new SeenIds({ seed: 1 }),
      watermarkSeconds: () => undefined,
    });
    let read = 0;
    const names = new Map<string, number>();
    const actors = new Set<string | undefined>();
    for await (const batch of readRecordedCalls(NASA_LOG, { service: "nasa" })) {
      expect(batch.problems).toEqual([]);
      read += batch.records.length;
      expect(ingestion.ingest(batch.records)).toMatchObject({ accepted: batch.records.length });
      for (const call of queue.take(500)) {
        names.set(call.operation, (names.get(call.operation) ?? 0) + 1);
        actors.add(call.actor);
      }
    }
    expect(read).toBe(30_969);
    expect(actors.size).toBe(2365);
    expect(names.size).toBeLessThanOrEqual(200 + 4);
    // 2,140 calls are of this file; those that failed or came before it was known may be {other}.
    expect(names.get("GET /images/NASA-logosmall.gif")).toBeGreaterThan(2100);
    expect((names.get("GET {other}") ?? 0) / read).toBeLessThan(0.2);
  },
);
