import type { Json, Persistent, WorkloadKey } from "../core/index.js";
import { BoundedCache } from "./bounded-cache.js";
import { OTHER_NAME } from "./bounded-names.js";
import { LearnedPaths } from "./learned-paths.js";
import {
  normalizeTemplate,
  pathSegments,
  PathTemplates,
  type NamedTemplate,
} from "./path-template.js";
import { arrayField, objectField, stringField } from "./snapshot-field.js";

/** RFC 9110, RFC 5789 and the safe method with a body, QUERY. */
const METHODS = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
  "TRACE",
  "CONNECT",
  "QUERY",
] as const;
const OTHER_METHOD = "OTHER";
const METHOD_NAMES: ReadonlyMap<string, string> = new Map(
  METHODS.flatMap((method) => [
    [method, method],
    [method.toLowerCase(), method],
  ]),
);

const DEFAULT_MAX_OPERATIONS = 200;
const DEFAULT_MAX_NAMES_PER_POSITION = 30;
/** A handful of inner nodes for each operation, and room for paths that are not (yet) operations. */
const NODES_PER_OPERATION = 20;
/** Routes whose normal form is at hand. A service has hundreds at most. */
const ROUTE_GENERATION_SIZE = 512;
/**
 * While there is room, each new operation gets its name at once. Past this share of the limit it has
 * to be called {@link CALLS_TO_BE_NAMED} times first, so that the rare ones don't take the places
 * of the frequent ones that come later.
 */
const FREELY_NAMED_RATIO = 0.5;
const CALLS_TO_BE_NAMED = 20;
/** Unnamed operations that are counted. */
const CANDIDATE_GENERATION_SIZE = 1024;

export interface OperationsOptions {
  /** Operations with a name of their own, per workload; the rest is `METHOD {other}`. */
  readonly maxOperations?: number;
  readonly maxNamesPerPosition?: number;
  /** Templates as given (`/orders/{id}` or `/orders/:id`) of a workload. */
  readonly templates?: (workload: WorkloadKey) => readonly string[];
}

/**
 * Names the operation of a call: `POST /orders/{id}`. The route that the service matched is taken as
 * it is; else a given template wins; else the path's template is learned. Bounded per workload.
 */
export class Operations implements Persistent {
  readonly #options: OperationsOptions;
  readonly #workloads = new Map<WorkloadKey, WorkloadOperations>();
  /** Of workloads that are forgotten: a count never goes back. */
  #forgottenPastLimit = 0;

  constructor(options: OperationsOptions = {}) {
    this.#options = options;
  }

  /**
   * `isLearned` says whether a new path may become an operation; a call that the service refused
   * (status 400 and up) may not, unless its route is given.
   */
  operation(
    workload: WorkloadKey,
    method: string,
    target: { readonly route?: string | undefined; readonly path?: string | undefined },
    isLearned: boolean,
  ): string {
    return this.#of(workload).operation(method, target.route, target.path ?? "/", isLearned);
  }

  /** Calls that had to be named `{other}`, over all workloads. */
  get pastLimit(): number {
    let calls = this.#forgottenPastLimit;
    for (const operations of this.#workloads.values()) calls += operations.pastLimit;
    return calls;
  }

  /** Operations that have a name of their own. */
  named(workload: WorkloadKey): readonly string[] {
    return [...(this.#workloads.get(workload)?.named ?? [])];
  }

  forgetWorkload(workload: WorkloadKey): void {
    this.#forgottenPastLimit += this.#workloads.get(workload)?.pastLimit ?? 0;
    this.#workloads.delete(workload);
  }

  snapshot(): Json {
    return [...this.#workloads].map(([workload, operations]) => [workload, operations.snapshot()]);
  }

  restore(snapshot: Json): void {
    const restored = arrayField(snapshot, "operations").map((pair) => {
      const [name, content] = arrayField(pair, "operations");
      const workload = stringField(name, "operations.workload");
      const operations = this.#create(workload);
      operations.restore(content ?? null);
      return [workload, operations] as const;
    });
    this.#workloads.clear();
    for (const [workload, operations] of restored) this.#workloads.set(workload, operations);
  }

  #of(workload: WorkloadKey): WorkloadOperations {
    const known = this.#workloads.get(workload);
    if (known !== undefined) return known;
    const created = this.#create(workload);
    this.#workloads.set(workload, created);
    return created;
  }

  #create(workload: WorkloadKey): WorkloadOperations {
    return new WorkloadOperations(
      this.#options.templates?.(workload) ?? [],
      this.#options.maxOperations ?? DEFAULT_MAX_OPERATIONS,
      this.#options.maxNamesPerPosition ?? DEFAULT_MAX_NAMES_PER_POSITION,
    );
  }
}

class WorkloadOperations {
  readonly named = new Set<string>();
  pastLimit = 0;
  readonly #maxOperations: number;
  readonly #templates: PathTemplates | undefined;
  readonly #routes = new BoundedCache<string, NamedTemplate>(ROUTE_GENERATION_SIZE);
  readonly #candidates = new BoundedCache<string, number>(CANDIDATE_GENERATION_SIZE);
  readonly #learned: LearnedPaths;

  constructor(templates: readonly string[], maxOperations: number, maxNamesPerPosition: number) {
    this.#maxOperations = maxOperations;
    this.#templates = templates.length > 0 ? new PathTemplates(templates) : undefined;
    this.#learned = new LearnedPaths({
      maxNamesPerPosition,
      maxNodes: maxOperations * NODES_PER_OPERATION,
      onCollapse: (template) => {
        this.#release(template);
      },
    });
  }

  operation(method: string, route: string | undefined, path: string, isLearned: boolean): string {
    const methodName =
      METHOD_NAMES.get(method) ?? METHOD_NAMES.get(method.toUpperCase()) ?? OTHER_METHOD;
    const template = route === undefined ? this.#template(path, isLearned) : this.#route(route);
    const operation = template && this.#name(methodName, template);
    if (operation !== undefined) return operation;
    this.pastLimit += 1;
    return otherOperation(methodName);
  }

  #template(path: string, isLearned: boolean): NamedTemplate | undefined {
    const segments = pathSegments(path);
    return this.#templates?.match(segments) ?? this.#learned.resolve(segments, isLearned);
  }

  #route(route: string): NamedTemplate {
    const known = this.#routes.get(route);
    if (known !== undefined) return known;
    const named: NamedTemplate = { template: normalizeTemplate(route), operations: new Map() };
    this.#routes.set(route, named);
    return named;
  }

  #name(method: string, { template, operations }: NamedTemplate): string | undefined {
    const known = operations.get(method);
    if (known !== undefined) return known;
    const operation = `${method} ${template === "" ? "/" : template}`;
    if (!this.#mayBeNamed(operation)) return undefined;
    this.named.add(operation);
    operations.set(method, operation);
    return operation;
  }

  #mayBeNamed(operation: string): boolean {
    if (this.named.has(operation)) return true;
    if (this.named.size >= this.#maxOperations) return false;
    if (this.named.size < this.#maxOperations * FREELY_NAMED_RATIO) return true;
    const calls = (this.#candidates.get(operation) ?? 0) + 1;
    this.#candidates.set(operation, calls);
    return calls >= CALLS_TO_BE_NAMED;
  }

  /** Gives back the places of a template and of those below it. */
  #release(template: string): void {
    for (const operation of this.named) {
      const path = operation.slice(operation.indexOf(" ") + 1);
      if (path === template || path.startsWith(`${template}/`)) this.named.delete(operation);
    }
  }

  snapshot(): Json {
    return { named: [...this.named], paths: this.#learned.snapshot() };
  }

  restore(snapshot: Json): void {
    const fields = objectField(snapshot, "operations");
    const named = arrayField(fields["named"], "operations.named").map((operation) =>
      stringField(operation, "operations.named"),
    );
    this.#learned.restore(fields["paths"] ?? null);
    this.named.clear();
    for (const operation of named) this.named.add(operation);
  }
}

const OTHER_OPERATIONS: ReadonlyMap<string, string> = new Map(
  [...METHODS, OTHER_METHOD].map((method) => [method, `${method} ${OTHER_NAME}`]),
);

function otherOperation(method: string): string {
  return OTHER_OPERATIONS.get(method) ?? OTHER_NAME;
}
