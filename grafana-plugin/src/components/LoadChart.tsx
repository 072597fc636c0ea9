import React, { useCallback, useLayoutEffect, useMemo, useRef } from 'react';
import { AbsoluteTimeRange, DataFrame, TimeRange } from '@grafana/data';
import { LegendDisplayMode, VizLegendOptions, TimeZone } from '@grafana/schema';
import { TimeSeries, TooltipPlugin2, UPlotConfigBuilder, useTheme2 } from '@grafana/ui';
import { chartFrame, rangeWithForecast, structureRevision } from './chart-frame';
import { DrawnMarks, drawMarks, Plot } from './chart-marks';
import { ChartTooltip } from './ChartTooltip';

interface Props {
  /** Of a LoadView. */
  readonly frame: DataFrame;
  readonly marks: DrawnMarks;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  readonly timeRange: TimeRange;
  readonly timeZone: TimeZone;
  readonly onChangeTimeRange: (range: AbsoluteTimeRange) => void;
}

/** Its buttons have names that differ from their texts; ChartLegend stands in for it. */
const NO_LEGEND: VizLegendOptions = {
  showLegend: false,
  displayMode: LegendDisplayMode.List,
  placement: 'bottom',
  calcs: [],
};
/** In units of the theme's grid. */
const RIGHT_UNITS = 3;
const TOP_UNITS = 1;
/** All series at the pointer's time; the library exports only the type of this. */
const HOVER_ALL = 1;

/**
 * Measured and forecast load. The only file that knows the chart of @grafana/ui, which lies in a folder
 * called graveyard there: what replaces it one day is replaced here.
 */
export function LoadChart({ frame, marks, width, height, timeRange, timeZone, onChangeTimeRange }: Props) {
  const theme = useTheme2();
  const frames = useMemo(() => [chartFrame(frame, theme)], [frame, theme]);
  const range = useMemo(() => rangeWithForecast(timeRange, frame), [timeRange, frame]);
  // Setting a chart up costs more than its data: the same fields keep their set-up.
  const structureRev = useMemo(() => structureRevision(frame), [frame]);
  const children = useCallback(
    (config: UPlotConfigBuilder, aligned: DataFrame) => (
      <>
        <Marks config={config} marks={marks} />
        <TooltipPlugin2
          config={config}
          hoverMode={HOVER_ALL}
          queryZoom={onChangeTimeRange}
          render={(_plot, indices) => <ChartTooltip frame={aligned} indices={indices} timeZone={timeZone} />}
        />
      </>
    ),
    [marks, onChangeTimeRange, timeZone]
  );
  return (
    <TimeSeries
      frames={frames}
      structureRev={structureRev}
      width={width}
      height={height}
      timeRange={range}
      timeZone={timeZone}
      legend={NO_LEGEND}
    >
      {children}
    </TimeSeries>
  );
}

function Marks({ config, marks }: { readonly config: UPlotConfigBuilder; readonly marks: DrawnMarks }) {
  const theme = useTheme2();
  const latest = useRef(marks);
  const plot = useRef<{ redraw(rebuildPaths: boolean): void }>(undefined);
  // Before the chart is drawn with this config: a child's effect runs before its parent's.
  useLayoutEffect(() => {
    // Room for half of the last time's text, whose middle is at the right edge, and of the highest number.
    config.setPadding([TOP_UNITS * theme.spacing.gridSize, RIGHT_UNITS * theme.spacing.gridSize, null, null]);
    config.addHook('init', (drawn) => {
      plot.current = drawn;
    });
    config.addHook('draw', (drawn: Plot) => drawMarks(drawn, latest.current, theme));
  }, [config, theme]);
  useLayoutEffect(() => {
    latest.current = marks;
    plot.current?.redraw(false);
  }, [marks]);
  return null;
}
