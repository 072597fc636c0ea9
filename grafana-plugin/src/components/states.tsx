import React from 'react';
import { css, keyframes } from '@emotion/css';
import { DataQueryError, GrafanaTheme2, PanelData } from '@grafana/data';
import { Alert, Icon, Stack, Text, useStyles2 } from '@grafana/ui';
import { METRICS } from '../data/metrics';
import { ViewResult } from '../data/view';
import { t } from './words/t';

/** Before the first answer. */
export function Loading() {
  const styles = useStyles2(getStyles);
  return (
    <div role="status">
      <Stack alignItems="center" gap={1}>
        <Icon name="sync" size="lg" className={styles.turning} />
        <Text>{t('state.loading', 'Asking for the agent’s metrics …')}</Text>
      </Stack>
    </div>
  );
}

/** Beside what was shown before, where there is something. */
export function QueryFailed({
  errors,
  keepsOldData,
}: {
  readonly errors: readonly DataQueryError[];
  readonly keepsOldData: boolean;
}) {
  const messages = [...new Set(errors.map(messageOf).filter((message) => message !== ''))];
  return (
    <Alert severity="error" title={t('state.failed', 'The query failed')} bottomSpacing={1}>
      {messages.map((message) => (
        <p key={message}>{message}</p>
      ))}
      <p>
        {keepsOldData
          ? t('state.old', 'What is shown is older. Refresh to ask again.')
          : t('state.retry', 'Check the data source, then refresh to ask again.')}
      </p>
    </Alert>
  );
}

export function errorsOf({ errors }: PanelData): readonly DataQueryError[] {
  return errors ?? [];
}

function messageOf({ message, data, statusText }: DataQueryError): string {
  return message ?? data?.message ?? data?.error ?? statusText ?? '';
}

/** What the queries should bring; the rest is welcome, these come first. */
const EXPECTED = [METRICS.observed, METRICS.forecast, METRICS.driftScore, METRICS.recommendedReplicas];
const MAXIMUM_NAMED = 10;

/** For the message of PanelDataErrorView. */
export function nothingWords(found: readonly string[]): string {
  const expected = t(
    'state.nothing',
    'No metric of Presage in this panel. Ask Prometheus for {{metrics}}, and the others in the panel’s description.',
    {
      metrics: EXPECTED.join(', '),
    }
  );
  if (found.length === 0) {
    return expected;
  }
  return `${expected} ${t('state.found', 'Found instead: {{names}}.', { names: found.slice(0, MAXIMUM_NAMED).join(', ') })}`;
}

type NoSuchWorkloadResult = Extract<ViewResult, { status: 'no_such_workload' }>;

/** The options name a workload that no series is about. */
export function NoSuchWorkload({ wanted, workloads }: Pick<NoSuchWorkloadResult, 'wanted' | 'workloads'>) {
  const name = [wanted.namespace, wanted.workload].filter((part) => part !== undefined && part !== '').join('/');
  const known = workloads.slice(0, MAXIMUM_NAMED).map(({ namespace, workload }) => `${namespace}/${workload}`);
  return (
    <div role="status">
      <Text element="h3" variant="h5">
        <Icon name="question-circle" /> {t('state.noSuchWorkload', 'Nothing is known about {{name}}', { name })}
      </Text>
      <Text element="p">
        {t('state.knownWorkloads', 'The queries are about: {{names}}. Change the panel’s options, or its queries.', {
          names: known.join(', '),
        })}
      </Text>
    </div>
  );
}

const turn = keyframes({ to: { transform: 'rotate(1turn)' } });

const getStyles = (theme: GrafanaTheme2) => ({
  turning: css({
    [theme.transitions.handleMotion('no-preference')]: { animation: `${turn} 2s linear infinite` },
  }),
});
