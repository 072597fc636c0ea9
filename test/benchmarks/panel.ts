/**
 * How long the panel needs to draw 50 workloads for 6 h at 15 s, beside a bare `TimeSeries` of @grafana/ui
 * for the same frames, in Chromium. Needs the built panel and its host page.
 *
 *   node test/dist/benchmarks/panel.js [REPEATS]
 */
import { PAGE_SETS } from "presage-panel-host";
import { measurePanelSpeed } from "../harness/panel-speed.js";

const REPEATS = 9;

for (const set of PAGE_SETS) {
  const { first, update, milliseconds } = await measurePanelSpeed(
    set,
    Number(process.argv[2] ?? REPEATS),
  );
  process.stdout.write(
    `${set}: first render ${first.toFixed(2)}, update ${update.toFixed(2)} times a bare TimeSeries; ${JSON.stringify(milliseconds)}\n`,
  );
}
