import React from 'react';
import { Text } from '@grafana/ui';
import { ResourceView, WorkloadView } from '../data/view';
import { DivergingBars } from './DivergingBars';
import { Hint } from './Hint';
import { Lines } from './Lines';
import { Section } from './Section';
import { absenceWords } from './words/absence';
import { classWords, driftCauseWords, segmentWords } from './words/labels';
import { percentText, readingText, UNKNOWN } from './words/numbers';
import { t } from './words/t';

/** Why this many: what moved the number, in replicas. */
export function Contributions({ shown }: { readonly shown: WorkloadView }) {
  const title = t('section.contributions', 'Why this many replicas');
  const { contributions } = shown;
  if (!contributions.known) {
    return (
      <Section title={title}>
        <Hint>{absenceWords(contributions.why)}</Hint>
      </Section>
    );
  }
  const moving = contributions.value.filter(({ replicas }) => replicas.value !== 0);
  return (
    <Section title={title}>
      {moving.length === 0 ? (
        <Hint>{t('contributions.none', 'Nothing moves it: what runs is what is needed.')}</Hint>
      ) : (
        <DivergingBars rows={moving} total={totalOf(shown.resources)} label={title} />
      )}
    </Section>
  );
}

function totalOf(resources: readonly ResourceView[]): { words: string; text: string } {
  const replicas = resources.find(({ resource }) => resource === 'replicas');
  const text = (value: ResourceView['current'] | undefined) => (value?.known ? readingText(value.value) : UNKNOWN);
  return {
    words: t('contributions.total', 'From current to recommended'),
    text: `${text(replicas?.current)} → ${text(replicas?.target)}`,
  };
}

/** Shares below this are not worth a line: half a percent reads as 0%. */
const LEAST_SHARE = 0.005;

/** What is different about behavior: who, in which respect, how much of the drift. */
export function Evidence({ shown }: { readonly shown: WorkloadView }) {
  const { drift, predictedWorkload } = shown;
  const evidence = drift.known ? drift.value.evidence.filter(({ share }) => share.value >= LEAST_SHARE) : [];
  const [likeliest] = predictedWorkload.known ? predictedWorkload.value : [];
  return (
    <Section title={t('section.evidence', 'What is different')}>
      {!drift.known && <Hint>{absenceWords(drift.why)}</Hint>}
      {drift.known && evidence.length === 0 && <Hint>{t('evidence.none', 'Nothing stands out.')}</Hint>}
      {evidence.length > 0 && (
        <Lines
          rows={evidence.map(({ segment, cause, share }) => ({
            words: `${segmentWords(segment)}: ${driftCauseWords(cause)}`,
            text: percentText(share.value),
            share: share.value,
          }))}
        />
      )}
      {likeliest !== undefined && (
        <Text element="p" variant="bodySmall">
          {t('evidence.class', 'Kind of load: {{name}} ({{probability}} likely)', {
            name: classWords(likeliest.name),
            probability: percentText(likeliest.probability.value),
          })}
        </Text>
      )}
    </Section>
  );
}

/** What the agent itself says, where the panel is given it. */
export function Sentences({ sentences }: { readonly sentences: readonly string[] }) {
  if (sentences.length === 0) {
    return null;
  }
  return (
    <Section title={t('section.sentences', 'In the agent’s words')} wide>
      {sentences.map((sentence, index) => (
        // The same sentence may come twice, and the list never changes its order.
        <Text key={index} element="p" variant="bodySmall">
          {sentence}
        </Text>
      ))}
    </Section>
  );
}
