import type { Json, Persistent, WorkloadKey } from "../core/index.js";
import { arrayField, countField, objectField, stringField } from "./snapshot-field.js";

const DEFAULT_RETENTION_CALLS = 1_000_000;
/** The last two full generations and the one that fills: at least the retention is remembered. */
const GENERATIONS = 3;
/** Linear probing: at three quarters full a look-up reads 2.5 places on average (Knuth 6.4). */
const MAX_LOAD_RATIO = 0.75;
const INITIAL_PLACES = 1024;
const WORDS_PER_HASH = 2;
const BYTES_PER_WORD = 4;
const UINT32_RANGE = 2 ** 32;

/**
 * A set of 64-bit hashes, two words each, in an open-addressing table that grows. The pair (0, 0) marks
 * a free place.
 */
class HashSet64 {
  #words: Uint32Array;
  #places: number;
  #size = 0;

  constructor(places = INITIAL_PLACES) {
    this.#places = places;
    this.#words = new Uint32Array(places * WORDS_PER_HASH);
  }

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#words.byteLength;
  }

  has(high: number, low: number): boolean {
    const place = this.#find(high, low);
    return this.#words[place] !== 0 || this.#words[place + 1] !== 0;
  }

  /** The hash must not be there yet. `maxSize` bounds how far the table grows. */
  add(high: number, low: number, maxSize: number): void {
    if (this.#size >= this.#places * MAX_LOAD_RATIO) this.#grow(maxSize);
    const place = this.#find(high, low);
    this.#words[place] = high;
    this.#words[place + 1] = low;
    this.#size += 1;
  }

  /** The hashes without the free places. */
  compact(): Uint32Array {
    const compact = new Uint32Array(this.#size * WORDS_PER_HASH);
    let written = 0;
    for (let place = 0; place < this.#words.length; place += WORDS_PER_HASH) {
      const high = this.#words[place] ?? 0;
      const low = this.#words[place + 1] ?? 0;
      if (high === 0 && low === 0) continue;
      compact[written] = high;
      compact[written + 1] = low;
      written += WORDS_PER_HASH;
    }
    return compact;
  }

  /** The index of the hash's first word, or of the free place where it belongs. */
  #find(high: number, low: number): number {
    const words = this.#words;
    const end = words.length;
    // Scaling by the whole range instead of a remainder lets the table have any size.
    let place = Math.floor((high / UINT32_RANGE) * this.#places) * WORDS_PER_HASH;
    for (;;) {
      const otherHigh = words[place];
      const otherLow = words[place + 1];
      if (otherHigh === high && otherLow === low) return place;
      if (otherHigh === 0 && otherLow === 0) return place;
      place += WORDS_PER_HASH;
      if (place >= end) place = 0;
    }
  }

  #grow(maxSize: number): void {
    const enough = Math.ceil(maxSize / MAX_LOAD_RATIO) + 1;
    const grown = new HashSet64(Math.max(Math.min(this.#places * 2, enough), this.#size + 1));
    const hashes = this.compact();
    for (let place = 0; place < hashes.length; place += WORDS_PER_HASH) {
      const target = grown.#find(hashes[place] ?? 0, hashes[place + 1] ?? 0);
      grown.#words[target] = hashes[place] ?? 0;
      grown.#words[target + 1] = hashes[place + 1] ?? 0;
    }
    this.#words = grown.#words;
    this.#places = grown.#places;
  }
}

/**
 * Remembers the ids of at least the last `retentionCalls` calls, over all workloads, as 64-bit seeded
 * hashes: at most 16 MB for a million. Two of a million and a half ids meet by chance with a
 * probability of about 6e-8 (birthday bound), so a call is never lost in practice.
 *
 * The hash is two lanes of the multiply-xor mixing of MurmurHash3 (Austin Appleby, public domain)
 * over the UTF-16 code units; the seed keeps a client from preparing ids that meet.
 */
export class SeenIds implements Persistent {
  readonly #generationSize: number;
  #seed: number;
  #generations: HashSet64[] = [new HashSet64()];
  /** The hash of the id last asked for, in two words. */
  #high = 0;
  #low = 0;
  /** The workload last asked for, and its part of the hash. */
  #workload: string | undefined;
  #workloadHigh = 0;
  #workloadLow = 0;

  constructor(options: { readonly seed: number; readonly retentionCalls?: number }) {
    const retentionCalls = options.retentionCalls ?? DEFAULT_RETENTION_CALLS;
    this.#generationSize = Math.max(1, Math.ceil(retentionCalls / (GENERATIONS - 1)));
    this.#seed = options.seed >>> 0;
  }

  get size(): number {
    return this.#generations.reduce((sum, generation) => sum + generation.size, 0);
  }

  get bytes(): number {
    return this.#generations.reduce((sum, generation) => sum + generation.bytes, 0);
  }

  has(workload: WorkloadKey, id: string): boolean {
    this.#hash(workload, id);
    return this.#hasHash();
  }

  /** Remembers an id. Answers false when it was known already. */
  add(workload: WorkloadKey, id: string): boolean {
    this.#hash(workload, id);
    if (this.#hasHash()) return false;
    let current = this.#generations[0];
    if (current === undefined || current.size >= this.#generationSize) {
      current = new HashSet64();
      this.#generations = [current, ...this.#generations.slice(0, GENERATIONS - 1)];
    }
    current.add(this.#high, this.#low, this.#generationSize);
    return true;
  }

  /** The hashes as base64 of little-endian words, newest generation first. */
  snapshot(): Json {
    return {
      seed: this.#seed,
      generations: this.#generations.map((generation) => encodeWords(generation.compact())),
    };
  }

  restore(snapshot: Json): void {
    const fields = objectField(snapshot, "seenIds");
    const seed = countField(fields["seed"], "seenIds.seed");
    const encoded = arrayField(fields["generations"], "seenIds.generations");
    if (encoded.length === 0 || encoded.length > GENERATIONS) {
      throw new TypeError(`seenIds.generations does not have 1 to ${GENERATIONS} elements`);
    }
    const generations = encoded.map((text) => {
      const words = decodeWords(stringField(text, "seenIds.generations"));
      const generation = new HashSet64();
      for (let place = 0; place < words.length; place += WORDS_PER_HASH) {
        const high = words[place] ?? 0;
        const low = words[place + 1] ?? 0;
        if (!generation.has(high, low)) generation.add(high, low, words.length);
      }
      return generation;
    });
    this.#seed = seed >>> 0;
    this.#workload = undefined;
    this.#generations = generations;
  }

  #hasHash(): boolean {
    for (const generation of this.#generations) {
      if (generation.has(this.#high, this.#low)) return true;
    }
    return false;
  }

  #hash(workload: string, id: string): void {
    if (workload !== this.#workload) this.#startWith(workload);
    let high = this.#workloadHigh;
    let low = this.#workloadLow;
    for (let position = 0; position < id.length; position++) {
      const code = id.charCodeAt(position);
      high = rotateMultiply(high ^ code, 0xcc9e2d51);
      low = rotateMultiply(low ^ code, 0x1b873593);
    }
    this.#high = finish(high ^ id.length) >>> 0;
    this.#low = finish(low ^ high) >>> 0;
    if (this.#high === 0 && this.#low === 0) this.#low = 1;
  }

  /** Calls of one workload come in a row: its part of the hash is kept. */
  #startWith(workload: string): void {
    let high = this.#seed ^ 0x9e3779b9;
    let low = Math.imul(this.#seed, 0x85ebca6b) ^ 0xdeadbeef;
    for (let position = 0; position < workload.length; position++) {
      const code = workload.charCodeAt(position);
      high = rotateMultiply(high ^ code, 0xcc9e2d51);
      low = rotateMultiply(low ^ code, 0x1b873593);
    }
    this.#workload = workload;
    // A separator outside the code units, so that "a" + "bc" is not "ab" + "c".
    this.#workloadHigh = rotateMultiply(high ^ 0x10000, 0xcc9e2d51);
    this.#workloadLow = rotateMultiply(low ^ 0x10000, 0x1b873593);
  }
}

/** One round of a lane: a bijection of 32 bits. */
function rotateMultiply(value: number, factor: number): number {
  const product = Math.imul(value, factor);
  return (Math.imul((product << 15) | (product >>> 17), 5) + 0xe6546b64) | 0;
}

/** MurmurHash3's finalizer: every input bit reaches every output bit. */
function finish(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

function encodeWords(words: Uint32Array): string {
  const bytes = Buffer.from(words.buffer, words.byteOffset, words.byteLength);
  return bytes.toString("base64");
}

function decodeWords(text: string): Uint32Array {
  const bytes = Buffer.from(text, "base64");
  if (bytes.length % (BYTES_PER_WORD * WORDS_PER_HASH) !== 0) {
    throw new TypeError("seenIds.generations holds a broken hash");
  }
  // A copy of its own, because a pooled buffer need not start at a multiple of four.
  return new Uint32Array(new Uint8Array(bytes).buffer);
}
