import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { m4Task } from "../m4/task.js";
import { forecastTask } from "./task.js";

/** Public data sets lie beside the project, or where PRESAGE_DATA says. */
const DATA = process.env["PRESAGE_DATA"] ?? join(import.meta.dirname, "../../../../../shared/data");
const TRACE = join(DATA, "traces/isp_traffic_5min/it_eu_5m.csv.gz");
const M4 = join(DATA, "forecast/m4_hourly");
const context = { tell: () => undefined };
const TIMEOUT_MILLISECONDS = 60_000;

interface Scores {
  readonly rmse: number;
  readonly coverage: number;
  readonly coverage_busiest_tenth: number;
}

describe("forecasts on public data", () => {
  const isThere = existsSync(TRACE) && existsSync(M4);
  const note = isThere ? "" : ` -- DID NOT RUN: there are no data sets in ${DATA}`;

  it.runIf(isThere)(
    `5 steps ahead of an ISP's traffic it beats AR(30), and covers its level${note}`,
    async () => {
      const { result } = await forecastTask.run(
        {
          data: TRACE,
          column: "traffic (in bits)",
          "step-seconds": "300",
          "season-seconds": "86400",
          horizons: "5",
          "outage-seconds": "3600",
        },
        context,
      );
      const { horizons, baselines } = result as unknown as {
        horizons: Record<string, Scores>;
        baselines: { ar30: Record<string, Scores> };
      };
      const own = horizons["5"];
      expect((own?.rmse ?? NaN) / (baselines.ar30["5"]?.rmse ?? NaN)).toBeLessThan(0.96);
      expect(Math.abs((own?.coverage ?? NaN) - 0.9)).toBeLessThan(0.01);
      expect(own?.coverage_busiest_tenth).toBeGreaterThan(0.87);
    },
    TIMEOUT_MILLISECONDS,
  );

  it.runIf(isThere)(
    `48 hours of M4 reach their targets${note}`,
    async () => {
      const { result } = await m4Task.run({ data: M4 }, context);
      expect(result["owa"]).toBeLessThan(0.38);
      expect(result["mase"]).toBeLessThan(0.8);
      expect(result["msis"]).toBeLessThan(6.1);
      expect(Math.abs(Number(result["coverage"]) - 0.95)).toBeLessThan(0.02);
    },
    TIMEOUT_MILLISECONDS,
  );
});
