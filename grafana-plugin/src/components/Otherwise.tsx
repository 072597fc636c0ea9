import React from 'react';
import { WorkloadView } from '../data/view';
import { Hint } from './Hint';
import { Lines } from './Lines';
import { Section } from './Section';
import { absenceWords } from './words/absence';
import { causeWords, guardWords } from './words/labels';
import { readingText } from './words/numbers';
import { t } from './words/t';

/** How many replicas it would have been without each cause. */
export function Otherwise({ counterfactuals }: Pick<WorkloadView, 'counterfactuals'>) {
  return (
    <Section title={t('section.otherwise', 'What it would have been otherwise')}>
      {!counterfactuals.known ? (
        <Hint>{absenceWords(counterfactuals.why)}</Hint>
      ) : (
        <Lines
          rows={counterfactuals.value.map(({ cause, replicas }) => ({
            words: t('otherwise.without', 'Without “{{cause}}”', { cause: causeWords(cause) }),
            text: t('otherwise.replicas', 'replicas: {{number}}', { number: readingText(replicas) }),
          }))}
        />
      )}
    </Section>
  );
}

/** What holds the recommendation back. */
export function Limits({ guards }: Pick<WorkloadView, 'guards'>) {
  return (
    <Section title={t('section.limits', 'What limits it')}>
      {!guards.known && <Hint>{absenceWords(guards.why)}</Hint>}
      {guards.known && guards.value.length === 0 && <Hint>{t('limits.none', 'Nothing limits it.')}</Hint>}
      {guards.known && guards.value.length > 0 && (
        <Lines rows={guards.value.map((guard) => ({ words: guardWords(guard), text: '' }))} />
      )}
    </Section>
  );
}
