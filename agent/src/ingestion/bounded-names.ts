import type { Json } from "../core/index.js";
import { arrayField, stringField } from "./snapshot-field.js";

/** Stands for every name past a limit. */
export const OTHER_NAME = "{other}";

const EMPTY: readonly string[] = Object.freeze([]);
/** Combinations of names kept as one shared array; past it a call gets an array of its own. */
const MAX_SHARED_LISTS = 1024;

/**
 * The distinct names of one kind (roles, instances, formats ...), at most `limit`: a name past it
 * becomes {@link OTHER_NAME} and is counted. Names and lists of names are shared between calls, so
 * that a queued call holds references and no copies.
 */
export class BoundedNames {
  readonly #limit: number;
  readonly #names = new Map<string, readonly [string]>();
  readonly #lists = new Map<string, readonly string[]>();
  #pastLimit = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many times a name was past the limit. */
  get pastLimit(): number {
    return this.#pastLimit;
  }

  get size(): number {
    return this.#names.size;
  }

  name(name: string): string {
    return this.#single(name)[0];
  }

  /** The shared form of a list: names past the limit are merged into one. */
  list(names: readonly string[] | undefined): readonly string[] {
    const first = names?.[0];
    if (names === undefined || first === undefined) return EMPTY;
    if (names.length === 1) return this.#single(first);
    const key = names.join("\u0000");
    const shared = this.#lists.get(key);
    if (shared !== undefined) return shared;
    const list = Object.freeze([...new Set(names.map((name) => this.name(name)))]);
    // A list with a name past the limit is not kept: its key is as unbounded as the name.
    if (this.#lists.size < MAX_SHARED_LISTS && !list.includes(OTHER_NAME)) {
      this.#lists.set(key, list);
    }
    return list;
  }

  /** The names, first known first; how often one was past the limit counts from the start. */
  snapshot(): Json {
    return [...this.#names.keys()];
  }

  /**
   * Knows the names of a snapshot and no others, at most `limit`. Throws a TypeError that names the
   * field when it is not a list of names.
   */
  restore(snapshot: Json | undefined, field: string): void {
    const names = arrayField(snapshot, field).map((name) => stringField(name, field));
    this.#names.clear();
    this.#lists.clear();
    for (const name of names.slice(0, this.#limit)) this.#single(name);
  }

  #single(name: string): readonly [string] {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    if (this.#names.size >= this.#limit) {
      this.#pastLimit += 1;
      return OTHER;
    }
    const single = Object.freeze([name] as const);
    this.#names.set(name, single);
    return single;
  }
}

const OTHER = Object.freeze([OTHER_NAME] as const);
