import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const PRESAGE = join(import.meta.dirname, "../agent/dist/cli/main.js");
const TRACES = process.env["PRESAGE_DATA"] ?? join(import.meta.dirname, "../../shared/data");
const NASA = join(TRACES, "traces/nasa_http_1min/nasa.csv.gz");
const hasNasa = existsSync(NASA);

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "presage-backtest-"));
});
afterAll(() => rm(folder, { recursive: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function backtest(...args: readonly string[]): Promise<Ended> {
  try {
    const run = promisify(execFile);
    const { stdout, stderr } = await run(process.execPath, [PRESAGE, "backtest", ...args]);
    return { code: 0, stdout, stderr };
  } catch (error) {
    // What a program that failed has printed is on the error.
    const { code, stdout, stderr } = error as Ended;
    return { code, stdout, stderr };
  }
}

const QUICK = ["--column", "calls", "--step-seconds", "60", "--calls-per-replica", "10"];

async function traceOf(lines: readonly string[]): Promise<string> {
  const file = join(folder, "trace.csv");
  await writeFile(file, `${["time,calls", ...lines].join("\n")}\n`);
  return file;
}

/** Two days of a season, in epoch seconds. */
const SEASON = Array.from({ length: 2880 }, (_, t) => {
  return `${t * 60},${Math.round(60 - 50 * Math.cos((2 * Math.PI * t) / 1440))}`;
});

describe("presage backtest", () => {
  it("prints one JSON object, and writes the page and the timeline", async () => {
    const trace = await traceOf([
      ...SEASON.slice(0, 2000),
      ...SEASON.slice(2001),
      SEASON[2000] ?? "",
    ]);
    const report = join(folder, "report.html");
    const timeline = join(folder, "timeline.csv");
    const { code, stdout, stderr } = await backtest(
      ...["--trace", trace, ...QUICK, "--policies", "presage,hpa", "--json"],
      ...["--report", report, "--timeline", timeline],
    );
    expect(code).toBe(0);
    const result = JSON.parse(stdout) as Record<string, Record<string, unknown>>;
    expect(Object.keys(result["policies"] ?? {})).toEqual(["presage", "hpa"]);
    expect(result["repairs"]).toEqual({
      out_of_order: 1,
      duplicates: 0,
      absent_zeros: 0,
      unknown: 0,
    });
    expect(stderr).toBe("1 of 2: presage\n2 of 2: hpa\n");
    expect(await readFile(report, "utf8")).toMatch(/^<!doctype html>/);
    const lines = (await readFile(timeline, "utf8")).split("\n");
    expect(lines[0]).toBe("time,calls,demanded,presage,hpa");
  });

  it.each([
    ["no trace", [], 2, "--trace is missing"],
    ["an unknown policy", ["--trace", "x", "--policies", "presage,magic"], 2, 'has "magic"'],
    [
      "contradictory bounds",
      ["--trace", "x", "--minimum-replicas", "5", "--maximum-replicas", "2"],
      2,
      "--minimum-replicas 5 is above",
    ],
    ["a price of zero", ["--trace", "x", "--price", "0"], 2, "--price must be positive"],
    ["no such file", ["--trace", "/nowhere/x.csv"], 1, "/nowhere/x.csv"],
  ])("says what is wrong with %s", async (_what, args, expected, message) => {
    const { code, stdout, stderr } = await backtest(...args, ...QUICK);
    expect(code).toBe(expected);
    expect(stdout).toBe("");
    expect(stderr).toContain(message);
  });

  it.each([
    ["a time that is none", ["0,1", "noon,2"], "line 3"],
    ["a negative number", ["0,1", "60,-2"], "line 3: calls is negative"],
    ["too few rows", ["0,1", "60,2"], "steps of known load"],
  ])("names line and field of %s", async (_what, lines, message) => {
    const { code, stderr } = await backtest("--trace", await traceOf(lines), ...QUICK);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });

  it.skipIf(!hasNasa)(
    `has at most .6 of the HPA's calls and .9 of its minutes on NASA${hasNasa ? "" : " -- DID NOT RUN: ../shared/data is not there"}`,
    async () => {
      const { stdout } = await backtest(
        ...["--trace", NASA, "--column", "count", "--step-seconds", "60"],
        ...["--calls-per-replica", "20", "--policies", "presage,hpa", "--json"],
      );
      interface Point {
        readonly setting: number;
        readonly pod_hours: number;
        readonly under_provisioned_calls: number;
        readonly violation_minutes: number;
      }
      const { frontier } = JSON.parse(stdout) as { frontier: Record<"presage" | "hpa", Point[]> };
      const targets = frontier.hpa.filter(({ setting }) => setting >= 0.6 && setting <= 0.8);
      expect(targets.length).toBe(5);
      for (const { pod_hours: pods, ...hpa } of targets) {
        const right = frontier.presage.findIndex(({ pod_hours: at }) => at >= pods);
        const [a, b] = [frontier.presage[right - 1], frontier.presage[right]];
        if (a === undefined || b === undefined) throw new Error(`no setting beside ${pods}`);
        const share = (pods - a.pod_hours) / (b.pod_hours - a.pod_hours);
        for (const [field, most] of [
          ["under_provisioned_calls", 0.6],
          ["violation_minutes", 0.9],
        ] as const) {
          expect((a[field] + share * (b[field] - a[field])) / hpa[field]).toBeLessThan(most);
        }
      }
    },
    120_000,
  );
});
