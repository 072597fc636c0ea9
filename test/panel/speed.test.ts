import { describe, expect, it } from "vitest";
import { PAGE_SETS } from "presage-panel-host";
import { missingForPanel } from "../harness/panel-page.js";
import { measurePanelSpeed } from "../harness/panel-speed.js";
import { unless } from "../harness/programs.js";

/** Of the time that a bare TimeSeries takes. Both are measured in turn, so a busy machine slows both. */
const AT_MOST = 1.5;
const REPEATS = 7;

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
