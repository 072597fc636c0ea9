import { seededRandom, type Json, type SequenceData } from "../../core/index.js";
import type { SnapshotReader } from "../../core/snapshot-reader.js";
import { SLOTS, tokenIn, withToken } from "./call-rows.js";
import { RARE_TOKEN } from "./vocabulary.js";

/** One session, or a stretch of a long one. */
export interface CallSequence {
  /** `SLOTS` rows a step: at each step what was present before the call. */
  readonly rows: number[];
  /** The token of what came next, one a step. */
  readonly targets: number[];
}

/** Odd and large, so that neighboring counts give unrelated seeds (2^32 over the golden ratio). */
const SEED_STRIDE = 0x9e3779b1;
/** 16 bits hold every row. */
const BYTES_PER_ROW = 2;

/**
 * A bounded sample of recent sequences. Until it is full it keeps all; then each new one takes the place
 * of one drawn at random, so that the age of what is kept falls off exponentially: Aggarwal, "On Biased
 * Reservoir Sampling in the Presence of Stream Evolution", VLDB 2006. Sequences are dropped until there
 * is room for all their steps, so that memory is bounded whatever their length. The draws depend on the
 * seed and on how many sequences came, so a restored store continues identically.
 */
export class SequenceStore {
  readonly #maxSteps: number;
  readonly #seed: number;
  readonly #sequences: CallSequence[] = [];
  #steps = 0;
  #draws = 0;

  constructor(maxSteps: number, seed: number) {
    this.#maxSteps = maxSteps;
    this.#seed = seed;
  }

  get size(): number {
    return this.#sequences.length;
  }

  /** Steps of all that is kept. */
  get steps(): number {
    return this.#steps;
  }

  /** A sequence that is longer than everything that may be kept is left out. */
  add(sequence: CallSequence): void {
    const steps = sequence.targets.length;
    if (steps === 0 || steps > this.#maxSteps) return;
    while (this.#steps + steps > this.#maxSteps) this.#dropOne();
    this.#sequences.push(sequence);
    this.#steps += steps;
  }

  /** Tokens that mean another operation now become the rare one. */
  makeRare(tokens: ReadonlySet<number>): void {
    if (tokens.size === 0) return;
    for (const { rows, targets } of this.#sequences) {
      targets.forEach((token, step) => {
        if (tokens.has(token)) targets[step] = RARE_TOKEN;
        if (tokens.has(tokenIn(rows, step))) withToken(rows, step, RARE_TOKEN);
      });
    }
  }

  /**
   * All sequences for a trainer. Equal ones are joined and count the square root of their number: what
   * happens all the time is learned soon, and would drown the rest. `more` are sequences that are not
   * kept yet.
   */
  data(more: readonly CallSequence[] = []): SequenceData {
    const distinct = new Map<string, { sequence: CallSequence; count: number }>();
    for (const sequence of [...this.#sequences, ...more]) {
      const key = `${sequence.rows.join()};${sequence.targets.join()}`;
      const known = distinct.get(key);
      if (known === undefined) distinct.set(key, { sequence, count: 1 });
      else known.count += 1;
    }
    const all = [...distinct.values()];
    return {
      slots: SLOTS,
      rows: Uint16Array.from(all.flatMap(({ sequence }) => sequence.rows)),
      targets: Uint16Array.from(all.flatMap(({ sequence }) => sequence.targets)),
      steps: Uint32Array.from(all, ({ sequence }) => sequence.targets.length),
      weights: Float32Array.from(all, ({ count }) => Math.sqrt(count)),
    };
  }

  snapshot(): Json {
    return {
      draws: this.#draws,
      sequences: this.#sequences.map(({ rows, targets }) => [encoded(rows), encoded(targets)]),
    };
  }

  /** Tokens must be below `tokens`, rows below `rows`. Throws a TypeError that names the field. */
  restore(reader: SnapshotReader, rows: number, tokens: number): void {
    const draws = reader.field("draws").count();
    const sequences = reader
      .field("sequences")
      .items(this.#maxSteps)
      .map((item): CallSequence => {
        const [first, second] = item.tuple(2);
        const targets = decoded(second ?? item, tokens);
        const present = decoded(first ?? item, rows);
        if (present.length !== targets.length * SLOTS || targets.length === 0) {
          item.refuse(`${SLOTS} rows a step`);
        }
        return { rows: present, targets };
      });
    const steps = sequences.reduce((sum, { targets }) => sum + targets.length, 0);
    if (steps > this.#maxSteps) reader.refuse(`at most ${this.#maxSteps} steps, got ${steps}`);
    this.#draws = draws;
    this.#sequences.length = 0;
    for (const sequence of sequences) this.#sequences.push(sequence);
    this.#steps = steps;
  }

  #dropOne(): void {
    this.#draws += 1;
    const random = seededRandom((this.#seed + this.#draws * SEED_STRIDE) >>> 0);
    const index = Math.floor(random() * this.#sequences.length);
    const last = this.#sequences.pop();
    if (last === undefined) return;
    const dropped = index < this.#sequences.length ? this.#sequences[index] : last;
    if (dropped !== last) this.#sequences[index] = last;
    this.#steps -= dropped?.targets.length ?? 0;
  }
}

/** Base64 of 16-bit little-endian numbers. */
export function encoded(values: readonly number[]): string {
  const bytes = Buffer.alloc(values.length * BYTES_PER_ROW);
  values.forEach((value, index) => bytes.writeUInt16LE(value, index * BYTES_PER_ROW));
  return bytes.toString("base64");
}

/** The numbers again; refuses what is not below `limit`. */
export function decoded(reader: SnapshotReader, limit: number): number[] {
  const bytes = Buffer.from(reader.string(), "base64");
  if (bytes.length % BYTES_PER_ROW !== 0) reader.refuse("base64 of 16-bit numbers");
  return Array.from({ length: bytes.length / BYTES_PER_ROW }, (_, index) => {
    const value = bytes.readUInt16LE(index * BYTES_PER_ROW);
    return value < limit ? value : reader.refuse(`numbers below ${limit}, got ${value}`);
  });
}
