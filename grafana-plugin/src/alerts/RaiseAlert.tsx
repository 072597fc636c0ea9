import React, { useEffect, useRef, useState } from 'react';
import { css } from '@emotion/css';
import { GrafanaTheme2 } from '@grafana/data';
import { config, locationService } from '@grafana/runtime';
import { Alert, Button, ConfirmModal, useStyles2 } from '@grafana/ui';
import { t } from '../components/words/t';
import { WorkloadView } from '../data/view';
import { OneOffAlert, oneOffAlert } from './one-off';
import { sendOneOff, SendOutcome } from './send';

interface Props {
  readonly shown: WorkloadView;
  readonly alertmanagerUid: string;
}

/** A one-off alert: shown as it will be sent, sent once confirmed, its outcome told. */
export function RaiseAlert({ shown, alertmanagerUid }: Props) {
  const styles = useStyles2(getStyles);
  const [asked, setAsked] = useState<OneOffAlert>();
  const [outcome, setOutcome] = useState<SendOutcome>();
  const [sending, setSending] = useState(false);
  // State would come too late for the second of two clicks in one frame.
  const busy = useRef(false);

  const send = async (alert: OneOffAlert) => {
    if (busy.current) {
      return;
    }
    busy.current = true;
    setSending(true);
    setOutcome(await sendOneOff(alertmanagerUid, alert));
    setAsked(undefined);
    setSending(false);
    busy.current = false;
  };

  const ask = () => {
    setOutcome(undefined);
    setAsked(oneOffAlert(shown, Date.now(), generatorUrl()));
  };

  return (
    <>
      <Button variant="secondary" size="sm" icon="exclamation-triangle" disabled={sending} onClick={ask}>
        {t('oneOff.raise', 'Raise alert now')}
      </Button>
      {outcome !== undefined && <Outcome outcome={outcome} onRemove={() => setOutcome(undefined)} />}
      {asked !== undefined && (
        <ConfirmModal
          isOpen
          title={t('oneOff.title', 'Raise this alert?')}
          body={
            <>
              <p>{t('oneOff.explanation', 'This is sent to Alertmanager, which notifies whoever its routes name:')}</p>
              <dl className={styles.sent}>
                {linesOf(asked).map(([name, value]) => (
                  <React.Fragment key={name}>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                  </React.Fragment>
                ))}
              </dl>
            </>
          }
          confirmText={t('oneOff.confirm', 'Raise alert')}
          dismissText={t('oneOff.cancel', 'Cancel')}
          onConfirm={() => send(asked)}
          onDismiss={() => setAsked(undefined)}
        />
      )}
    </>
  );
}

function Outcome({ outcome, onRemove }: { readonly outcome: SendOutcome; readonly onRemove: () => void }) {
  const styles = useStyles2(getStyles);
  const notice = useRef<HTMLDivElement>(null);
  // The button may be at the lower edge of a panel that scrolls.
  useEffect(() => notice.current?.scrollIntoView?.({ block: 'nearest' }), [outcome]);
  return (
    <div ref={notice} className={styles.outcome}>
      {outcome.sent ? (
        <Alert
          role="status"
          severity="success"
          title={t('oneOff.sent', 'Alert raised. It ends by itself in one hour.')}
          onRemove={onRemove}
          bottomSpacing={0}
        />
      ) : (
        <Alert
          severity="error"
          title={t('oneOff.failed', 'The alert was not raised')}
          onRemove={onRemove}
          bottomSpacing={0}
        >
          {failureWords(outcome)}
        </Alert>
      )}
    </div>
  );
}

const unreachable = () => t('oneOff.unreachable', 'Alertmanager can’t be reached: check that it runs.');

const ADVICE_BY_STATUS: ReadonlyMap<number, () => string> = new Map([
  [403, () => t('oneOff.forbidden', 'You may not raise alerts through this data source.')],
  [404, () => t('oneOff.notFound', 'There is no such Alertmanager data source: check the panel’s options.')],
  // Of a proxy whose other side is gone, or too slow.
  [502, unreachable],
  [503, unreachable],
  [504, unreachable],
]);

function failureWords({ status, message }: Extract<SendOutcome, { sent: false }>): string {
  if (status === undefined) {
    return t('oneOff.noAnswer', 'There was no answer: {{message}}', { message });
  }
  const advice = ADVICE_BY_STATUS.get(status)?.() ?? '';
  return `${status} ${message.replace(/\.$/, '')}. ${advice}`.trim();
}

/** Everything that is sent, under the names that it is sent by. */
function linesOf(alert: OneOffAlert): ReadonlyArray<readonly [string, string]> {
  return [
    ...Object.entries(alert.labels),
    ...Object.entries(alert.annotations),
    ['startsAt', alert.startsAt],
    ['endsAt', alert.endsAt],
    ['generatorURL', alert.generatorURL],
  ];
}

/** Where the alert came from, for those who are notified. */
function generatorUrl(): string {
  const { pathname, search } = locationService.getLocation();
  return `${config.appUrl.replace(/\/$/, '')}${pathname}${search}`;
}

const getStyles = (theme: GrafanaTheme2) => ({
  // In a row of its own, under the buttons.
  outcome: css({ flexBasis: '100%' }),
  sent: css({
    display: 'grid',
    gridTemplateColumns: 'auto 1fr',
    gap: theme.spacing(0.5, 2),
    margin: 0,
    '& dt': { color: theme.colors.text.secondary, fontWeight: theme.typography.fontWeightRegular },
    '& dd': { margin: 0, overflowWrap: 'anywhere' },
  }),
});
