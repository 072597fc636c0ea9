import { METRICS } from './metrics';
import { Now, byLabel, compare, nowBy, nowOf, saidWith } from './now';
import { Metric, Series, labelOf } from './series';
import { CauseReplicas, Maybe, WorkloadView } from './view';
import { Workload, absenceOf, known, listOf, unknown } from './workload';

type DecisionView = Pick<
  WorkloadView,
  'branch' | 'contributions' | 'counterfactuals' | 'guards' | 'predictedWorkload' | 'expiresAt'
>;

/** What was decided and why. Of an expired decision nothing is said but that it has expired. */
export function readDecision(workload: Workload): DecisionView {
  const { index, list, expiry } = workload;
  const said = (metric: Metric, label: string) =>
    expiry?.expired ? new Map<string, Now>() : nowBy(index, list(metric), byLabel(label));
  const guards = said(METRICS.guard, 'guard');
  const [branch] = active(said(METRICS.branch, 'branch'));
  const mayHaveNone = index.asksFor(METRICS.contribution) || list(METRICS.contribution).length > 0;
  const classes = nowBy(index, list(METRICS.predictedWorkload), byLabel('class'));
  return {
    branch: branch === undefined ? unknown(absenceOf(workload, METRICS.branch)) : known(branch),
    // A decision that changes nothing has no contributions, and so no series of them.
    contributions: causes(workload, METRICS.contribution, branch !== undefined && mayHaveNone),
    counterfactuals: causes(workload, METRICS.counterfactual, false),
    guards: listOf(workload, METRICS.guard, guards.size > 0, () => active(guards)),
    predictedWorkload: listOf(workload, METRICS.predictedWorkload, classes.size > 0, () =>
      sorted(classes, (value) => value).map(([name, now]) => ({
        name,
        probability: workload.reader.read(now.series, now.sample),
      }))
    ),
    expiresAt: expiry === undefined ? unknown(absenceOf(workload, METRICS.expiry)) : known(expiry),
  };
}

/**
 * The agent's mode. It is of the agent, not of a workload: of several agents, that of those which speak of the
 * workload, as far as their `instance` tells.
 */
export function readMode(workload: Workload, own: readonly Series[]): Maybe<string> {
  const { index } = workload;
  const modes = index.series.filter(({ metric }) => metric === METRICS.mode);
  const instances = new Set(own.map(byLabel('instance')));
  const near = modes.filter((series) => {
    const instance = labelOf(series, 'instance');
    return instance !== undefined && instances.has(instance);
  });
  const [mode] = active(nowBy(index, near.length > 0 ? near : modes, byLabel('mode')));
  return mode === undefined ? unknown(absenceOf(workload, METRICS.mode)) : known(mode);
}

function causes(workload: Workload, metric: Metric, mayBeNone: boolean): Maybe<readonly CauseReplicas[]> {
  const { index, list, expiry, reader } = workload;
  const together = saidWith(nowOf(index, list(METRICS.branch)), list(metric));
  const found = expiry?.expired ? new Map<string, Now>() : nowBy(index, together, byLabel('cause'));
  return listOf(workload, metric, mayBeNone || found.size > 0, () =>
    sorted(found, Math.abs).map(([cause, { series, sample }]) => ({ cause, replicas: reader.read(series, sample) }))
  );
}

/** The names of those that are 1. */
function active(said: ReadonlyMap<string, Now>): string[] {
  return [...said]
    .filter(([, { sample }]) => sample.value === 1)
    .map(([name]) => name)
    .sort(compare);
}

/** Largest first, equals by name. */
function sorted(said: ReadonlyMap<string, Now>, sizeOf: (value: number) => number): Array<[string, Now]> {
  return [...said].sort(
    ([oneName, one], [otherName, other]) =>
      compare(sizeOf(other.sample.value), sizeOf(one.sample.value)) || compare(oneName, otherName)
  );
}
