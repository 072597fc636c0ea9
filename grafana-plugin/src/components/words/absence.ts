import { Absence } from '../../data/view';
import { modelWords, reasonWords } from './labels';
import { t } from './t';

/** Why there is no value, as a sentence without its full stop. */
export function absenceWords(why: Absence): string {
  switch (why.kind) {
    case 'not_measured_yet':
      return t('absence.notMeasuredYet', 'Not measured yet');
    case 'not_queried':
      return t('absence.notQueried', 'No query of this panel asks for {{metric}}', { metric: why.metric });
    case 'no_value':
      return t('absence.noValue', '{{metric}} has no value in this time range', { metric: why.metric });
    case 'expired':
      return t('absence.expired', 'The last recommendation has expired: do not follow it');
    case 'model': {
      const values = { model: modelWords(why.model), reason: reasonWords(why.reason) };
      return why.status === 'failed'
        ? t('absence.failed', '{{model}} can’t be told: {{reason}}', values)
        : t('absence.warmingUp', '{{model}} is still being learned: {{reason}}', values);
    }
  }
}
