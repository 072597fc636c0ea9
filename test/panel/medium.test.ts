import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PAGE_SETS } from "presage-panel-host";
import { knownWorkload, RANGE } from "../harness/panel-frames.js";
import { missingForPanel, PanelStage } from "../harness/panel-page.js";
import { unless } from "../harness/programs.js";

const HEIGHT = 400;
/** Pixels of the chart: enough to see that there is one, and to scroll to it. */
const BEGINNING = 20;

describe.each(PAGE_SETS)("a panel of medium size in the packages of %s", (set) => {
  const missing = missingForPanel(set);
  let stage: PanelStage;

  beforeAll(async () => {
    if (missing === undefined) stage = await PanelStage.start(set);
  });

  afterAll(async () => {
    if (missing === undefined) await stage.stop();
  });

  it.skipIf(missing !== undefined)(
    unless(missing, "regression: shows the beginning of the chart without scrolling"),
    async () => {
      const panel = await stage.open({
        frames: knownWorkload(),
        range: RANGE,
        width: 600,
        height: HEIGHT,
      });
      await panel.screenshot(`medium-${set}`);
      const region = await panel.page.getByRole("region", { name: "Behavior" }).boundingBox();
      const chart = await panel.page.locator("main canvas").first().boundingBox();
      const fold = (region?.y ?? 0) + (region?.height ?? 0);
      expect(fold - (chart?.y ?? fold)).toBeGreaterThan(BEGINNING);
      await panel.close();
    },
  );
});
