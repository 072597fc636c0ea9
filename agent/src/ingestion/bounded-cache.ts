/**
 * A map that forgets: at most `2 * generationSize` entries, in two generations. What was used in the
 * present generation or the one before is still there. An approximation of "least recently used"
 * that costs one map look-up on a hit and nothing on eviction.
 */
export class BoundedCache<K, V> {
  readonly #generationSize: number;
  #current = new Map<K, V>();
  #previous = new Map<K, V>();

  constructor(generationSize: number) {
    this.#generationSize = generationSize;
  }

  get size(): number {
    return this.#current.size + this.#previous.size;
  }

  get(key: K): V | undefined {
    const found = this.#current.get(key);
    if (found !== undefined) return found;
    const older = this.#previous.get(key);
    if (older !== undefined) this.set(key, older);
    return older;
  }

  set(key: K, value: V): void {
    if (this.#current.size >= this.#generationSize) {
      this.#previous = this.#current;
      this.#current = new Map();
    }
    this.#current.set(key, value);
  }
}
