import type { Json } from "../core/index.js";
import { FrequentNames } from "./frequent-names.js";
import { isIdentifier } from "./identifier-form.js";
import type { NamedTemplate } from "./path-template.js";
import { arrayField, countField, objectField, stringField } from "./snapshot-field.js";

/** Paths deeper than this are cut: no operation is told apart so far down. */
const MAX_SEGMENTS = 12;
const REST = "/{rest}";
const IDENTIFIER = "{id}";
/**
 * Calls that a name must have had to stay when its position turns out to hold ids. Ids are many from
 * the start (at the 31st of them each has had a few calls), names of files and of resources are not.
 */
const CALLS_TO_STAY = 20;

/**
 * And calls after which a name at a position of ids is seen to be none, when it also has its share of
 * them. More than to stay, because being taken for a new operation looks like drift.
 */
const CALLS_TO_RETURN = 100;

interface PathNode extends NamedTemplate {
  calls: number;
  /** What is known of a position of ids; undefined while each name here is a name of its own. */
  frequent: FrequentNames | undefined;
  readonly children: Map<string, PathNode>;
  identifier: PathNode | undefined;
}

function pathNode(template: string): PathNode {
  return {
    template,
    operations: new Map(),
    calls: 0,
    frequent: undefined,
    children: new Map(),
    identifier: undefined,
  };
}

export interface LearnedPathsOptions {
  /** Distinct names at one position of the path before it is taken to hold ids. */
  readonly maxNamesPerPosition: number;
  readonly maxNodes: number;
  /** Templates from this one down are not used any more. */
  readonly onCollapse: (template: string) => void;
}

/**
 * Learns from the paths that a workload answers which of their segments are ids: by their form, and
 * where a position has more names than a person would give. A tree of bounded size. Names that many
 * callers use stay, or come back, as names.
 */
export class LearnedPaths {
  readonly #options: LearnedPathsOptions;
  #root = pathNode("");
  #nodes = 1;

  constructor(options: LearnedPathsOptions) {
    this.#options = options;
  }

  get nodes(): number {
    return this.#nodes;
  }

  /**
   * The template of a path, or undefined when it is new and there is no room for it, or when it may
   * not be learned: a scan for files that do not exist teaches nothing.
   */
  resolve(segments: readonly string[], mayLearn: boolean): NamedTemplate | undefined {
    let node = this.#root;
    node.calls += 1;
    const depth = Math.min(segments.length, MAX_SEGMENTS);
    for (let position = 0; position < depth; position++) {
      const segment = segments[position] ?? "";
      const next = this.#step(node, segment, mayLearn);
      if (next === undefined) return undefined;
      next.calls += 1;
      node = next;
    }
    return segments.length > depth ? this.#step(node, REST.slice(1), mayLearn) : node;
  }

  #step(node: PathNode, segment: string, mayLearn: boolean): PathNode | undefined {
    const child = node.children.get(segment);
    if (child !== undefined) return child;
    const isFull = node.children.size >= this.#options.maxNamesPerPosition;
    if (isIdentifier(segment)) return this.#identifier(node, mayLearn);
    if (!mayLearn) return node.frequent === undefined ? undefined : node.identifier;
    if (node.frequent === undefined && isFull) {
      this.#collapse(node);
      return this.#identifier(node, mayLearn);
    }
    if (node.frequent !== undefined) {
      const isBack = !isFull && node.frequent.observe(segment, CALLS_TO_RETURN);
      if (!isBack) return this.#identifier(node, mayLearn);
    }
    const grown = this.#grow(node, segment);
    if (grown !== undefined) node.children.set(segment, grown);
    return grown;
  }

  #identifier(node: PathNode, mayLearn: boolean): PathNode | undefined {
    return (node.identifier ??= mayLearn ? this.#grow(node, IDENTIFIER) : undefined);
  }

  #grow(parent: PathNode, segment: string): PathNode | undefined {
    if (this.#nodes >= this.#options.maxNodes) return undefined;
    this.#nodes += 1;
    return pathNode(`${parent.template}/${segment}`);
  }

  #collapse(node: PathNode): void {
    node.frequent = new FrequentNames(this.#options.maxNamesPerPosition);
    for (const [segment, child] of node.children) {
      if (child.calls >= CALLS_TO_STAY) continue;
      node.children.delete(segment);
      this.#nodes -= countNodes(child);
      this.#options.onCollapse(child.template);
    }
  }

  snapshot(): Json {
    return nodeSnapshot(this.#root);
  }

  restore(snapshot: Json): void {
    this.#root = restoreNode(snapshot, "", "paths", 0, this.#options.maxNamesPerPosition);
    this.#nodes = countNodes(this.#root);
  }
}

function countNodes(node: PathNode): number {
  let count = 1;
  for (const child of node.children.values()) count += countNodes(child);
  return count + (node.identifier === undefined ? 0 : countNodes(node.identifier));
}

function nodeSnapshot(node: PathNode): Json {
  return {
    calls: node.calls,
    frequent: node.frequent?.snapshot() ?? null,
    // Pairs, not keys: a segment may be called `__proto__`.
    children: [...node.children].map(([segment, child]) => [segment, nodeSnapshot(child)]),
    identifier: node.identifier === undefined ? null : nodeSnapshot(node.identifier),
  };
}

function restoreNode(
  snapshot: Json,
  template: string,
  path: string,
  depth: number,
  maxNames: number,
): PathNode {
  // One more than the deepest that `resolve` makes (the `{rest}`), so that recursion is bounded.
  if (depth > MAX_SEGMENTS + 1) throw new TypeError(`${path} is nested too deeply`);
  const fields = objectField(snapshot, path);
  const node = pathNode(template);
  node.calls = countField(fields["calls"], `${path}.calls`);
  const frequent = fields["frequent"] ?? null;
  if (frequent !== null) {
    node.frequent = new FrequentNames(maxNames);
    node.frequent.restore(frequent, `${path}.frequent`);
  }
  for (const pair of arrayField(fields["children"], `${path}.children`)) {
    const [name, child] = arrayField(pair, `${path}.children`);
    const segment = stringField(name, `${path}.children`);
    const childPath = `${path}/${segment}`;
    node.children.set(
      segment,
      restoreNode(child ?? null, `${template}/${segment}`, childPath, depth + 1, maxNames),
    );
  }
  const identifier = fields["identifier"] ?? null;
  if (identifier !== null) {
    const childPath = `${path}/${IDENTIFIER}`;
    node.identifier = restoreNode(
      identifier,
      `${template}/${IDENTIFIER}`,
      childPath,
      depth + 1,
      maxNames,
    );
  }
  return node;
}
