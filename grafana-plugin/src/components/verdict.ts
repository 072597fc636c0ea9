import { IconName } from '@grafana/data';
import { DriftView, Maybe, Verdict } from '../data/view';
import { absenceWords } from './words/absence';
import { probabilityText, readingText } from './words/numbers';
import { t } from './words/t';

export interface VerdictWords {
  readonly icon: IconName;
  readonly color: 'success' | 'warning' | 'error' | 'secondary';
  readonly headline: string;
  /** Empty when the headline says it all. */
  readonly detail: string;
}

/** Icon and words, so that nothing hangs on the color. */
export function verdictWords(drift: Maybe<DriftView>): VerdictWords {
  if (!drift.known) {
    return {
      icon: 'clock-nine',
      color: 'secondary',
      headline: t('verdict.unknown', 'No answer yet'),
      detail: absenceWords(drift.why),
    };
  }
  const { verdict, score, confidence } = drift.value;
  const values = { score: readingText(score), probability: probabilityText(confidence.value) };
  return {
    ...LOOKS[verdict],
    headline: HEADLINES[verdict](),
    detail: t('verdict.detail', 'Score {{score}}; a change is {{probability}} likely', values),
  };
}

const LOOKS: Readonly<Record<Verdict, Pick<VerdictWords, 'icon' | 'color'>>> = {
  normal: { icon: 'check-circle', color: 'success' },
  unsure: { icon: 'question-circle', color: 'warning' },
  drift: { icon: 'exclamation-triangle', color: 'error' },
};

const HEADLINES: Readonly<Record<Verdict, () => string>> = {
  normal: () => t('verdict.normal', 'Behavior is normal'),
  unsure: () => t('verdict.unsure', 'May differ, not sure yet'),
  drift: () => t('verdict.drift', 'Behavior differs'),
};
