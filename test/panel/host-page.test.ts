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

describe.each(PAGE_SETS)("the built panel in the host page of %s", (set) => {
  const missing = missingForPanel(set);
  let stage: PanelStage;

  beforeAll(async () => {
    if (missing === undefined) stage = await PanelStage.start(set);
  });

  afterAll(async () => {
    if (missing === undefined) await stage.stop();
  });

  it.skipIf(missing !== undefined)(
    unless(missing, "loads, draws what it is given, and leaves the console empty"),
    async () => {
      const panel = await stage.open({
        title: "The shop",
        frames: FRAMES,
        range: { fromMs: NOW_MS - 4 * STEP_MS, toMs: NOW_MS },
      });
      await panel.screenshot(`smoke-${set}`);
      expect(await panel.page.locator("main").innerText()).toContain("The shop");
      expect(await panel.problems()).toEqual([]);
      await panel.close();
    },
  );
});
