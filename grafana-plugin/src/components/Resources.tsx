import React from 'react';
import { css } from '@emotion/css';
import { GrafanaTheme2, IconName } from '@grafana/data';
import { Icon, Text, useStyles2, useTheme2 } from '@grafana/ui';
import { Maybe, Reading, ResourceView } from '../data/view';
import { Hint } from './Hint';
import { ReadingText } from './ReadingText';
import { absenceWords } from './words/absence';
import { resourceWords } from './words/labels';
import { firstText, maybeText, readingText, UNKNOWN } from './words/numbers';
import { t } from './words/t';

/** In units of the theme's grid: a width that "512 → 768 MiB" and its range fit in. */
const TILE_UNITS = 22;
const GAP_UNITS = 1;
/** In units of the theme's grid: wide enough for the longest name, so that the numbers stand under one another. */
const NAME_UNITS = 21;

const NO_BREAK_SPACE = '\u00a0';

interface Props {
  readonly resources: readonly ResourceView[];
  /** Of the list, in pixels. */
  readonly width: number;
}

/** What the workload has, beside what it should have: as tiles where all fit in a row, else as lines. */
export function Resources({ resources, width }: Props) {
  const styles = useStyles2(getStyles);
  const { spacing } = useTheme2();
  const least = resources.length * (TILE_UNITS + GAP_UNITS) * spacing.gridSize;
  const [list, item] = width < least ? [styles.lines, styles.line] : [styles.tiles, styles.tile];
  return (
    <ul className={list} aria-label={t('resources.label', 'Current and recommended resources')}>
      {resources.map((resource) => (
        <li key={resource.resource} className={item}>
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
      <div className={styles.name}>
        <Text variant="bodySmall" color="secondary">
          {resourceWords(resource)}
        </Text>
      </div>
      <div className={styles.values}>
        <Text variant="h5" element="span" tabular>
          <Value value={current} text={(reading) => firstText(reading, target)} /> →{' '}
          <Value value={target} text={readingText} />
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

interface ValueProps {
  readonly value: Maybe<Reading>;
  readonly text: (reading: Reading) => string;
}

function Value({ value, text }: ValueProps) {
  // A number stays with its unit.
  return value.known ? (
    <ReadingText reading={value.value} text={text(value.value).replaceAll(' ', NO_BREAK_SPACE)} />
  ) : (
    <>{UNKNOWN}</>
  );
}

function rangeWords({ lower, upper }: ResourceView): string {
  return t('resources.range', '({{lower}} to {{upper}})', {
    lower: lower.known ? firstText(lower.value, upper) : UNKNOWN,
    upper: maybeText(upper),
  });
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

const getStyles = (theme: GrafanaTheme2) => {
  const tile = css({
    listStyle: 'none',
    padding: theme.spacing(1),
    background: theme.colors.background.secondary,
    borderRadius: theme.shape.radius.default,
    minWidth: 0,
    // The names of metrics are long.
    overflowWrap: 'anywhere',
  });
  const wrapped = { display: 'flex', flexWrap: 'wrap', alignItems: 'baseline', gap: theme.spacing(0, 1) } as const;
  return {
    tiles: css({
      display: 'grid',
      gridTemplateColumns: `repeat(auto-fit, minmax(${theme.spacing(TILE_UNITS)}, 1fr))`,
      gap: theme.spacing(GAP_UNITS),
      listStyle: 'none',
    }),
    tile,
    lines: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(0.25), listStyle: 'none' }),
    line: css([tile, wrapped, { padding: theme.spacing(0, 1) }]),
    name: css({ flexBasis: theme.spacing(NAME_UNITS) }),
    values: css(wrapped),
  };
};
