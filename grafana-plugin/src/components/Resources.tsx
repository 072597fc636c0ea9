import React from 'react';
import { css } from '@emotion/css';
import { GrafanaTheme2, IconName } from '@grafana/data';
import { Icon, Text, useStyles2 } from '@grafana/ui';
import { Maybe, Reading, ResourceView } from '../data/view';
import { Hint } from './Hint';
import { ReadingText } from './ReadingText';
import { absenceWords } from './words/absence';
import { resourceWords } from './words/labels';
import { maybeText, readingText, UNKNOWN } from './words/numbers';
import { t } from './words/t';

const NO_BREAK_SPACE = '\u00a0';

interface Props {
  readonly resources: readonly ResourceView[];
}

/** What the workload has, beside what it should have. */
export function Resources({ resources }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <ul className={styles.resources} aria-label={t('resources.label', 'Current and recommended resources')}>
      {resources.map((resource) => (
        <li key={resource.resource} className={styles.tile}>
          <ResourceTile view={resource} />
        </li>
      ))}
    </ul>
  );
}

/** "2 → 5 (4 to 6)", and in words whether that is more. */
export function ResourceTile({ view, brief = false }: { readonly view: ResourceView; readonly brief?: boolean }) {
  const styles = useStyles2(getStyles);
  const { resource, current, target } = view;
  const missing = absencesOf(view);
  return (
    <>
      <Text variant="bodySmall" color="secondary">
        {resourceWords(resource)}
      </Text>
      <div className={styles.values}>
        <Text variant="h5" element="span" tabular>
          <Value value={current} /> → <Value value={target} />
        </Text>
        <Direction current={current} target={target} />
        {target.known && !brief && (
          <Text variant="bodySmall" color="secondary">
            {rangeWords(view)}
          </Text>
        )}
      </div>
      {missing.map((words) => (
        <Hint key={words}>{words}</Hint>
      ))}
    </>
  );
}

function Value({ value }: { readonly value: Maybe<Reading> }) {
  return value.known ? <ReadingText reading={value.value} text={unbroken(value.value)} /> : <>{UNKNOWN}</>;
}

/** A number stays with its unit. */
function unbroken(reading: Reading): string {
  return readingText(reading).replaceAll(' ', NO_BREAK_SPACE);
}

function rangeWords({ lower, upper }: ResourceView): string {
  return t('resources.range', '({{lower}} to {{upper}})', { lower: maybeText(lower), upper: maybeText(upper) });
}

/** One reason may be why both are unknown; it is said once. */
function absencesOf({ current, target }: ResourceView): readonly string[] {
  return [...new Set([current, target].flatMap((value) => (value.known ? [] : [absenceWords(value.why)])))];
}

interface DirectionProps {
  readonly current: Maybe<Reading>;
  readonly target: Maybe<Reading>;
}

function Direction({ current, target }: DirectionProps) {
  if (!current.known || !target.known) {
    return null;
  }
  const { icon, words } = directionOf(current.value, target.value);
  return (
    <Text variant="bodySmall">
      {icon !== undefined && <Icon name={icon} size="sm" />} {words}
    </Text>
  );
}

function directionOf(current: Reading, target: Reading): { icon?: IconName; words: string } {
  // What reads as the same number is the same to a person.
  if (target.value === current.value || readingText(target) === readingText(current)) {
    return { words: t('resources.same', '= same') };
  }
  return target.value > current.value
    ? { icon: 'arrow-up', words: t('resources.more', 'more') }
    : { icon: 'arrow-down', words: t('resources.less', 'less') };
}

const getStyles = (theme: GrafanaTheme2) => ({
  resources: css({
    display: 'grid',
    // A minimum that "512 MiB → 768 MiB" fits in.
    gridTemplateColumns: `repeat(auto-fit, minmax(min(100%, ${theme.spacing(22)}), 1fr))`,
    gap: theme.spacing(1),
    listStyle: 'none',
  }),
  tile: css({
    listStyle: 'none',
    padding: theme.spacing(1),
    background: theme.colors.background.secondary,
    borderRadius: theme.shape.radius.default,
    minWidth: 0,
    // The names of metrics are long.
    overflowWrap: 'anywhere',
  }),
  values: css({ display: 'flex', flexWrap: 'wrap', alignItems: 'baseline', gap: theme.spacing(0, 1) }),
});
