import React from 'react';
import { Text } from '@grafana/ui';
import { ModelView, QualityView } from '../data/view';
import { Hint } from './Hint';
import { Lines } from './Lines';
import { Section } from './Section';
import { absenceWords } from './words/absence';
import { adviceWords, baselineWords, modelWords, reasonWords, segmentWords } from './words/labels';
import { percentText, readingText } from './words/numbers';
import { t } from './words/t';

/** Half a percent reads as 0%: no better, no worse. */
const LEAST_DIFFERENCE = 0.005;

/** How sure the forecast is, measured on those whose time has come. */
export function Sureness({ quality: { coverage, errorRatios } }: { readonly quality: QualityView }) {
  return (
    <Section title={t('section.sureness', 'How sure it is')}>
      {coverage.known ? (
        <Text element="p" variant="bodySmall">
          {t('sureness.coverage', '{{share}} of what came was inside the interval of its forecast.', {
            share: percentText(coverage.value.value),
          })}
        </Text>
      ) : (
        <Hint>{absenceWords(coverage.why)}</Hint>
      )}
      {errorRatios.known
        ? errorRatios.value.map(({ baseline, ratio }) => (
            <Text key={baseline} element="p" variant="bodySmall">
              {errorWords(ratio.value, baselineWords(baseline))}
            </Text>
          ))
        : // One reason may be why both are unknown.
          (coverage.known || absenceWords(coverage.why) !== absenceWords(errorRatios.why)) && (
            <Hint>{absenceWords(errorRatios.why)}</Hint>
          )}
    </Section>
  );
}

/** "The forecast’s error is 12% smaller than that of the guess ‘as now’." */
export function errorWords(ratio: number, baseline: string): string {
  const values = { percent: percentText(Math.abs(1 - ratio)), baseline };
  if (Math.abs(1 - ratio) < LEAST_DIFFERENCE) {
    return t('sureness.equal', 'The forecast is as good as the guess “{{baseline}}”.', values);
  }
  return ratio < 1
    ? t('sureness.better', 'The forecast’s error is {{percent}} smaller than that of the guess “{{baseline}}”.', values)
    : t('sureness.worse', 'The forecast’s error is {{percent}} larger than that of the guess “{{baseline}}”.', values);
}

/** How good past decisions were. */
export function Outcomes({ quality: { outcomes } }: { readonly quality: QualityView }) {
  return (
    <Section title={t('section.outcomes', 'How good past decisions were')}>
      {outcomes.known ? (
        <Lines
          rows={outcomes.value.map(({ outcome, ratio }) => ({
            words: outcome,
            text: readingText(ratio),
            share: ratio.value,
          }))}
        />
      ) : (
        <Hint>{absenceWords(outcomes.why)}</Hint>
      )}
    </Section>
  );
}

/** A list of 500 segments' models helps nobody. */
const MAXIMUM_LISTED = 12;

/** Which models can't answer, why, and what to do. */
export function Models({ models }: { readonly models: readonly ModelView[] }) {
  const notReady = models.filter(({ status }) => status !== 'ready');
  const listed = notReady.slice(0, MAXIMUM_LISTED);
  const omitted = notReady.length - listed.length;
  const advice = [...new Set(notReady.map(({ reason }) => adviceWords(reason)).filter((words) => words !== undefined))];
  return (
    <Section title={t('section.models', 'Models')}>
      {models.length === 0 && <Hint>{t('models.unknown', 'No query of this panel asks for their status.')}</Hint>}
      {models.length > 0 && notReady.length === 0 && <Hint>{t('models.ready', 'All are ready.')}</Hint>}
      {listed.length > 0 && (
        <Lines rows={listed.map((model) => ({ words: wordsOf(model), text: statusWords(model) }))} />
      )}
      {omitted > 0 && <Hint>{t('models.omitted', '{{number}} more are not ready', { number: String(omitted) })}</Hint>}
      {advice.map((words) => (
        <Hint key={words}>{words}</Hint>
      ))}
    </Section>
  );
}

function wordsOf({ model, segment, reason }: ModelView): string {
  return t('models.line', '{{model}}, {{segment}}: {{reason}}', {
    model: modelWords(model),
    segment: segmentWords(segment),
    reason: reasonWords(reason),
  });
}

const statusWords = ({ status }: ModelView) =>
  status === 'failed' ? t('models.failed', 'failed') : t('models.warmingUp', 'warming up');
