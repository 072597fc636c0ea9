/** Words for the closed lists of the agent, which are its metric labels. */
import { Resource } from '../../data/view';
import { t } from './t';

type Words = ReadonlyMap<string, () => string>;

/** A label that is not in the list comes from a newer agent, and is shown as itself. */
function wordsFor(words: Words, label: string): string {
  return words.get(label)?.() ?? label;
}

const CAUSES: Words = new Map([
  ['load', () => t('cause.load', 'Load now')],
  ['forecast', () => t('cause.forecast', 'Forecast load')],
  ['drift', () => t('cause.drift', 'Changed behavior')],
  ['shape', () => t('cause.shape', 'Heavier calls')],
]);

const GUARDS: Words = new Map([
  ['minimum_replicas', () => t('guard.minimum_replicas', 'Lowest number allowed')],
  ['maximum_replicas', () => t('guard.maximum_replicas', 'Highest number allowed')],
  ['scale_up_rate', () => t('guard.scale_up_rate', 'How fast it may grow')],
  ['scale_down_rate', () => t('guard.scale_down_rate', 'How fast it may shrink')],
  ['stabilization', () => t('guard.stabilization', 'Waiting until less has been enough for a while')],
  ['no_scale_in_on_prediction', () => t('guard.no_scale_in_on_prediction', 'Never fewer on a prediction alone')],
  ['hold_on_unknown', () => t('guard.hold_on_unknown', 'Never fewer while something is unknown')],
  ['reactive_floor', () => t('guard.reactive_floor', 'Never below what the load needs now')],
]);

const BRANCHES: Words = new Map([
  ['drift', () => t('branch.drift', 'Sized ahead, because behavior has changed')],
  ['shape', () => t('branch.shape', 'Shaped for heavier calls')],
  ['event', () => t('branch.event', 'Prepared for a scheduled event')],
  ['keep', () => t('branch.keep', 'Follows load and forecast')],
  ['reactive', () => t('branch.reactive', 'Follows the load only')],
]);

const CLASSES: Words = new Map([
  ['normal', () => t('class.normal', 'As usual')],
  ['compute_intensive', () => t('class.compute_intensive', 'Heavy on CPU')],
  ['memory_intensive', () => t('class.memory_intensive', 'Heavy on memory')],
  ['transfer_intensive', () => t('class.transfer_intensive', 'Heavy on data transfer')],
]);

const MODELS: Words = new Map([
  ['sequence', () => t('model.sequence', 'Order of calls')],
  ['payload', () => t('model.payload', 'Payloads')],
  ['drift', () => t('model.drift', 'Drift')],
  ['volume', () => t('model.volume', 'Forecast')],
  ['mix', () => t('model.mix', 'Forecast by operation')],
  ['changepoint', () => t('model.changepoint', 'Abrupt changes')],
  ['anomaly', () => t('model.anomaly', 'Anomalies')],
  ['workload_class', () => t('model.workload_class', 'Kind of load')],
  ['cost', () => t('model.cost', 'Cost of a call')],
]);

const REASONS: Words = new Map([
  ['no_calls_yet', () => t('reason.no_calls_yet', 'no calls have been reported yet')],
  ['too_few_windows', () => t('reason.too_few_windows', 'too little time has been observed')],
  ['too_few_calls', () => t('reason.too_few_calls', 'too few calls have been observed')],
  ['no_usage_yet', () => t('reason.no_usage_yet', 'what a call costs is not known yet')],
  ['stale_input', () => t('reason.stale_input', 'nothing is reported any more')],
  ['partial_coverage', () => t('reason.partial_coverage', 'too few of its instances report')],
  ['key_changed', () => t('reason.key_changed', 'what was learned belongs to another identity key')],
  ['fit_failed', () => t('reason.fit_failed', 'fitting the forecast failed')],
  ['non_finite_input', () => t('reason.non_finite_input', 'the input was not finite')],
]);

/** What a person can do about a reason. */
const ADVICE: Words = new Map([
  ['no_calls_yet', () => t('advice.no_calls_yet', 'Send the service’s calls to the agent.')],
  ['too_few_windows', () => t('advice.too_few_windows', 'Wait: it learns while calls come.')],
  ['too_few_calls', () => t('advice.too_few_calls', 'Wait: it learns while calls come.')],
  [
    'no_usage_yet',
    () =>
      t('advice.no_usage_yet', 'Let the agent read the service’s metrics, or set allocation.callsPerSecondPerReplica.'),
  ],
  ['stale_input', () => t('advice.stale_input', 'Check what sends calls and metrics to the agent.')],
  ['partial_coverage', () => t('advice.partial_coverage', 'Check the agents beside the missing instances.')],
  ['key_changed', () => t('advice.key_changed', 'Bring the former key back, or wait while it learns again.')],
  ['fit_failed', () => t('advice.fit_failed', 'Look into the agent’s log.')],
  ['non_finite_input', () => t('advice.non_finite_input', 'Look into the agent’s log.')],
]);

const BASELINES: Words = new Map([
  ['naive', () => t('baseline.naive', 'as now')],
  ['seasonal_naive', () => t('baseline.seasonal_naive', 'as a season ago')],
]);

const MODES: Words = new Map([
  ['shadow', () => t('mode.shadow', 'Shadow mode: publishes, does not act')],
  ['advise', () => t('mode.advise', 'Advises: others may act on it')],
  ['act', () => t('mode.act', 'Acts by itself')],
]);

const DRIFT_CAUSES: Words = new Map([
  ['operation_mix', () => t('driftCause.operation_mix', 'which operations are called')],
  ['call_sequence', () => t('driftCause.call_sequence', 'which calls follow which')],
  ['request_payload', () => t('driftCause.request_payload', 'size of requests')],
  ['response_payload', () => t('driftCause.response_payload', 'size of responses')],
  ['request_spread', () => t('driftCause.request_spread', 'spread of request sizes')],
  ['response_spread', () => t('driftCause.response_spread', 'spread of response sizes')],
  ['formats', () => t('driftCause.formats', 'formats')],
  ['arguments', () => t('driftCause.arguments', 'arguments')],
  ['permissions', () => t('driftCause.permissions', 'permissions')],
  ['timing', () => t('driftCause.timing', 'time between calls')],
]);

const RESOURCES: Readonly<Record<Resource, () => string>> = {
  replicas: () => t('resource.replicas', 'Replicas'),
  cpu: () => t('resource.cpu', 'CPU cores of each replica'),
  memory: () => t('resource.memory', 'Memory of each replica'),
  network: () => t('resource.network', 'Network of each replica'),
};

const MARKS: Words = new Map([
  ['drift', () => t('mark.drift', 'Changed behavior')],
  ['event', () => t('mark.event', 'Event')],
  ['scaling', () => t('mark.scaling', 'Running replicas')],
  ['advice', () => t('mark.advice', 'Recommended replicas')],
  ['other', () => t('mark.other', 'Note')],
]);

/** Causes of contributions and of counterfactuals; guards are causes too. */
export const causeWords = (cause: string) => wordsFor(CAUSES.has(cause) ? CAUSES : GUARDS, cause);
export const guardWords = (guard: string) => wordsFor(GUARDS, guard);
export const branchWords = (branch: string) => wordsFor(BRANCHES, branch);
export const classWords = (name: string) => wordsFor(CLASSES, name);
export const modelWords = (model: string) => wordsFor(MODELS, model);
export const reasonWords = (reason: string) => wordsFor(REASONS, reason);
export const adviceWords = (reason: string) => ADVICE.get(reason)?.();
export const baselineWords = (baseline: string) => wordsFor(BASELINES, baseline);
export const modeWords = (mode: string) => wordsFor(MODES, mode);
export const driftCauseWords = (cause: string) => wordsFor(DRIFT_CAUSES, cause);
export const markWords = (kind: string) => wordsFor(MARKS, kind);
export const resourceWords = (resource: Resource) => RESOURCES[resource]();
export const segmentWords = (segment: string) => (segment === 'all' ? t('segment.all', 'All callers') : segment);
