import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { temporaryDirectory } from "./harness/agent-process.js";
import { PROJECT_ROOT } from "./harness/built-agent.js";
import { presage } from "./harness/presage-command.js";
import { unless } from "./harness/programs.js";
import { shopStory } from "./harness/shop-story.js";
import type { StoryCall } from "./harness/shop-story.js";

const START_SECONDS = 1_750_000_000;
const STORY_SECONDS = 1800;
const MILLISECONDS_PER_SECOND = 1000;
/** The keys of `replay --json`, from the command's contract. */
const CONTRACT_KEYS = [
  "calls",
  "windows",
  "segments",
  "operations",
  "seconds",
  "calls_per_second",
  "peak_rss_bytes",
  "models",
  "drift",
  "forecast",
  "recommendation",
];

/** What the tests look at; the rest of the report is compared as a whole. */
interface Report {
  readonly calls: Readonly<Record<string, number>>;
  readonly windows: number;
  readonly span_seconds: number;
  readonly segments: number;
  readonly operations: number;
  readonly seconds: number;
  readonly calls_per_second: number;
  readonly peak_rss_bytes: number;
  readonly models: Readonly<Record<string, { readonly status: string }>>;
  readonly drift: { readonly status: string; readonly score: number; readonly confidence: number };
  readonly forecast: {
    readonly status: string;
    readonly points: readonly {
      readonly horizonSeconds: number;
      readonly point: number;
      readonly lower: number;
      readonly upper: number;
    }[];
  };
  readonly recommendation: {
    readonly reasons: readonly string[];
    readonly recommended: { readonly target: { readonly replicas: number } };
    readonly contributions: readonly { readonly replicas: number }[];
    readonly current: { readonly replicas: number };
  };
}

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let calls: readonly StoryCall[];

beforeAll(async () => {
  directory = await temporaryDirectory();
  calls = shopStory({ seed: 1, startSeconds: START_SECONDS, exports: true, campaign: true });
});

afterAll(async () => {
  await directory.remove();
});

async function replay(file: string): Promise<Report> {
  const { exitCode, stdout, stderr } = await presage("replay", file, "--json");
  expect(exitCode, stderr).toBe(0);
  // One object on stdout and nothing else, or this throws; its keys are what the tests are about.
  return JSON.parse(stdout) as Report;
}

/** Without what depends on the machine. */
function repeatable(report: Report): object {
  const { seconds, calls_per_second, peak_rss_bytes, ...rest } = report;
  expect([seconds, calls_per_second, peak_rss_bytes].every((value) => value > 0)).toBe(true);
  return rest;
}

function expectForecastAndRecommendation({ forecast, recommendation }: Report): void {
  expect(forecast.status).toBe("ready");
  expect(forecast.points.map(({ horizonSeconds }) => horizonSeconds)).toEqual([60, 300, 900]);
  for (const { lower, point, upper } of forecast.points) {
    expect(lower).toBeGreaterThanOrEqual(0);
    expect(point).toBeGreaterThanOrEqual(lower);
    expect(upper).toBeGreaterThanOrEqual(point);
    expect(upper).toBeGreaterThan(lower);
  }
  expect(recommendation.reasons.length).toBeGreaterThan(0);
  for (const reason of recommendation.reasons) expect(reason).toMatch(/\w+ \w+/);
  const { target } = recommendation.recommended;
  expect(target.replicas).toBeGreaterThanOrEqual(1);
  const contributed = recommendation.contributions.reduce((sum, { replicas }) => sum + replicas, 0);
  expect(contributed).toBeCloseTo(target.replicas - recommendation.current.replicas, 6);
}

describe("presage replay", () => {
  it("of our own NDJSON answers every key, and tells of the exports", async () => {
    const file = join(directory.path, "story.ndjson");
    await writeFile(file, calls.map((call) => JSON.stringify(call)).join("\n"));
    const report = await replay(file);
    expect(Object.keys(report)).toEqual(expect.arrayContaining(CONTRACT_KEYS));
    expect(report.calls).toEqual({
      read: calls.length,
      accepted: calls.length,
      duplicate: 0,
      late: 0,
      rejected: 0,
    });
    expect(report.windows).toBe(STORY_SECONDS / 10);
    expect(report.segments).toBe(3);
    expect(report.operations).toBe(new Set(calls.map((c) => `${c.method} ${c.route}`)).size);
    expect(report.drift.score).toBeGreaterThan(0.5);
    expect(report.drift.confidence).toBeGreaterThan(0.8);
    expect(report.models).toMatchObject({
      volume: { status: "ready" },
      sequence: { status: "ready" },
      payload: { status: "ready" },
      drift: { status: "ready" },
    });
    expectForecastAndRecommendation(report);
  });

  it("counts what it can't read, and twice the same id once", async () => {
    const file = join(directory.path, "damaged.ndjson");
    const lines = calls.slice(0, 100).map((call) => JSON.stringify(call));
    const [first = ""] = lines;
    // Two bad lines and a repeated one beside a hundred good ones.
    await writeFile(file, [first, '{"timestamp": ', '{"status": "ok"}', ...lines].join("\n"));
    const report = await replay(file);
    expect(report.calls).toEqual({
      read: 103,
      accepted: 100,
      duplicate: 1,
      late: 0,
      rejected: 2,
    });
  });

  it("of a combined log, gzipped, is the same twice", async () => {
    const file = join(directory.path, "access.log.gz");
    await writeFile(file, gzipSync(calls.map(combinedLine).join("\n")));
    const one = await replay(file);
    expect(one.calls).toMatchObject({ read: calls.length, accepted: calls.length, rejected: 0 });
    expectForecastAndRecommendation(one);
    expect(repeatable(await replay(file))).toEqual(repeatable(one));
  });

  const nasaFile = join(
    PROJECT_ROOT,
    "../shared/data/accesslogs/nasa_1995_08_01/nasa_19950801.tsv.gz",
  );
  const missing = existsSync(nasaFile) ? undefined : "../shared has no access log of NASA";

  it.skipIf(missing !== undefined)(
    unless(missing, "of a real day at NASA takes every call, forecasts and recommends"),
    async () => {
      const report = await replay(nasaFile);
      expect(report.calls).toEqual({
        read: 30_969,
        accepted: 30_969,
        duplicate: 0,
        late: 0,
        rejected: 0,
      });
      expect(report.span_seconds / 3600).toBeCloseTo(12.9, 1);
      expect(report.windows).toBe(report.span_seconds / 10);
      expectForecastAndRecommendation(report);
      expect(report.peak_rss_bytes).toBeLessThan(300e6);
      process.stdout.write(
        `NASA: ${Math.round(report.calls_per_second)} calls/s, ${Math.round(report.peak_rss_bytes / 1e6)} MB\n`,
      );
      expect(repeatable(await replay(nasaFile))).toEqual(repeatable(report));
    },
  );
});

/** As the combined log format writes it, with whole seconds. */
function combinedLine(call: StoryCall): string {
  const date = new Date(call.timestamp * MILLISECONDS_PER_SECOND);
  const [, day, month, year, time] =
    /^\w+, (\d+) (\w+) (\d+) (\S+) GMT$/.exec(date.toUTCString()) ?? [];
  const path = call.route.replace("{id}", "4711");
  return `10.0.0.1 - ${call.userId} [${day}/${month}/${year}:${time} +0000] "${call.method} ${path} HTTP/1.1" ${call.status} ${call.responseBytes} "-" "test/1.0"`;
}
