import { DataFrame, dateTime, Field, FieldColorModeId, FieldType, GrafanaTheme2, TimeRange } from '@grafana/data';
import { GraphDrawStyle, LineInterpolation, VisibilityMode } from '@grafana/schema';
import { t } from './words/t';

/** Names of the theme's palette. */
export const COLORS = { observed: 'green', forecast: 'blue' };

/**
 * Points of one series that are this many of its own steps apart are joined: measured and forecast
 * values stand at different times, so each has holes where the other has values. More is a true gap.
 */
const JOINED_STEPS = 3.5;
/** Pairs of points that the step is taken from: it hardly changes within a query's answer. */
const STEPS_LOOKED_AT = 50;
const LINE_WIDTH = 2;
const DASH = [8, 6];
const BAND_OPACITY = 20;

/** The frame of the load with names and lines: solid is measured, dashed is forecast, the band its interval. */
export function chartFrame(frame: DataFrame, theme: GrafanaTheme2): DataFrame {
  const time = frame.fields.find(({ type }) => type === FieldType.time);
  const [first, ...lines] = frame.fields.map((field) => (field === time ? field : styled(field, time, theme)));
  // What comes later is drawn over what came before: what was measured must not hide behind a forecast.
  return first === undefined ? frame : { ...frame, fields: [first, ...lines.reverse()] };
}

function styled(field: Field, time: Field | undefined, theme: GrafanaTheme2): Field {
  const look = LOOKS.get(field.name);
  if (look === undefined) {
    return field;
  }
  const { name, color, custom } = look;
  const { state: _drawnElsewhere, ...rest } = field;
  return {
    ...rest,
    config: {
      ...field.config,
      displayName: name(),
      color: { mode: FieldColorModeId.Fixed, fixedColor: theme.visualization.getColorByName(color) },
      custom: {
        drawStyle: GraphDrawStyle.Line,
        lineInterpolation: LineInterpolation.Linear,
        showPoints: VisibilityMode.Auto,
        axisSoftMin: 0,
        spanNulls: JOINED_STEPS * stepMs(field.values, time?.values ?? []),
        ...custom,
      },
    },
  };
}

interface Look {
  readonly name: () => string;
  readonly color: string;
  readonly custom: object;
}

const LOOKS: ReadonlyMap<string, Look> = new Map([
  [
    'observed',
    {
      name: () => t('chart.measured', 'Measured'),
      color: COLORS.observed,
      custom: { lineWidth: LINE_WIDTH, fillOpacity: 0 },
    },
  ],
  [
    'forecast',
    {
      name: () => t('chart.forecast', 'Forecast'),
      color: COLORS.forecast,
      custom: { lineWidth: LINE_WIDTH, fillOpacity: 0, lineStyle: { fill: 'dash', dash: DASH } },
    },
  ],
  [
    'upper',
    {
      name: () => t('chart.upper', 'Forecast, upper bound'),
      color: COLORS.forecast,
      custom: { lineWidth: 0, fillOpacity: BAND_OPACITY, fillBelowTo: 'lower', showPoints: VisibilityMode.Never },
    },
  ],
  [
    'lower',
    {
      name: () => t('chart.lower', 'Forecast, lower bound'),
      color: COLORS.forecast,
      custom: { lineWidth: 0, fillOpacity: 0, showPoints: VisibilityMode.Never },
    },
  ],
]);

/** The median step of a field's own points, in milliseconds. */
function stepMs(values: readonly unknown[], times: readonly number[]): number {
  const steps: number[] = [];
  let before: number | undefined;
  for (let i = values.length - 1; i >= 0 && steps.length < STEPS_LOOKED_AT; i--) {
    const time = times[i];
    if (values[i] === null || values[i] === undefined || time === undefined) {
      continue;
    }
    if (before !== undefined) {
      steps.push(before - time);
    }
    before = time;
  }
  steps.sort((a, b) => a - b);
  return steps[Math.floor(steps.length / 2)] ?? 0;
}

/** The range, up to the end of the forecast. */
export function rangeWithForecast(range: TimeRange, frame: DataFrame): TimeRange {
  const times = frame.fields.find(({ type }) => type === FieldType.time)?.values;
  const last: unknown = times?.[times.length - 1];
  return typeof last === 'number' && last > range.to.valueOf() ? { ...range, to: dateTime(last) } : range;
}

/** FNV-1a, 32 bits: Fowler, Noll and Vo, http://www.isthe.com/chongo/tech/comp/fnv/ */
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** The same for frames that are drawn with the same set-up: a number, as the chart compares it. Never 0. */
export function structureRevision(frame: DataFrame): number {
  const text = JSON.stringify(
    frame.fields.map(({ name, type, config: { unit, decimals, min, max, mappings } }) => [
      name,
      type,
      unit,
      decimals,
      min,
      max,
      mappings,
    ])
  );
  let hash = FNV_OFFSET;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME);
  }
  // The chart takes 0 for "unknown", and sets itself up each time.
  return hash === 0 ? 1 : hash;
}
