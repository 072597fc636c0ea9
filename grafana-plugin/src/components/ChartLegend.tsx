import React from 'react';
import { css } from '@emotion/css';
import { DataFrame, GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import { COLORS } from './chart-frame';
import { t } from './words/t';

/** What the lines mean: told by their form, with the name beside it. */
export function ChartLegend({ frame }: { readonly frame: DataFrame }) {
  const styles = useStyles2(getStyles);
  const { visualization } = useTheme2();
  const hasForecast = frame.fields.some(({ name }) => name === 'forecast');
  const measured = visualization.getColorByName(COLORS.observed);
  const forecast = visualization.getColorByName(COLORS.forecast);
  return (
    <ul className={styles.legend}>
      <li>
        <Swatch>
          <line x2="100%" y1="50%" y2="50%" stroke={measured} strokeWidth="2" />
        </Swatch>
        {t('chart.measured', 'Measured')}
      </li>
      {hasForecast && (
        <>
          <li>
            <Swatch>
              <line x2="100%" y1="50%" y2="50%" stroke={forecast} strokeWidth="2" strokeDasharray="4 3" />
            </Swatch>
            {t('chart.forecast', 'Forecast')}
          </li>
          <li>
            <Swatch>
              <rect width="100%" height="100%" fill={forecast} opacity={0.3} />
            </Swatch>
            {t('chart.interval', 'Interval of the forecast')}
          </li>
        </>
      )}
    </ul>
  );
}

function Swatch({ children }: { readonly children: React.ReactNode }) {
  const { spacing } = useTheme2();
  return (
    <svg width={2 * spacing.gridSize} height={spacing.gridSize} aria-hidden focusable={false}>
      {children}
    </svg>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  legend: css({
    ...theme.typography.bodySmall,
    display: 'flex',
    flexWrap: 'wrap',
    gap: theme.spacing(0, 2),
    listStyle: 'none',
    '& > li': { display: 'flex', alignItems: 'center', gap: theme.spacing(0.5), listStyle: 'none' },
  }),
});
