/** How long the panel needs for its frames, beside a bare `TimeSeries` of @grafana/ui for the same. */
import { type DataFrame, type GrafanaTheme2, type PanelPlugin, ThemeContext } from "@grafana/data";
import { LegendDisplayMode, TimeSeries } from "@grafana/ui";
import type { ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { flushSync } from "react-dom";
import type { BenchmarkResult, HostApi, PlainFrame, Scene } from "../src/scene.js";
import { frame } from "./painted.js";
import {
  dataFrames,
  panelData,
  type Settings,
  timeRangeOf,
  withFieldConfig,
} from "./panel-data.js";
import { PanelFrame } from "./panel-frame.js";

interface Benchmark {
  readonly plugin: PanelPlugin;
  readonly scene: Scene;
  readonly settings: Settings;
  readonly theme: GrafanaTheme2;
  readonly replaceVariables: (text: string) => string;
  readonly first: readonly PlainFrame[];
  readonly update: readonly PlainFrame[];
  readonly repeats: number;
}

const NO_LEGEND: Parameters<typeof TimeSeries>[0]["legend"] = {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the very enum, re-exported
  displayMode: LegendDisplayMode.List,
  placement: "bottom",
  calcs: [],
  showLegend: false,
};

/** Draws frames into its place, for the first or the second time. */
type Draw = (frames: DataFrame[]) => ReactNode;

export async function benchmark(task: Benchmark): ReturnType<HostApi["benchmark"]> {
  const { scene, settings, theme, replaceVariables, plugin, repeats } = task;
  const around = { plugin, fieldConfig: settings.fieldConfig, theme, replaceVariables };
  const framesOf = (plain: readonly PlainFrame[]): DataFrame[] =>
    withFieldConfig(dataFrames(plain), { ...around, timeZone: scene.timeZone });
  const bare: Draw = (frames) => (
    <TimeSeries
      frames={frames}
      width={scene.width}
      height={scene.height}
      timeRange={timeRangeOf(scene)}
      timeZone={scene.timeZone}
      legend={NO_LEGEND}
    />
  );
  const panel = (): Draw => {
    let data: ReturnType<typeof panelData> | undefined;
    return (frames) => {
      data = panelData(scene, frames, [], [], data);
      return (
        <PanelFrame
          plugin={plugin}
          scene={scene}
          data={data}
          options={settings.options}
          fieldConfig={settings.fieldConfig}
          renderCounter={1}
          replaceVariables={replaceVariables}
          onWish={() => undefined}
        />
      );
    };
  };
  const timeSeriesTimes = { first: [] as number[], update: [] as number[] };
  const panelTimes = { first: [] as number[], update: [] as number[] };
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    // Turn by turn, and who begins changes: a slow moment of the machine hits both alike.
    const turns: [Draw, typeof panelTimes][] = [
      [bare, timeSeriesTimes],
      [panel(), panelTimes],
    ];
    if (repeat % 2 === 1) turns.reverse();
    for (const [draw, times] of turns) {
      // Frames of its own each time: their display processors remember what they have formatted.
      await measure(draw, framesOf(task.first), framesOf(task.update), theme, times);
    }
  }
  const results: { timeSeries: BenchmarkResult; panel: BenchmarkResult } = {
    timeSeries: timeSeriesTimes,
    panel: panelTimes,
  };
  return results;
}

async function measure(
  draw: Draw,
  first: DataFrame[],
  update: DataFrame[],
  theme: GrafanaTheme2,
  times: { readonly first: number[]; readonly update: number[] },
): Promise<void> {
  const place = document.body.appendChild(document.createElement("div"));
  const root = createRoot(place);
  const timed = async (frames: DataFrame[]): Promise<number> => {
    await frame();
    const started = performance.now();
    flushSync(() => {
      root.render(<ThemeContext.Provider value={theme}>{draw(frames)}</ThemeContext.Provider>);
    });
    await frame();
    return performance.now() - started;
  };
  try {
    times.first.push(await timed(first));
    times.update.push(await timed(update));
  } finally {
    root.unmount();
    place.remove();
  }
}
