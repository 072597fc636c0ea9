import { FieldType, GrafanaTheme2, InterpolateFunction, PanelData } from '@grafana/data';
import { PanelOptions } from '../types';
import { readDecision, readMode } from './decision';
import { readDrift } from './drift';
import { chooseHorizon, horizonsOf } from './horizons';
import { readLoad } from './load';
import { readMarks } from './marks';
import { METRICS } from './metrics';
import { groupByWorkload, workloadKey } from './owners';
import { readQuality } from './quality';
import { createReader } from './reading';
import { readResources } from './resources';
import { readSegments } from './segments';
import { readSentences } from './sentences';
import { fieldsOf } from './series';
import { OwnedSeries, framesOf, indexSeries } from './series-index';
import { readSummaries } from './summaries';
import { MAXIMUM_WORKLOADS, ViewResult, WorkloadName, WorkloadView } from './view';
import { matches, readWanted, wantedName } from './wanted';
import { Workload, createWorkload } from './workload';

/** Of Grafana's PanelData; `request` helps to tell a query that found nothing from one that is missing. */
export type ViewData = Pick<PanelData, 'series' | 'annotations'> & Partial<Pick<PanelData, 'request'>>;

/** What a person has chosen in the panel; it goes before the options. */
export interface Selection {
  readonly workload?: WorkloadName | undefined;
  readonly segment?: string | undefined;
  /** Whose segment it is; without it, of whatever workload is shown. */
  readonly segmentOf?: WorkloadName | undefined;
  readonly horizonSeconds?: number | undefined;
}

export interface ViewContext {
  /** The moment as of which is read, in milliseconds since the Unix epoch: whether a recommendation has expired. */
  readonly nowMs: number;
  readonly theme: GrafanaTheme2;
  readonly timeZone?: string | undefined;
  readonly replaceVariables: InterpolateFunction;
}

/** Names of what was found instead, for the message; more would not be read. */
const MAXIMUM_FOUND = 20;

/**
 * What the panel shows of the query results. Never throws for odd data: what can't be read is a gap, or absent
 * with a reason. The order of the frames does not matter. Costs one look at each series, and at the values of the
 * shown workload alone.
 */
export function readView(
  data: ViewData,
  options: PanelOptions,
  selection: Selection,
  context: ViewContext
): ViewResult {
  const wanted = readWanted(options, context.replaceVariables);
  const index = indexSeries(data);
  const owned = groupByWorkload(index.series, wantedName(wanted));
  if (owned.size === 0) {
    return { status: 'nothing', found: namesFound(data) };
  }
  const candidates = [...owned.values()].filter(({ name }) => matches(wanted, name));
  const summaries = readSummaries(index, candidates, options, context.nowMs);
  const shown = chooseWorkload(owned, candidates, selection.workload, summaries[0]?.name);
  if (shown === undefined) {
    const workloads = readSummaries(index, [...owned.values()], options, context.nowMs).map(({ name }) => name);
    return { status: 'no_such_workload', wanted: wantedName(wanted), workloads: workloads.slice(0, MAXIMUM_WORKLOADS) };
  }
  const reader = createReader(context.theme, context.timeZone);
  const segment = selectedSegment(selection, shown.name) ?? wanted.segment;
  const workload = createWorkload(shown, segment, index, reader, context.nowMs);
  const horizons = horizonsOf(workload.list(METRICS.forecast));
  const horizonSeconds = chooseHorizon(horizons, [selection.horizonSeconds, options.horizonSeconds]);
  return {
    status: 'ready',
    view: {
      workloads: summaries.slice(0, MAXIMUM_WORKLOADS),
      omittedWorkloads: Math.max(0, summaries.length - MAXIMUM_WORKLOADS),
      ...readSegments(workload),
      segment,
      horizons,
      horizonSeconds,
      shown: readWorkload(workload, shown, data, options, horizonSeconds),
    },
  };
}

function readWorkload(
  workload: Workload,
  { byMetric }: OwnedSeries,
  data: ViewData,
  options: PanelOptions,
  horizonSeconds: number | undefined
): WorkloadView {
  return {
    name: workload.name,
    mode: readMode(workload, [...byMetric.values()].flat()),
    drift: readDrift(workload, options),
    load: { ...readLoad(workload, horizonSeconds), ...readMarks(workload, options, framesOf(data.annotations)) },
    resources: readResources(workload),
    ...readDecision(workload),
    quality: readQuality(workload, horizonSeconds),
    models: workload.models,
    sentences: readSentences(framesOf(data.series), workload.name),
  };
}

/** Undefined when it was chosen for another workload than the one that is shown now: segments are a workload's own. */
function selectedSegment({ segment, segmentOf }: Selection, shown: WorkloadName): string | undefined {
  const isOfAnother =
    segmentOf !== undefined && (segmentOf.namespace !== shown.namespace || segmentOf.workload !== shown.workload);
  return isOfAnother ? undefined : segment;
}

/** The chosen one while it is there, else the most urgent. */
function chooseWorkload(
  owned: ReadonlyMap<string, OwnedSeries>,
  candidates: readonly OwnedSeries[],
  selected: WorkloadName | undefined,
  mostUrgent: WorkloadName | undefined
): OwnedSeries | undefined {
  const chosen = selected && owned.get(workloadKey(selected));
  if (chosen !== undefined && candidates.includes(chosen)) {
    return chosen;
  }
  return mostUrgent && owned.get(workloadKey(mostUrgent));
}

function namesFound({ series }: ViewData): string[] {
  const names = framesOf(series).flatMap((frame) => [
    frame.name,
    ...fieldsOf(frame)
      .filter(({ type }) => type !== FieldType.time)
      .map(({ name, labels }) => labels?.['__name__'] ?? name),
  ]);
  return [...new Set(names.flatMap((name) => (typeof name === 'string' && name !== '' ? [name] : [])))]
    .sort()
    .slice(0, MAXIMUM_FOUND);
}
