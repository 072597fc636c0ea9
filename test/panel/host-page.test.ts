import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PAGE_SETS, type PlainFrame } from "presage-panel-host";
import { missingForPanel, PanelStage } from "../harness/panel-page.js";
import { unless } from "../harness/programs.js";

const NOW_MS = Date.UTC(2026, 0, 1, 12);
const STEP_MS = 15_000;

/** A series of the shop, one value a step, the last one now. */
function series(name: string, labels: Record<string, string>, values: number[]): PlainFrame {
  const times = values.map((_, index) => NOW_MS - (values.length - 1 - index) * STEP_MS);
  return {
    refId: name,
    fields: [
      { name: "Time", type: "time", values: times },
      {
        name: "Value",
        type: "number",
        values,
        labels: { __name__: name, namespace: "default", workload: "shop", ...labels },
      },
    ],
  };
}

const FRAMES = [
  series("presage_observed_calls_per_second", { segment: "all" }, [10, 11, 12, 11]),
  series("presage_drift_score", { segment: "all" }, [0.1, 0.2, 0.1, 0.1]),
  series("presage_drift_confidence", { segment: "all" }, [0.9, 0.9, 0.9, 0.9]),
  series("presage_current_replicas", {}, [2, 2, 2, 2]),
  series("presage_recommended_replicas", { bound: "target" }, [5, 5, 5, 5]),
];

const DRIFTING = FRAMES.map((frame) =>
  frame.refId === "presage_drift_score"
    ? series("presage_drift_score", { segment: "all" }, [0.1, 0.5, 0.8, 0.9])
    : frame,
);

const SCENE = {
  title: "The shop",
  frames: FRAMES,
  range: { fromMs: NOW_MS - 4 * STEP_MS, toMs: NOW_MS },
};

describe.each(PAGE_SETS)("the built panel in the host page of %s", (set) => {
  const missing = missingForPanel(set);
  let stage: PanelStage;

  beforeAll(async () => {
    if (missing === undefined) stage = await PanelStage.start(set);
  });

  afterAll(async () => {
    if (missing === undefined) await stage.stop();
  });

  const test = (name: string, run: () => Promise<void>): void => {
    it.skipIf(missing !== undefined)(unless(missing, name), run);
  };

  test("loads, draws what it is given, and leaves the console empty", async () => {
    const panel = await stage.open(SCENE);
    await panel.screenshot(`smoke-${set}`);
    expect(await panel.page.locator("main").innerText()).toContain("Behavior is normal");
    expect(await panel.page.evaluate('document.fonts.check("12px Inter")')).toBe(true);
    expect(await panel.page.locator("main canvas").count()).toBeGreaterThan(0);
    expect(await panel.problems()).toEqual([]);
    await panel.close();
  });

  test("keeps the panel when its data, size and theme change", async () => {
    const panel = await stage.open(SCENE);
    // A mark that only a new element would lack.
    await panel.page.evaluate('document.querySelector("main > *").dataset.kept = ""');
    await panel.update({ theme: "light", width: 700, height: 500, frames: DRIFTING });
    expect(await panel.page.locator("main > [data-kept]").count()).toBe(1);
    expect(await panel.page.locator("main").innerText()).not.toContain("Behavior is normal");
    expect(await panel.problems()).toEqual([]);
    await panel.close();
  });

  test("speaks the language of the person", async () => {
    const panel = await stage.open({ ...SCENE, locale: "de-DE" });
    const words = await panel.page.locator("main").innerText();
    expect(words).toContain("Verhalten");
    expect(words).not.toContain("Behavior is normal");
    expect(await panel.problems()).toEqual([]);
    await panel.close();
  });

  test("tells of what is written to the console, and of what was thrown", async () => {
    const panel = await stage.open(SCENE);
    await panel.page.evaluate('console.warn("a warning")');
    const thrown = panel.page.waitForEvent("pageerror");
    await panel.page.evaluate('setTimeout(() => { throw new Error("an exception"); })');
    await thrown;
    expect((await panel.problems()).join("\n")).toMatch(/a warning[^]*an exception/);
    await panel.close();
  });

  test("shows the data source's words when a query fails", async () => {
    const panel = await stage.open({ queries: [{ refId: "A", expr: "up" }] });
    // No data source is configured here: the server says so.
    expect(await panel.page.locator("main").innerHTML()).toContain("Data source not found");
    await panel.close();
  });

  test("measures the panel beside a bare chart of the same frames", async () => {
    const panel = await stage.open(SCENE);
    const times = await panel.benchmark(DRIFTING, 3);
    for (const { first, update } of [times.timeSeries, times.panel]) {
      expect([first.length, update.length]).toEqual([3, 3]);
      expect(Math.min(...first, ...update)).toBeGreaterThan(0);
    }
    expect(await panel.problems()).toEqual([]);
    await panel.close();
  });
});
