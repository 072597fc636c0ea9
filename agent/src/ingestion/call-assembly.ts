import {
  DEFAULT_KIND,
  DEFAULT_NAMESPACE,
  workloadKey,
  type ArgumentShape,
  type Call,
  type Json,
  type WorkloadKey,
} from "../core/index.js";
import { argumentShape, isUnnamedArgumentShape, type ArgumentHash } from "./argument-shape.js";
import { BoundedCache } from "./bounded-cache.js";
import { BoundedNames } from "./bounded-names.js";
import type { IdentityHasher } from "./identity.js";
import type { Operations } from "./operations.js";
import { eachQueryArgument } from "./query-arguments.js";
import { arrayField, objectField, stringField } from "./snapshot-field.js";
import type { WireCall } from "./wire-call.js";
import { MAX_ARGUMENTS } from "./wire-limits.js";
import { NAME_KINDS, WorkloadNames, type NameKind } from "./workload-names.js";

const DEFAULT_MAX_WORKLOADS = 20;
const DEFAULT_MAX_NAMES = 1000;
/** Distinct media types: IANA lists 2,000, a service uses ten. */
const MAX_FORMATS = 200;
/** Media types as written, with their parameters. */
const FORMAT_GENERATION_SIZE = 512;
/** From here on, a status says that the service refused the call or failed. */
const FIRST_ERROR_STATUS = 400;
const UNKNOWN_INSTANCE = "unknown";
const NO_FORMAT = "none";
const NO_ARGUMENTS: readonly ArgumentShape[] = Object.freeze([]);

/** What is bounded by a number of distinct names. A closed list: it is also a metric label. */
export type BoundedKind = NameKind | "operations" | "formats";

export interface CallAssemblyOptions {
  readonly identity: IdentityHasher;
  readonly operations: Operations;
  /** 20 by default. */
  readonly maxWorkloads?: number;
  /** Distinct roles, groups, permissions, instances and argument names of a workload, each; 1,000. */
  readonly maxNames?: number;
}

/** Makes the call of a checked wire record: names the operation, anonymizes, shares what repeats. */
export class CallAssembly {
  readonly maxWorkloads: number;
  readonly #identity: IdentityHasher;
  readonly #operations: Operations;
  readonly #hashArgument: ArgumentHash;
  readonly #maxNames: number;
  readonly #workloads = new Map<WorkloadKey, WorkloadNames>();
  /** Of workloads that are forgotten: a count never goes back. */
  readonly #forgottenPastLimit: Record<NameKind, number> = {
    roles: 0,
    groups: 0,
    permissions: 0,
    instances: 0,
    argument_names: 0,
  };
  readonly #formats = new BoundedNames(MAX_FORMATS);
  readonly #formatsAsWritten = new BoundedCache<string, string>(FORMAT_GENERATION_SIZE);

  constructor(options: CallAssemblyOptions) {
    this.maxWorkloads = options.maxWorkloads ?? DEFAULT_MAX_WORKLOADS;
    this.#maxNames = options.maxNames ?? DEFAULT_MAX_NAMES;
    this.#identity = options.identity;
    this.#operations = options.operations;
    this.#hashArgument = (name, text) => options.identity.argument(name, text);
  }

  /** The workload that a record names, or undefined when it would be one too many. */
  workload(wire: WireCall): WorkloadNames | undefined {
    const key = workloadKey({
      namespace: wire.namespace ?? DEFAULT_NAMESPACE,
      kind: wire.kind ?? DEFAULT_KIND,
      name: wire.service,
    });
    const known = this.#workloads.get(key);
    if (known !== undefined) return known;
    if (this.#workloads.size >= this.maxWorkloads) return undefined;
    const created = new WorkloadNames(key, this.#maxNames);
    this.#workloads.set(key, created);
    return created;
  }

  get workloads(): readonly WorkloadKey[] {
    return [...this.#workloads.keys()];
  }

  forgetWorkload(key: WorkloadKey): void {
    const forgotten = this.#workloads.get(key);
    if (forgotten === undefined) return;
    for (const kind of NAME_KINDS) this.#forgottenPastLimit[kind] += forgotten[kind].pastLimit;
    this.#workloads.delete(key);
  }

  /** Workloads and names: what the limits count, so that they hold across restarts. */
  snapshot(): Json {
    return {
      formats: this.#formats.snapshot(),
      workloads: [...this.#workloads].map(([key, names]) => [key, names.snapshot()]),
    };
  }

  /**
   * Past `maxWorkloads` (it may be smaller than it was) workloads are left out. Throws a TypeError that
   * names the field when the snapshot is not one of its own; then nothing is changed.
   */
  restore(snapshot: Json): void {
    const fields = objectField(snapshot, "names");
    const restored = arrayField(fields["workloads"], "names.workloads").map((pair) => {
      const [name, content] = arrayField(pair, "names.workloads");
      const key = stringField(name, "names.workloads");
      const names = new WorkloadNames(key, this.#maxNames);
      names.restore(content, `names.workloads.${key}`);
      return names;
    });
    this.#formats.restore(fields["formats"], "names.formats");
    this.#workloads.clear();
    for (const names of restored.slice(0, this.maxWorkloads)) this.#workloads.set(names.key, names);
  }

  /**
   * `record` is the wire record as it came: the schema's copy in `wire` leaves out an argument that is
   * called `__proto__`.
   */
  call(workload: WorkloadNames, timeSeconds: number, wire: WireCall, record: WireCall): Call {
    const isLearned = wire.status < FIRST_ERROR_STATUS;
    return {
      workload: workload.key,
      instance: workload.instances.name(wire.instance ?? UNKNOWN_INSTANCE),
      timeSeconds,
      operation: this.#operations.operation(workload.key, wire.method, wire, isLearned),
      status: wire.status,
      durationSeconds: wire.durationSeconds,
      requestBytes: wire.requestBytes,
      responseBytes: wire.responseBytes,
      requestFormat: this.#format(wire.requestFormat),
      responseFormat: this.#format(wire.responseFormat),
      argumentShapes: this.#argumentShapes(workload.argument_names, record),
      actor: wire.userId === undefined ? undefined : this.#identity.actor(wire.userId),
      session: wire.sessionId === undefined ? undefined : this.#identity.session(wire.sessionId),
      roles: workload.roles.list(wire.roles),
      groups: workload.groups.list(wire.groups),
      permissions: workload.permissions.list(wire.permissions),
    };
  }

  /** How often a name was past its limit and became `{other}`. */
  pastLimit(): Record<BoundedKind, number> {
    const counts: Record<BoundedKind, number> = {
      operations: this.#operations.pastLimit,
      ...this.#forgottenPastLimit,
      formats: this.#formats.pastLimit,
    };
    for (const workload of this.#workloads.values()) {
      for (const kind of NAME_KINDS) counts[kind] += workload[kind].pastLimit;
    }
    return counts;
  }

  #argumentShapes(names: BoundedNames, record: WireCall): readonly ArgumentShape[] {
    const { arguments: given, path } = record;
    const query = path?.includes("?") === true ? path : undefined;
    if (given === undefined && query === undefined) return NO_ARGUMENTS;
    // `map` and not `push`: an array that grows keeps room for 17 elements.
    const shapes =
      given === undefined
        ? []
        : Object.keys(given).map((name) => this.#shape(names.name(name), given[name]));
    if (query !== undefined) {
      eachQueryArgument(query, MAX_ARGUMENTS - shapes.length, (name, value) => {
        shapes.push(this.#shape(names.name(name), value));
      });
    }
    return shapes.length === 0 ? NO_ARGUMENTS : shapes;
  }

  #shape(name: string, value: unknown): ArgumentShape {
    return isUnnamedArgumentShape(value)
      ? { name, ...value }
      : argumentShape(name, value, this.#hashArgument);
  }

  /** `Application/JSON; charset=utf-8` is `application/json`. */
  #format(format: string | undefined): string {
    if (format === undefined) return NO_FORMAT;
    const known = this.#formatsAsWritten.get(format);
    if (known !== undefined) return known;
    const semicolon = format.indexOf(";");
    const type = (semicolon < 0 ? format : format.slice(0, semicolon)).trim().toLowerCase();
    const name = type === "" ? NO_FORMAT : this.#formats.name(type);
    this.#formatsAsWritten.set(format, name);
    return name;
  }
}
