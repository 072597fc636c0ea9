/** From plain frames to what a panel gets: the steps that Grafana takes, in its order. */
import {
  applyFieldOverrides,
  compareArrayValues,
  compareDataFrameStructures,
  CoreApp,
  type DataFrame,
  dateTime,
  type FieldConfigSource,
  getPanelOptionsWithDefaults,
  type GrafanaTheme2,
  LoadingState,
  type PanelData,
  type PanelPlugin,
  type TimeRange,
  toDataFrame,
} from "@grafana/data";
import { PROMETHEUS_UID, type PlainFrame, type Scene } from "../src/scene.js";

const MILLISECONDS_PER_SECOND = 1000;

export interface Settings {
  readonly options: Record<string, unknown>;
  readonly fieldConfig: FieldConfigSource;
}

/** A saved panel's options: migrated by the plugin if it can, then completed with its defaults. */
export async function settingsOf(plugin: PanelPlugin, scene: Scene): Promise<Settings> {
  // Scenes are plain data; the form of a field config is Grafana's.
  const currentFieldConfig = scene.fieldConfig as unknown as FieldConfigSource;
  const migrated = await plugin.onPanelMigration?.({
    id: 1,
    type: plugin.meta.id,
    options: scene.options,
    fieldConfig: currentFieldConfig,
  });
  return getPanelOptionsWithDefaults({
    plugin,
    currentOptions: { ...(migrated ?? scene.options) },
    currentFieldConfig,
    isAfterPluginChange: false,
  });
}

export function dataFrames(frames: readonly PlainFrame[]): DataFrame[] {
  return frames.map((frame) => toDataFrame(frame));
}

interface Surroundings {
  readonly plugin: PanelPlugin;
  readonly fieldConfig: FieldConfigSource;
  readonly theme: GrafanaTheme2;
  readonly replaceVariables: (text: string) => string;
  readonly timeZone: string;
}

export function withFieldConfig(frames: readonly DataFrame[], around: Surroundings): DataFrame[] {
  const { plugin, fieldConfig, theme, replaceVariables, timeZone } = around;
  return applyFieldOverrides({
    data: [...frames],
    fieldConfig,
    fieldConfigRegistry: plugin.fieldConfigRegistry,
    replaceVariables,
    theme,
    timeZone,
  });
}

export function timeRangeOf({ range, live }: Pick<Scene, "range" | "live">): TimeRange {
  const [from, to] = [dateTime(range.fromMs), dateTime(range.toMs)];
  const lengthSeconds = Math.round((range.toMs - range.fromMs) / MILLISECONDS_PER_SECOND);
  return {
    from,
    to,
    raw: live ? { from: `now-${String(lengthSeconds)}s`, to: "now" } : { from, to },
  };
}

/** `before` is what the panel had until now: an unchanged structure keeps its number. */
export function panelData(
  scene: Scene,
  series: DataFrame[],
  annotations: DataFrame[],
  errors: readonly string[],
  before: PanelData | undefined,
): PanelData {
  const timeRange = timeRangeOf(scene);
  const same =
    before !== undefined && compareArrayValues(before.series, series, compareDataFrameStructures);
  const stepMs = scene.stepSeconds * MILLISECONDS_PER_SECOND;
  return {
    state: errors.length > 0 ? LoadingState.Error : LoadingState[scene.state],
    series,
    structureRev: (before?.structureRev ?? 0) + (same ? 0 : 1),
    annotations,
    timeRange,
    ...(errors.length > 0 && {
      errors: errors.map((message) => ({ message })),
    }),
    request: {
      app: CoreApp.Dashboard,
      requestId: "Q1",
      dashboardUID: "presage-host",
      panelId: 1,
      panelPluginId: "presage-behavior-panel",
      timezone: scene.timeZone,
      range: timeRange,
      interval: `${String(scene.stepSeconds)}s`,
      intervalMs: stepMs,
      startTime: scene.range.toMs,
      scopedVars: {},
      targets: scene.queries.map(({ refId, expr, instant = false }) => ({
        refId,
        expr,
        instant,
        range: !instant,
        datasource: { type: "prometheus", uid: PROMETHEUS_UID },
      })),
    },
  };
}
