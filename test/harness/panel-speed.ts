import type { PageSet, PlainFrame } from "presage-panel-host";
import { course, NOW_MS, series, STEP_SECONDS } from "./panel-frames.js";
import { PanelStage } from "./panel-page.js";

const WORKLOADS = 50;
const HOURS = 6;
const SECONDS_PER_HOUR = 3600;
const MILLISECONDS_PER_SECOND = 1000;

/** How many times as long as a bare `TimeSeries` of @grafana/ui the panel needs; medians of `repeats`. */
export interface PanelSpeed {
  readonly first: number;
  readonly update: number;
  readonly milliseconds: {
    readonly panel: { readonly first: number; readonly update: number };
    readonly timeSeries: { readonly first: number; readonly update: number };
  };
}

/** 50 workloads for 6 h at a value in 15 s, in the newest line of Grafana or another. */
export async function measurePanelSpeed(set: PageSet, repeats: number): Promise<PanelSpeed> {
  const stage = await PanelStage.start(set);
  try {
    const rangeMs = HOURS * SECONDS_PER_HOUR * MILLISECONDS_PER_SECOND;
    const panel = await stage.open({
      frames: manyWorkloads(0),
      range: { fromMs: NOW_MS - rangeMs, toMs: NOW_MS },
      stepSeconds: STEP_SECONDS,
    });
    const times = await panel.benchmark(manyWorkloads(1), repeats);
    const medians = {
      panel: { first: median(times.panel.first), update: median(times.panel.update) },
      timeSeries: {
        first: median(times.timeSeries.first),
        update: median(times.timeSeries.update),
      },
    };
    return {
      first: medians.panel.first / medians.timeSeries.first,
      update: medians.panel.update / medians.timeSeries.update,
      milliseconds: medians,
    };
  } finally {
    await stage.stop();
  }
}

/** One series a workload: what both can draw, and of which the panel draws the most urgent one. */
function manyWorkloads(phase: number): PlainFrame[] {
  const steps = (HOURS * SECONDS_PER_HOUR) / STEP_SECONDS;
  return Array.from({ length: WORKLOADS }, (_, index) =>
    series(
      "presage_observed_calls_per_second",
      { workload: `workload-${index}`, segment: "all" },
      course(steps, index + phase),
    ),
  );
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
