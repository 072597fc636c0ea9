import { seededRandom, type Json, type SequenceData } from "../../core/index.js";
import type { SnapshotReader } from "../../core/snapshot-reader.js";
import {
  isStep,
  SLOTS,
  START_STEP,
  tokenOf,
  withToken,
  writeRows,
  type CallStep,
} from "./call-step.js";
import { RARE_TOKEN } from "./vocabulary.js";

/**
 * One session, or a stretch of a long one: what was before, then each call, and `END_STEP` if it ended. The
 * token of each but the first is what is foretold from those before it.
 */
export type CallSequence = CallStep[];

/** Odd and large, so that neighboring counts give unrelated seeds (2^32 over the golden ratio). */
const SEED_STRIDE = 0x9e3779b1;
/** 32 bits hold every step. */
const BYTES_PER_STEP = 4;

/**
 * A bounded sample of recent sequences. Until it is full it keeps all; then each new one takes the place
 * of one drawn at random, so that the age of what is kept falls off exponentially: Aggarwal, "On Biased
 * Reservoir Sampling in the Presence of Stream Evolution", VLDB 2006. Sequences are dropped until there
 * is room for all their steps, so that memory is bounded whatever their length. The draws depend on the
 * seed and on how many sequences came, so a restored store continues identically.
 */
export class SequenceStore {
  readonly maxSteps: number;
  readonly #seed: number;
  readonly #sequences: CallSequence[] = [];
  #steps = 0;
  #draws = 0;

  constructor(maxSteps: number, seed: number) {
    this.maxSteps = maxSteps;
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
    const steps = sequence.length - 1;
    if (steps < 1 || steps > this.maxSteps) return;
    while (this.#steps + steps > this.maxSteps) this.#dropOne();
    this.#sequences.push(sequence);
    this.#steps += steps;
  }

  /** Tokens that mean another operation now become the rare one. */
  makeRare(tokens: ReadonlySet<number>): void {
    for (const sequence of this.#sequences) makeRare(sequence, tokens);
  }

  /** All sequences for a trainer, each counting 1. `more` are sequences that are not kept yet. */
  data(more: readonly CallSequence[] = []): SequenceData {
    const all = [...this.#sequences, ...more];
    const steps = Uint32Array.from(all, ({ length }) => length - 1);
    const total = steps.reduce((sum, count) => sum + count, 0);
    const rows = new Uint16Array(total * SLOTS);
    const targets = new Uint16Array(total);
    let at = 0;
    for (const sequence of all) {
      for (let step = 1; step < sequence.length; step += 1) {
        writeRows(sequence[step - 1] ?? START_STEP, rows, at * SLOTS);
        targets[at] = tokenOf(sequence[step] ?? START_STEP);
        at += 1;
      }
    }
    return { slots: SLOTS, rows, targets, steps, weights: new Float32Array(all.length).fill(1) };
  }

  /** Two texts, however many sequences: a checkpoint of many segments is made in one go. */
  snapshot(): Json {
    return {
      draws: this.#draws,
      lengths: encoded(this.#sequences.map(({ length }) => length)),
      steps: encoded(this.#sequences.flat()),
    };
  }

  /** Tokens must be below `tokens`. Throws a TypeError that names the field. */
  restore(reader: SnapshotReader, tokens: number): void {
    const draws = reader.field("draws").count();
    const field = reader.field("lengths");
    const lengths = decoded(field);
    const all = decodedSteps(reader.field("steps"), tokens);
    const steps = all.length - lengths.length;
    if (lengths.some((length) => length < 2)) field.refuse("at least a step and what follows");
    if (lengths.reduce((sum, length) => sum + length, 0) !== all.length) {
      field.refuse(`lengths that add up to ${all.length}`);
    }
    if (steps > this.maxSteps) reader.refuse(`at most ${this.maxSteps} steps, got ${steps}`);
    this.#draws = draws;
    this.#sequences.length = 0;
    let at = 0;
    for (const length of lengths) {
      this.#sequences.push(all.slice(at, at + length));
      at += length;
    }
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
    this.#steps -= dropped === undefined ? 0 : dropped.length - 1;
  }
}

/** In place. */
export function makeRare(sequence: CallSequence, tokens: ReadonlySet<number>): void {
  if (tokens.size === 0) return;
  sequence.forEach((step, index) => {
    if (tokens.has(tokenOf(step))) sequence[index] = withToken(step, RARE_TOKEN);
  });
}

/** Base64 of 32-bit numbers, in the byte order of the machine, which is little-endian wherever Node runs. */
export function encoded(values: readonly number[]): string {
  return Buffer.from(Uint32Array.from(values).buffer).toString("base64");
}

function decoded(reader: SnapshotReader): number[] {
  const bytes = Buffer.from(reader.string(), "base64");
  if (bytes.length % BYTES_PER_STEP !== 0) reader.refuse("base64 of 32-bit numbers");
  return Array.from({ length: bytes.length / BYTES_PER_STEP }, (_, index) =>
    bytes.readUInt32LE(index * BYTES_PER_STEP),
  );
}

/** The steps again; refuses what is none of this vocabulary. */
export function decodedSteps(reader: SnapshotReader, tokens: number): CallStep[] {
  const steps = decoded(reader);
  const bad = steps.find((step) => !isStep(step, tokens));
  return bad === undefined ? steps : reader.refuse(`steps of ${tokens} tokens, got ${bad}`);
}
