/** A scalable thing that Presage watches and sizes. */
export interface WorkloadReference {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
}

/** A workload's identity in one string, `namespace/kind/name`: the key of every store. */
export type WorkloadKey = string;

export const DEFAULT_NAMESPACE = "default";
export const DEFAULT_KIND = "Deployment";

export function workloadKey(reference: WorkloadReference): WorkloadKey {
  return `${reference.namespace}/${reference.kind}/${reference.name}`;
}

/** The inverse of {@link workloadKey}. Throws a RangeError when the key does not have three parts. */
export function parseWorkloadKey(key: WorkloadKey): WorkloadReference {
  const [namespace, kind, name, ...rest] = key.split("/");
  if (namespace === undefined || kind === undefined || name === undefined || rest.length > 0) {
    throw new RangeError(`"${key}" is not a workload key: expected namespace/kind/name`);
  }
  return { namespace, kind, name };
}
