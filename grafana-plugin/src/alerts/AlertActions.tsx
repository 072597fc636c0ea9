import React from 'react';
import { config, locationService } from '@grafana/runtime';
import { Button, Dropdown, Menu, Stack } from '@grafana/ui';
import { Hint } from '../components/Hint';
import { t } from '../components/words/t';
import { WorkloadView } from '../data/view';
import { mayCreateRules, mayRaiseAlerts } from './permissions';
import { RaiseAlert } from './RaiseAlert';
import { RULE_KINDS, RuleContext, ruleForm, ruleLink, ruleName } from './rules';

interface Props {
  readonly shown: WorkloadView;
  /** Undefined when the panel does not ask a data source of its own. */
  readonly rules: RuleContext | undefined;
  /** Empty: one-off alerts are not offered. */
  readonly alertmanagerUid: string;
}

/** What a person may do about what the panel shows. */
export function AlertActions({ shown, rules, alertmanagerUid }: Props) {
  const offersRules = rules !== undefined && mayCreateRules();
  const offersOneOff = alertmanagerUid !== '' && mayRaiseAlerts();
  if (!offersRules && !offersOneOff) {
    return <Hint>{reasonForNone(rules)}</Hint>;
  }
  return (
    <Stack wrap="wrap" gap={1} alignItems="flex-start">
      {offersRules && <RuleMenu context={rules} />}
      {offersOneOff && <RaiseAlert shown={shown} alertmanagerUid={alertmanagerUid} />}
    </Stack>
  );
}

function reasonForNone(rules: RuleContext | undefined): string {
  if (mayRaiseAlerts()) {
    return t('alerts.noAlertmanager', 'Choose an Alertmanager in the panel’s options to raise alerts from here.');
  }
  return rules === undefined && mayCreateRules()
    ? t('alerts.noDataSource', 'Alert rules need a panel that asks a Prometheus data source.')
    : t('alerts.notAllowed', 'You may not create alerts here: ask an editor.');
}

function RuleMenu({ context }: { readonly context: RuleContext }) {
  // The items are built when the menu opens, so the way back is to where the person is then.
  const menu = () => (
    <Menu ariaLabel={t('alerts.rules', 'Alert rules')}>
      {RULE_KINDS.map((kind) => (
        <Menu.Item
          key={kind}
          label={ruleName(kind, context.workload.workload)}
          url={ruleLink(ruleForm(kind, context), here(), config.appSubUrl)}
        />
      ))}
    </Menu>
  );
  return (
    <Dropdown overlay={menu} placement="bottom-start">
      <Button variant="secondary" size="sm" icon="bell">
        {t('alerts.createRule', 'Create alert rule')}
      </Button>
    </Dropdown>
  );
}

function here(): string {
  const { pathname, search } = locationService.getLocation();
  return `${pathname}${search}`;
}
