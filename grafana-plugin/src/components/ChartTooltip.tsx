import React from 'react';
import { css } from '@emotion/css';
import { DataFrame, dateTimeFormat, formattedValueToString, getFieldDisplayName, GrafanaTheme2 } from '@grafana/data';
import { TimeZone } from '@grafana/schema';
import { useStyles2 } from '@grafana/ui';

interface Props {
  readonly frame: DataFrame;
  /** The row of each field, the time's first; null where nothing is near. */
  readonly indices: ReadonlyArray<number | null>;
  readonly timeZone: TimeZone;
}

export function ChartTooltip({ frame, indices, timeZone }: Props) {
  const styles = useStyles2(getStyles);
  const [time, ...series] = frame.fields;
  const at: unknown = time?.values[indices[0] ?? -1];
  return (
    <div className={styles.tooltip}>
      {typeof at === 'number' && <strong>{dateTimeFormat(at, { timeZone })}</strong>}
      <dl>
        {series.map((field, position) => {
          const value: unknown = field.values[indices[position + 1] ?? -1];
          return typeof value !== 'number' || field.display === undefined ? null : (
            <div key={field.name}>
              <dt>{getFieldDisplayName(field, frame)}</dt>
              <dd>{formattedValueToString(field.display(value))}</dd>
            </div>
          );
        })}
      </dl>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  tooltip: css({
    padding: theme.spacing(1),
    '& dl': { margin: 0 },
    '& dl > div': { display: 'flex', justifyContent: 'space-between', gap: theme.spacing(2) },
    '& dt': { fontWeight: theme.typography.fontWeightRegular },
    '& dd': { margin: 0, fontVariantNumeric: 'tabular-nums' },
  }),
});
