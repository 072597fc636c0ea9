import React from 'react';
import { css } from '@emotion/css';
import { GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';

export interface Line {
  readonly words: string;
  readonly text: string;
  /** From 0 to 1, drawn as a bar; without one there is none. */
  readonly share?: number;
}

const FULL_PERCENT = 100;

/** Words with a number each, and a bar where the number is a share. */
export function Lines({ rows }: { readonly rows: readonly Line[] }) {
  const styles = useStyles2(getStyles);
  const { colors, spacing } = useTheme2();
  return (
    <ul className={styles.rows}>
      {rows.map(({ words, text, share }) => (
        <li key={words} className={styles.row}>
          <span className={styles.words}>{words}</span>
          <span className={styles.text}>{text}</span>
          {share !== undefined && (
            <svg className={styles.bar} width="100%" height={spacing.gridSize / 2} aria-hidden focusable={false}>
              <rect width="100%" height="100%" fill={colors.background.secondary} />
              <rect width={`${Math.min(1, share) * FULL_PERCENT}%`} height="100%" fill={colors.primary.main} />
            </svg>
          )}
        </li>
      ))}
    </ul>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  rows: css({
    ...theme.typography.bodySmall,
    listStyle: 'none',
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(0.5),
  }),
  row: css({
    listStyle: 'none',
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1fr) auto',
    columnGap: theme.spacing(1),
    alignItems: 'baseline',
  }),
  words: css({ overflowWrap: 'anywhere' }),
  text: css({ textAlign: 'right', fontVariantNumeric: 'tabular-nums' }),
  bar: css({ gridColumn: '1 / -1' }),
});
