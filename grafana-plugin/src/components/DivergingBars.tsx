import React, { useId } from 'react';
import { css } from '@emotion/css';
import { GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import { CauseReplicas } from '../data/view';
import { ReadingText } from './ReadingText';
import { causeWords } from './words/labels';
import { signedText } from './words/numbers';

interface Props {
  readonly rows: readonly CauseReplicas[];
  /** What the rows add up to; its number needs no bar. */
  readonly total: { readonly words: string; readonly text: string };
  readonly label: string;
}

const CENTER_PERCENT = 50;

/**
 * Signed bars from a center line. The sign is told by the side, by the number and by a hatch, never by
 * color alone.
 */
export function DivergingBars({ rows, total, label }: Props) {
  const styles = useStyles2(getStyles);
  // Not every character that React puts into an id may stand in a reference.
  const patternId = `hatch-${useId().replace(/[^a-zA-Z0-9]/g, '')}`;
  const largest = Math.max(...rows.map(({ replicas }) => Math.abs(replicas.value)));
  return (
    <>
      <Hatch id={patternId} />
      <ul className={styles.rows} aria-label={label}>
        {rows.map(({ cause, replicas }) => (
          <li key={cause} className={styles.row}>
            <span>{causeWords(cause)}</span>
            <Bar share={largest === 0 ? 0 : replicas.value / largest} patternId={patternId} />
            <span className={styles.number}>
              <ReadingText reading={replicas} text={signedText(replicas)} />
            </span>
          </li>
        ))}
        <li className={`${styles.row} ${styles.total}`}>
          <span className={styles.totalWords}>{total.words}</span>
          <span className={styles.number}>{total.text}</span>
        </li>
      </ul>
    </>
  );
}

/** `share` from -1 to 1. */
function Bar({ share, patternId }: { readonly share: number; readonly patternId: string }) {
  const { colors, spacing, shape } = useTheme2();
  const length = Math.abs(share) * CENTER_PERCENT;
  const height = 1.5 * spacing.gridSize;
  return (
    <svg width="100%" height={height} aria-hidden focusable={false}>
      <rect
        x={`${share < 0 ? CENTER_PERCENT - length : CENTER_PERCENT}%`}
        width={`${length}%`}
        height={height}
        fill={share < 0 ? `url(#${patternId})` : colors.primary.main}
        stroke={share < 0 ? colors.warning.border : 'none'}
        rx={shape.radius.sm}
      />
      <line x1="50%" x2="50%" y1="0" y2={height} stroke={colors.text.primary} />
    </svg>
  );
}

function Hatch({ id }: { readonly id: string }) {
  const { colors, spacing } = useTheme2();
  const size = spacing.gridSize / 2;
  return (
    <svg width="0" height="0" aria-hidden focusable={false} style={{ position: 'absolute' }}>
      <pattern id={id} width={size} height={size} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width={size / 2} height={size} fill={colors.warning.main} />
      </pattern>
    </svg>
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
    gridTemplateColumns: `minmax(0, 1fr) minmax(0, 1fr) ${theme.spacing(7)}`,
    gap: theme.spacing(1),
    alignItems: 'center',
  }),
  total: css({
    borderTop: `1px solid ${theme.colors.border.medium}`,
    paddingTop: theme.spacing(0.5),
    fontWeight: theme.typography.fontWeightMedium,
  }),
  totalWords: css({ gridColumn: 'span 2' }),
  number: css({ textAlign: 'right', fontVariantNumeric: 'tabular-nums' }),
});
