/** Distinct kinds of sessions that are kept; a service has some hundreds. */
const DEFAULT_MAX_KINDS = 4096;

/**
 * What sessions were made of, whatever the order: how often each operation occurred. A session is as
 * unusual as it is far from the nearest one learned, in the Euclidean distance of log(1 + count), so that
 * one call too many weighs much among few and little among many. Distinct count vectors are kept up to a
 * limit, those beyond are not learned. After the count vectors of Lin, Zhang, Lou, Zhang and Chen, "Log
 * Clustering Based Problem Identification for Online Service Systems", ICSE 2016.
 */
export class SessionCounts {
  readonly #maxKinds: number;
  /** Place of an operation in the vectors. */
  readonly #places = new Map<string, number>();
  readonly #kinds = new Map<string, Float64Array>();

  constructor(maxKinds: number = DEFAULT_MAX_KINDS) {
    this.#maxKinds = maxKinds;
  }

  learn(operations: readonly string[]): void {
    if (this.#kinds.size >= this.#maxKinds) return;
    for (const operation of operations) {
      if (!this.#places.has(operation)) this.#places.set(operation, this.#places.size);
    }
    const vector = this.#vectorOf(operations);
    this.#kinds.set(vector.join(), vector);
  }

  /** Whether every operation occurred in what was learned. */
  knows(operations: readonly string[]): boolean {
    return operations.every((operation) => this.#places.has(operation));
  }

  /** To the nearest session learned; undefined before there is one. */
  distance(operations: readonly string[]): number | undefined {
    if (this.#kinds.size === 0) return undefined;
    const vector = this.#vectorOf(operations);
    let nearest = Infinity;
    for (const kind of this.#kinds.values()) nearest = Math.min(nearest, squared(vector, kind));
    return Math.sqrt(nearest);
  }

  /** Operations that were never learned share the last place. */
  #vectorOf(operations: readonly string[]): Float64Array {
    const vector = new Float64Array(this.#places.size + 1);
    for (const operation of operations) {
      const place = this.#places.get(operation) ?? this.#places.size;
      vector[place] = (vector[place] ?? 0) + 1;
    }
    return vector.map(Math.log1p);
  }
}

/** Of vectors of which the shorter is followed by zeros: it was learned when fewer places were taken. */
function squared(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let place = 0; place < Math.max(a.length, b.length); place += 1) {
    const difference = (a[place] ?? 0) - (b[place] ?? 0);
    sum += difference * difference;
  }
  return sum;
}
