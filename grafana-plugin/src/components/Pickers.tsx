import React, { useId, useMemo } from 'react';
import { css } from '@emotion/css';
import { GrafanaTheme2 } from '@grafana/data';
import { Combobox, ComboboxOption, useStyles2 } from '@grafana/ui';
import { Selection } from '../data/read-view';
import { PanelView, Verdict, WorkloadName, WorkloadSummary } from '../data/view';
import { segmentWords } from './words/labels';
import { durationText } from './words/numbers';
import { t } from './words/t';

interface Props {
  readonly view: PanelView;
  readonly onSelect: (change: Selection) => void;
}

/** Which workload, which callers, how far ahead: each only where there is a choice. */
export function Pickers({ view, onSelect }: Props) {
  const styles = useStyles2(getStyles);
  const { workloads, segments, horizons, shown } = view;
  const workloadOptions = useMemo(() => optionsOf(workloads), [workloads]);
  if (workloads.length <= 1 && segments.length <= 1 && horizons.length <= 1) {
    return null;
  }
  return (
    <div className={styles.pickers}>
      {workloads.length > 1 && (
        <Picker
          label={t('picker.workload', 'Workload')}
          hint={differWords(view)}
          options={workloadOptions}
          value={keyOf(shown.name)}
          // A workload's segments are its own.
          onChange={(key) => onSelect({ workload: nameIn(workloads, key), segment: undefined })}
        />
      )}
      {segments.length > 1 && (
        <Picker
          label={t('picker.segment', 'Callers')}
          hint={omittedWords(view.omittedSegments)}
          options={segments.map((segment) => ({ value: segment, label: segmentWords(segment) }))}
          value={view.segment}
          onChange={(segment) => onSelect({ segment, segmentOf: shown.name })}
        />
      )}
      {horizons.length > 1 && view.horizonSeconds !== undefined && (
        <Picker
          label={t('picker.horizon', 'Look ahead')}
          options={horizons.map((seconds) => ({ value: seconds, label: durationText(seconds) }))}
          value={view.horizonSeconds}
          onChange={(horizonSeconds) => onSelect({ horizonSeconds })}
        />
      )}
    </div>
  );
}

interface PickerProps<T extends string | number> {
  readonly label: string;
  readonly hint?: string;
  readonly options: Array<ComboboxOption<T>>;
  readonly value: T;
  readonly onChange: (value: T) => void;
}

function Picker<T extends string | number>({ label, hint, options, value, onChange }: PickerProps<T>) {
  const styles = useStyles2(getStyles);
  const id = useId();
  return (
    <div className={styles.picker}>
      <label htmlFor={id} className={styles.label}>
        {label}
        {hint !== undefined && ` · ${hint}`}
      </label>
      <Combobox id={id} options={options} value={value} onChange={(option) => onChange(option.value)} />
    </div>
  );
}

/** "3 of 50 differ" */
export function differWords({ workloads, omittedWorkloads }: PanelView): string {
  const values = {
    differing: String(workloads.filter(({ verdict }) => verdict === 'drift').length),
    all: String(workloads.length),
  };
  const words = t('picker.differ', '{{differing}} of {{all}} differ', values);
  const omitted = omittedWords(omittedWorkloads);
  return omitted === undefined ? words : `${words}; ${omitted}`;
}

function omittedWords(omitted: number): string | undefined {
  return omitted === 0 ? undefined : t('picker.omitted', '{{number}} more are not listed', { number: String(omitted) });
}

// A line break is in no name.
const keyOf = ({ namespace, workload }: WorkloadName) => `${namespace}\n${workload}`;

function nameIn(workloads: readonly WorkloadSummary[], key: string): WorkloadName | undefined {
  return workloads.find(({ name }) => keyOf(name) === key)?.name;
}

function optionsOf(workloads: readonly WorkloadSummary[]): Array<ComboboxOption<string>> {
  return workloads.map(({ name, verdict }) => ({
    value: keyOf(name),
    label: [`${name.namespace}/${name.workload}`, VERDICTS[verdict ?? 'unknown']()]
      .filter((part) => part !== '')
      .join(' · '),
  }));
}

/** Beside the name, so short; what is normal needs no word. */
const VERDICTS: Readonly<Record<Verdict | 'unknown', () => string>> = {
  normal: () => '',
  unsure: () => t('picker.unsure', 'not sure'),
  drift: () => t('picker.drift', 'differs'),
  unknown: () => t('picker.unknown', 'no answer yet'),
};

const getStyles = (theme: GrafanaTheme2) => ({
  pickers: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1, 2), alignItems: 'flex-start' }),
  picker: css({
    display: 'flex',
    flexDirection: 'column',
    flex: `1 1 ${theme.spacing(18)}`,
    maxWidth: theme.spacing(40),
    minWidth: 0,
  }),
  label: css({ ...theme.typography.bodySmall, color: theme.colors.text.secondary, margin: 0 }),
});
