import React from 'react';
import { css } from '@emotion/css';
import { GrafanaTheme2 } from '@grafana/data';
import { Icon, Stack, Text, useStyles2 } from '@grafana/ui';
import { Absence, WorkloadView } from '../data/view';
import { verdictWords } from './verdict';
import { absenceWords } from './words/absence';
import { adviceWords, branchWords, modeWords } from './words/labels';
import { durationText } from './words/numbers';
import { t } from './words/t';

const MS_PER_SECOND = 1000;

interface Props {
  readonly shown: WorkloadView;
  readonly nowMs: number;
}

/** Is behavior normal; and what the agent makes of it. */
export function StatusLine({ shown, nowMs }: Props) {
  const styles = useStyles2(getStyles);
  const { icon, color, headline, detail } = verdictWords(shown.drift);
  const advice = adviceFor(shown);
  return (
    <div className={styles.status}>
      <div aria-live="polite" className={styles.verdict}>
        <Text color={color}>
          <Icon name={icon} size="xl" />
        </Text>
        <Stack direction="column" gap={0}>
          <Text element="h3" variant="h5">
            {headline}
          </Text>
          {detail !== '' && <Text variant="bodySmall">{detail}</Text>}
          {advice !== undefined && (
            <Text variant="bodySmall" color="secondary">
              {advice}
            </Text>
          )}
        </Stack>
      </div>
      <ul className={styles.facts} aria-label={t('status.decision', 'Decision')}>
        {factsOf(shown, nowMs).map((fact) => (
          <li key={fact}>{fact}</li>
        ))}
      </ul>
    </div>
  );
}

function adviceFor({ drift }: WorkloadView): string | undefined {
  return drift.known || drift.why.kind !== 'model' ? undefined : adviceWords(drift.why.reason);
}

function factsOf({ mode, branch, expiresAt }: WorkloadView, nowMs: number): readonly string[] {
  const facts = [
    branch.known ? branchWords(branch.value) : whyNoBranch(branch.why),
    mode.known ? modeWords(mode.value) : undefined,
    expiresAt.known ? expiryWords(expiresAt.value, nowMs) : absenceWords(expiresAt.why),
  ];
  // One reason may be why two things are unknown; it is said once.
  return [...new Set(facts.filter((fact) => fact !== undefined))];
}

/** That it has expired is said once, with since when. */
function whyNoBranch(why: Absence): string | undefined {
  return why.kind === 'expired' ? undefined : absenceWords(why);
}

function expiryWords({ atMs, expired }: { readonly atMs: number; readonly expired: boolean }, nowMs: number): string {
  const seconds = Math.abs(atMs - nowMs) / MS_PER_SECOND;
  return expired || atMs <= nowMs
    ? t('status.expired', 'Expired {{duration}} ago: do not follow it', { duration: durationText(seconds) })
    : t('status.valid', 'Valid for {{duration}}', { duration: durationText(seconds) });
}

const getStyles = (theme: GrafanaTheme2) => ({
  status: css({
    display: 'flex',
    flexWrap: 'wrap',
    gap: theme.spacing(1, 3),
    alignItems: 'center',
    justifyContent: 'space-between',
  }),
  verdict: css({ display: 'flex', gap: theme.spacing(1), alignItems: 'center' }),
  facts: css({
    display: 'flex',
    flexWrap: 'wrap',
    listStyle: 'none',
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
    lineHeight: theme.typography.bodySmall.lineHeight,
    '& > li': { listStyle: 'none' },
    '& > li:not(:last-child)::after': { content: '"·"', padding: theme.spacing(0, 1) },
  }),
});
