import { Now, compare, nowBy } from './now';
import { Series, labelOf } from './series';
import { SeriesIndex } from './series-index';
import { ModelView } from './view';

/** In the order in which they are listed, and in which the worse of two contradictory ones counts. */
const STATUSES: ReadonlyArray<ModelView['status']> = ['failed', 'warming_up', 'ready'];

/** The models of a workload, from presage_model_status: only what is 1 now. Those that are not ready first. */
export function readModels(index: SeriesIndex, list: readonly Series[]): ModelView[] {
  const models = new Map<string, { model: ModelView; timeMs: number }>();
  // By all labels: a status that has passed is 0 or gone.
  for (const now of nowBy(index, list, ({ labels }) => JSON.stringify(ownLabels(labels))).values()) {
    const model = modelOf(now);
    if (model === undefined) {
      continue;
    }
    const key = JSON.stringify([model.segment, model.model]);
    const rival = models.get(key);
    const timeMs = now.sample.timeMs;
    if (rival === undefined || timeMs > rival.timeMs || (timeMs === rival.timeMs && order(model, rival.model) < 0)) {
      models.set(key, { model, timeMs });
    }
  }
  return [...models.values()].map(({ model }) => model).sort(order);
}

function ownLabels(labels: Series['labels']): ReadonlyArray<string | undefined> {
  return [labels['segment'], labels['model'], labels['status'], labels['reason']];
}

function modelOf({ series, sample }: Now): ModelView | undefined {
  const model = labelOf(series, 'model');
  const status = STATUSES.find((one) => one === labelOf(series, 'status'));
  if (sample.value !== 1 || model === undefined || status === undefined) {
    return undefined;
  }
  return { segment: labelOf(series, 'segment') ?? 'all', model, status, reason: labelOf(series, 'reason') ?? '' };
}

function order(one: ModelView, other: ModelView): number {
  return (
    STATUSES.indexOf(one.status) - STATUSES.indexOf(other.status) ||
    compare(one.segment, other.segment) ||
    compare(one.model, other.model) ||
    compare(one.reason, other.reason)
  );
}
