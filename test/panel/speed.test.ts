import { describe, expect, it } from "vitest";
import { PAGE_SETS } from "presage-panel-host";
import { missingForPanel } from "../harness/panel-page.js";
import { measurePanelSpeed } from "../harness/panel-speed.js";
import { unless } from "../harness/programs.js";

/** 1.5 is aimed at; the rest is for a machine that does other things too. `benchmarks/panel.ts` measures. */
const AT_MOST = 2;
const REPEATS = 5;

describe.each(PAGE_SETS)("50 workloads for 6 h, in the packages of %s", (set) => {
  const missing = missingForPanel(set);

  it.skipIf(missing !== undefined)(
    unless(missing, "are drawn and updated about as fast as by a bare TimeSeries"),
    async () => {
      const { first, update } = await measurePanelSpeed(set, REPEATS);
      expect(first).toBeLessThan(AT_MOST);
      expect(update).toBeLessThan(AT_MOST);
    },
  );
});
