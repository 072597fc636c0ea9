import type { Json, WorkloadKey } from "../core/index.js";
import { BoundedNames } from "./bounded-names.js";
import { objectField } from "./snapshot-field.js";

/** What of a workload is bounded by a number of distinct names. A closed list: also a metric label. */
export const NAME_KINDS = [
  "roles",
  "groups",
  "permissions",
  "instances",
  "argument_names",
] as const;
export type NameKind = (typeof NAME_KINDS)[number];

/** The names that are known of one workload. */
export class WorkloadNames implements Readonly<Record<NameKind, BoundedNames>> {
  readonly key: WorkloadKey;
  readonly roles: BoundedNames;
  readonly groups: BoundedNames;
  readonly permissions: BoundedNames;
  readonly instances: BoundedNames;
  readonly argument_names: BoundedNames;

  /** At most `maxNames` of each kind. */
  constructor(key: WorkloadKey, maxNames: number) {
    this.key = key;
    this.roles = new BoundedNames(maxNames);
    this.groups = new BoundedNames(maxNames);
    this.permissions = new BoundedNames(maxNames);
    this.instances = new BoundedNames(maxNames);
    this.argument_names = new BoundedNames(maxNames);
  }

  snapshot(): Json {
    return Object.fromEntries(NAME_KINDS.map((kind) => [kind, this[kind].snapshot()]));
  }

  /** Throws a TypeError that names the field when the snapshot is not one of its own. */
  restore(snapshot: Json | undefined, field: string): void {
    const fields = objectField(snapshot, field);
    for (const kind of NAME_KINDS) this[kind].restore(fields[kind], `${field}.${kind}`);
  }
}
