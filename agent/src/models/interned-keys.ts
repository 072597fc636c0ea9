interface Node {
  readonly children: Map<string, Node>;
  key: string | undefined;
}

/**
 * Gives a sequence of strings one string that stands for it, without building that string again for
 * every call: the path is followed through a tree, and its end remembers the key. Bounded: past
 * `maxNodes` the tree is dropped and grows anew, which costs time but changes no key.
 */
export class InternedKeys {
  readonly #maxNodes: number;
  #root: Node = newNode();
  #nodes = 0;
  #at: Node = this.#root;

  constructor(maxNodes: number) {
    this.#maxNodes = maxNodes;
  }

  /** Begins a new path. */
  start(): void {
    if (this.#nodes > this.#maxNodes) {
      this.#root = newNode();
      this.#nodes = 0;
    }
    this.#at = this.#root;
  }

  /** Follows the path one part further. */
  descend(part: string): void {
    let child = this.#at.children.get(part);
    if (child === undefined) {
      child = newNode();
      this.#at.children.set(part, child);
      this.#nodes += 1;
    }
    this.#at = child;
  }

  /** The key of the path walked since {@link start}; `make` is asked only the first time. */
  key<Source>(source: Source, make: (source: Source) => string): string {
    this.#at.key ??= make(source);
    return this.#at.key;
  }
}

function newNode(): Node {
  return { children: new Map(), key: undefined };
}
