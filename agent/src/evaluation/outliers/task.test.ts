import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UsageError } from "../../cli/io.js";
import { seededRandom } from "../../core/index.js";
import { DataError } from "../data/data-error.js";
import type { TaskOutcome } from "../task.js";
import { stratifiedSplit } from "./stratified-split.js";
import { outliersTask } from "./task.js";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "presage-outliers-"));
  await writeFile(join(directory, "index.csv"), "dataset,samples\nmade_up,200\n");
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

async function writeSet(rows: string): Promise<void> {
  await writeFile(join(directory, "made_up.csv.gz"), gzipSync(`x0,x1,label\n${rows}`));
}

function run(): Promise<TaskOutcome> {
  return outliersTask.run({ data: directory, seeds: "2" }, { tell: () => undefined });
}

describe("evaluate outliers", () => {
  it("finds outliers far from a cluster, and repeats itself", async () => {
    const random = seededRandom(1);
    const rows = Array.from({ length: 200 }, (_, i) =>
      i % 20 === 0 ? `${20 + 30 * random()},${-9 - 9 * random()},1` : `${random()},${random()},0`,
    );
    await writeSet(`${rows.join("\n")}\n`);
    const first = await run();
    // All outliers lie beyond all usual rows; the mixture may cover some of those it learned from.
    expect(first.result["mean_roc_auc"]).toBeGreaterThan(0.95);
    expect(Object.keys(first.result)).toEqual(["mean_roc_auc", "sets"]);
    expect((await run()).result).toEqual(first.result);
  });

  it.each([
    ["a text", "1,a,0\n", "line 2"],
    ["an empty field", "1,2,0\n1,,0\n1,2,1\n1,3,1\n", "line 3"],
    ["a label of its own", "1,2,0\n1,2,7\n", "line 3"],
    ["outliers missing", "1,2,0\n1,2,0\n", "two rows of each label"],
  ])("refuses %s and says where", async (_name, rows, place) => {
    await writeSet(rows);
    await expect(run()).rejects.toThrow(DataError);
    await expect(run()).rejects.toThrow(place);
    await expect(run()).rejects.toThrow("made_up.csv.gz");
  });

  it("refuses a missing directory and odd seeds", async () => {
    const context = { tell: () => undefined };
    await expect(outliersTask.run({}, context)).rejects.toThrow(UsageError);
    await expect(outliersTask.run({ data: directory, seeds: "0" }, context)).rejects.toThrow(
      UsageError,
    );
    await expect(outliersTask.run({ data: join(directory, "none") }, context)).rejects.toThrow(
      DataError,
    );
  });
});

describe("stratifiedSplit", () => {
  it("keeps the share of outliers and loses no row", () => {
    const isOutlier = Array.from({ length: 100 }, (_, row) => row % 10 === 0);
    const { train, test } = stratifiedSplit(isOutlier, 0.6, 3);
    // 60% of 90 and of 10.
    expect(train.filter((row) => isOutlier[row]).length).toBe(6);
    expect(train.length).toBe(60);
    expect([...train, ...test].sort((a, b) => a - b)).toEqual(isOutlier.map((_, row) => row));
  });
});
