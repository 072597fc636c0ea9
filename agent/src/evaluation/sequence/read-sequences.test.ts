import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readRecordedCalls } from "../next-operation/recorded-calls.js";
import { readSequences } from "./read-sequences.js";

let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "presage-sequences-"));
});
afterAll(() => rm(directory, { recursive: true }));

async function written(text: string): Promise<string> {
  const file = join(directory, "data");
  await writeFile(file, text);
  return file;
}

describe("readSequences", () => {
  it("reads a session a line", async () => {
    expect(await readSequences(await written("5 5 22 \n7\n"))).toEqual([["5", "5", "22"], ["7"]]);
  });

  it.each([
    ["", "is empty"],
    ["5 5\n\n7\n", "line 2: has no events"],
    ["5\n5 x\n", 'line 2: has "x", which is no event id'],
  ])("refuses %j and says where", async (text, message) => {
    await expect(readSequences(await written(text))).rejects.toThrow(message);
  });
});

describe("readRecordedCalls", () => {
  const header = "host\tlogname\ttime\tmethod\turl\tresponse\tbytes\treferer\tuseragent\n";

  it("reads calls in the order of time, without their query", async () => {
    const file = await written(
      `${header}a\t-\t20\tGET\t/b?x=1\t200\t7\t\t\nb\t-\t10\tGET\t/a\t304\t0\t\t\n`,
    );
    expect(await readRecordedCalls(file)).toEqual([
      { client: "b", timeSeconds: 10, operation: "GET /a", status: 304 },
      { client: "a", timeSeconds: 20, operation: "GET /b", status: 200 },
    ]);
  });

  it.each([
    ["a,b\n", "line 1: is not the header"],
    [header, "has no calls"],
    [`${header}a\t-\tnoon\tGET\t/\t200\t7\t\t\n`, "line 2: time"],
    [`${header}a\t-\n`, "line 2: has 2 columns"],
  ])("refuses %j and says where", async (text, message) => {
    await expect(readRecordedCalls(await written(text))).rejects.toThrow(message);
  });
});
