import { t } from '../components/words/t';
import { readingText } from '../components/words/numbers';
import { resourceWords } from '../components/words/labels';
import { WorkloadView } from '../data/view';

/** How long a one-off alert stays, when nobody ends it before: milliseconds. */
export const ONE_OFF_DURATION_MS = 3_600_000;

/** An alert as Alertmanager's API v2 takes it. */
export interface OneOffAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** RFC 3339. Always sent: with an end alone, Alertmanager takes the end for the start too. */
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL: string;
}

/** `nowMs` is the present, not the end of a range that is looked back at. */
export function oneOffAlert(shown: WorkloadView, nowMs: number, generatorURL: string): OneOffAlert {
  const { namespace, workload } = shown.name;
  return {
    labels: {
      alertname: 'PresageRaisedByPerson',
      namespace,
      workload,
      severity: 'warning',
      source: 'presage-behavior-panel',
    },
    annotations: {
      summary: t('oneOff.summary', 'Someone asks to look at {{workload}}', { workload }),
      description: descriptionOf(shown),
    },
    startsAt: new Date(nowMs).toISOString(),
    endsAt: new Date(nowMs + ONE_OFF_DURATION_MS).toISOString(),
    generatorURL,
  };
}

function descriptionOf(shown: WorkloadView): string {
  const sentences: string[] = [];
  if (shown.drift.known) {
    const { score, confidence } = shown.drift.value;
    const values = { score: readingText(score), confidence: readingText(confidence) };
    sentences.push(t('oneOff.drift', 'Drift score {{score}}, confidence {{confidence}}.', values));
  }
  for (const { resource, current, target } of shown.resources) {
    if (resource === 'replicas' && current.known && target.known) {
      const values = {
        resource: resourceWords(resource),
        current: readingText(current.value),
        target: readingText(target.value),
      };
      sentences.push(t('oneOff.replicas', '{{resource}}: {{current}} now, {{target}} recommended.', values));
    }
  }
  return sentences.join(' ') || t('oneOff.nothingKnown', 'Presage has no answer yet.');
}
