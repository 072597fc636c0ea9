import React from 'react';
import { DataFrame, dateTimeFormat, formattedValueToString } from '@grafana/data';
import { TimeZone } from '@grafana/schema';
import { visuallyHidden } from './hidden';
import { UNKNOWN } from './words/numbers';
import { t } from './words/t';

/** Enough to hear the course of the load, few enough to listen to. */
const ROWS = 8;

/** The chart for those who do not see it: a few of its points, evenly spread, the last one among them. */
export function LoadTable({ frame, timeZone }: { readonly frame: DataFrame; readonly timeZone: TimeZone }) {
  const [time, ...series] = frame.fields;
  if (time === undefined || frame.length === 0) {
    return null;
  }
  return (
    <div className={visuallyHidden}>
      <table>
        <caption>{t('chart.table', 'Some points of the chart')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('chart.time', 'Time')}</th>
            {series.map(({ name }) => (
              <th key={name} scope="col">
                {SERIES.get(name)?.() ?? name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {spread(frame.length).map((row) => (
            <tr key={row}>
              <th scope="row">{dateTimeFormat(time.values[row], { timeZone })}</th>
              {series.map((field) => (
                <td key={field.name}>{textOf(field.values[row], field.display)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const SERIES: ReadonlyMap<string, () => string> = new Map([
  ['observed', () => t('chart.measured', 'Measured')],
  ['forecast', () => t('chart.forecast', 'Forecast')],
  ['lower', () => t('chart.lower', 'Forecast, lower bound')],
  ['upper', () => t('chart.upper', 'Forecast, upper bound')],
]);

function spread(length: number): readonly number[] {
  const step = Math.max(1, (length - 1) / (ROWS - 1));
  const rows = Array.from({ length: Math.min(ROWS, length) }, (_, i) => Math.round(i * step));
  return [...new Set(rows)];
}

function textOf(value: unknown, display: DataFrame['fields'][number]['display']): string {
  if (typeof value !== 'number') {
    return UNKNOWN;
  }
  return display === undefined ? String(value) : formattedValueToString(display(value));
}
