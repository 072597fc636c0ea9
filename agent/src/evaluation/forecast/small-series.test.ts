import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DataError } from "../data/data-error.js";
import { forecastTask } from "./task.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "presage-series-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileOf(...lines: readonly string[]): Promise<string> {
  const file = join(folder, "trace.csv");
  await writeFile(file, `${lines.join("\n")}\n`);
  return file;
}

/** The first table loads danfo: seconds on a busy machine. */
const DANFO_LOADS_MILLISECONDS = 30_000;

describe("evaluate forecast", () => {
  const run = async (values: readonly (number | string)[]): Promise<unknown> => {
    const file = await fileOf("t,x", ...values.map((value, t) => `${t * 60},${value}`));
    const outcome = await forecastTask.run(
      {
        data: file,
        column: "x",
        "step-seconds": "60",
        "season-seconds": "600",
        horizons: "1,5",
        "outage-seconds": "3600",
      },
      { tell: () => undefined },
    );
    return outcome.result;
  };

  it.each([
    ["constant", Array.from({ length: 400 }, () => 5)],
    ["one point", [5]],
    ["all unknown", Array.from({ length: 400 }, () => "")],
  ])("a series that is %s ends in a DataError, not in a number", async (_what, values) => {
    await expect(run(values)).rejects.toThrow(DataError);
  });

  it(
    "has all keys, and beats the baselines on a season that they don't know",
    async () => {
      const result = await run(
        Array.from(
          { length: 1500 },
          (_, t) => 20 + 10 * Math.sin((2 * Math.PI * t) / 10) + (t % 3),
        ),
      );
      expect(result).toMatchObject({
        horizons: { 1: { shift: 0 }, 5: { shift: 0, shift_of_change: 0 } },
        baselines: {
          naive: { 5: { shift_of_change: null } },
          seasonal_naive: { 1: {} },
          ar30: { 1: {} },
        },
      });
    },
    DANFO_LOADS_MILLISECONDS,
  );
});
