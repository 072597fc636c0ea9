import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DataError } from "./data-error.js";
import { readRepairedTrace, readTrace } from "./read-trace.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "presage-trace-"));
});
afterAll(() => rm(folder, { recursive: true }));

const OPTIONS = { column: "x", stepSeconds: 60, outageSeconds: 3600 };

async function fileOf(...lines: readonly string[]): Promise<string> {
  const file = join(folder, "trace.csv");
  await writeFile(file, `${lines.join("\n")}\n`);
  return file;
}

describe("readTrace", () => {
  it("takes short absences for zeros, long ones and empty fields for unknown", async () => {
    const file = await fileOf(
      "minute,count",
      "1995-07-01 00:00:00,42",
      "1995-07-01 00:02,7",
      "1995-07-01 00:03,",
      "1995-07-01 00:07,1",
    );
    const trace = await readTrace(file, { column: "count", stepSeconds: 60, outageSeconds: 120 });
    expect([...trace.values]).toEqual([42, 0, 7, NaN, NaN, NaN, NaN, 1]);
    expect(trace.startSeconds).toBe(Date.UTC(1995, 6, 1) / 1000);
  });

  it.each([
    ["a time that goes back", ["t,x", "120,1", "60,2"], "line 3"],
    ["a time between steps", ["t,x", "0,1", "90,2"], "line 3"],
    ["a time that is none", ["t,x", "0,1", "noon,2"], "line 3"],
    ["a negative value", ["t,x", "0,1", "60,-2"], "line 3"],
    ["no number", ["t,x", "0,many"], "line 2"],
    ["no such column", ["t,y", "0,1"], "has no column x"],
    ["no rows", ["t,x"], "has no rows"],
  ])("names the file and the line of %s", async (_what, lines, expected) => {
    const file = await fileOf(...lines);
    const reading = readTrace(file, OPTIONS);
    await expect(reading).rejects.toThrow(DataError);
    await expect(reading).rejects.toThrow(file);
    await expect(reading).rejects.toThrow(expected);
  });
});

describe("readRepairedTrace", () => {
  it("puts rows in order, lets the last of one time count, and counts what it did", async () => {
    const file = await fileOf("t,x", "0,1", "240,5", "60,2", "60,3", "180,", "12060,7");
    const { trace, repairs } = await readRepairedTrace(file, OPTIONS);
    expect([...trace.values.slice(0, 5)]).toEqual([1, 3, 0, NaN, 5]);
    expect([...trace.values.slice(-2)]).toEqual([NaN, 7]);
    // 12060 / 60 = 201; between 4 and 201 are 196 steps, more than an hour: unknown, as the empty field is.
    expect(trace.values.length).toBe(202);
    expect(repairs).toEqual({ outOfOrder: 3, duplicates: 1, absentZeros: 1, unknown: 197 });
  });

  it("leaves a sound trace as it is", async () => {
    const file = await fileOf("t,x", "0,1", "60,2");
    const { trace, repairs } = await readRepairedTrace(file, OPTIONS);
    expect([...trace.values]).toEqual([1, 2]);
    expect(repairs).toEqual({ outOfOrder: 0, duplicates: 0, absentZeros: 0, unknown: 0 });
  });

  it.each([
    ["a time before the first by no whole step", ["t,x", "90,1", "60,2", "0,1"], "line 2"],
    ["a negative value", ["t,x", "0,1", "60,-2"], "line 3: x is negative"],
    ["a time that is none", ["t,x", "0,1", "noon,2"], 'line 3: t is "noon"'],
  ])("names file, line and field of %s", async (_what, lines, expected) => {
    const reading = readRepairedTrace(await fileOf(...lines), OPTIONS);
    await expect(reading).rejects.toThrow(DataError);
    await expect(reading).rejects.toThrow(expected);
  });
});
