import React, { useMemo } from 'react';
import { css } from '@emotion/css';
import { AbsoluteTimeRange, dateTimeFormat, GrafanaTheme2, systemDateFormats, TimeRange } from '@grafana/data';
import { TimeZone } from '@grafana/schema';
import { Text, useStyles2, useTheme2 } from '@grafana/ui';
import { EventMark, LoadView } from '../data/view';
import { ChartLegend } from './ChartLegend';
import { Hint } from './Hint';
import { LoadChart } from './LoadChart';
import { LoadTable } from './LoadTable';
import { Section } from './Section';
import { absenceWords } from './words/absence';
import { markWords } from './words/labels';
import { durationText, maybeText, readingText } from './words/numbers';
import { t } from './words/t';

/** More would hide the load; the latest are shown. */
const MAXIMUM_MARKS_DRAWN = 12;

interface Props {
  readonly load: LoadView;
  readonly horizonSeconds: number | undefined;
  /** Whether the panel is about all callers; the load is that of all in any case. */
  readonly isOfAll: boolean;
  readonly nowMs: number;
  /** Of the chart, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly timeRange: TimeRange;
  readonly timeZone: TimeZone;
  readonly onChangeTimeRange: (range: AbsoluteTimeRange) => void;
}

/** The load so far and to come: in words, as a chart, as a table for screen readers, and its marks as a list. */
export function LoadSection({ load, horizonSeconds, isOfAll, nowMs, width, height, ...range }: Props) {
  const styles = useStyles2(getStyles);
  const marks = useMemo(() => load.marks.slice(-MAXIMUM_MARKS_DRAWN), [load.marks]);
  const drawn = useMemo(() => ({ marks, nowMs, nowWords: t('chart.now', 'now') }), [marks, nowMs]);
  const summary = loadWords(load, horizonSeconds);
  const omitted = load.omittedMarks + load.marks.length - marks.length;
  return (
    <Section
      title={
        isOfAll
          ? t('section.load', 'Load, calls per second')
          : t('section.loadOfAll', 'Load of all callers, calls per second')
      }
      wide
    >
      <Text element="p" variant="bodySmall">
        {summary}
      </Text>
      <figure aria-label={summary} className={styles.figure}>
        <LoadChart frame={load.frame} marks={drawn} width={width} height={height} {...range} />
        <ChartLegend frame={load.frame} />
      </figure>
      <LoadTable frame={load.frame} timeZone={range.timeZone} />
      {marks.length > 0 && (
        <ol className={styles.marks} aria-label={t('chart.marks', 'Marks in the chart')}>
          {marks.map((mark, index) => (
            <li key={`${mark.kind} ${mark.fromMs} ${mark.text}`}>
              <span className={styles.number}>{index + 1}</span> {markText(mark, range.timeZone)}
            </li>
          ))}
        </ol>
      )}
      {omitted > 0 && (
        <Hint>{t('chart.omitted', '{{number}} earlier ones are not shown', { number: String(omitted) })}</Hint>
      )}
    </Section>
  );
}

function loadWords({ observed, forecast, lower, upper }: LoadView, horizonSeconds: number | undefined): string {
  const now = observed.known
    ? t('chart.observedWords', '{{value}} measured', { value: readingText(observed.value) })
    : absenceWords(observed.why);
  const ahead = forecast.known
    ? t('chart.forecastWords', '{{value}} forecast in {{duration}} ({{lower}} to {{upper}})', {
        value: readingText(forecast.value),
        duration: durationText(horizonSeconds ?? 0),
        lower: maybeText(lower),
        upper: maybeText(upper),
      })
    : absenceWords(forecast.why);
  if (now === ahead) {
    return `${now}.`;
  }
  // Why something is not known is a sentence, which does not begin after a semicolon.
  return observed.known && forecast.known ? `${now}; ${ahead}.` : `${now}. ${ahead}.`;
}

function markText({ kind, text, fromMs, toMs, startsBefore }: EventMark, timeZone: TimeZone): string {
  const from = dateTimeFormat(fromMs, { timeZone });
  const words = text === '' || text === markWords(kind) ? markWords(kind) : `${markWords(kind)}: ${text}`;
  if (startsBefore === true) {
    return t('chart.since', '{{what}}, since before {{from}}', { what: words, from });
  }
  return toMs > fromMs
    ? t('chart.span', '{{what}}, {{from}} to {{to}}', {
        what: words,
        from,
        to: dateTimeFormat(toMs, { timeZone, format: systemDateFormats.interval.second }),
      })
    : t('chart.moment', '{{what}}, {{at}}', { what: words, at: from });
}

/** Of a chart in a panel of this height: enough to read, never most of it. Pixels. */
export function useChartHeight(panelHeight: number): number {
  const { spacing } = useTheme2();
  const wanted = Math.round(panelHeight * SHARE_OF_PANEL);
  return Math.min(MOST_GRID_UNITS * spacing.gridSize, Math.max(LEAST_GRID_UNITS * spacing.gridSize, wanted));
}

const LEAST_GRID_UNITS = 22;
const MOST_GRID_UNITS = 40;
const SHARE_OF_PANEL = 0.35;

const getStyles = (theme: GrafanaTheme2) => ({
  figure: css({ margin: 0 }),
  marks: css({
    display: 'flex',
    flexWrap: 'wrap',
    gap: theme.spacing(0.5, 2),
    listStyle: 'none',
    fontSize: theme.typography.bodySmall.fontSize,
    '& > li': { listStyle: 'none' },
  }),
  number: css({
    display: 'inline-block',
    padding: theme.spacing(0, 0.5),
    border: `1px solid ${theme.colors.border.medium}`,
    borderRadius: theme.shape.radius.default,
  }),
});
