import type { ArgumentShape, Json, SnapshotReader } from "../../core/index.js";
import { BoundedFrequencies } from "./bounded-frequencies.js";
import { LengthDistribution } from "./length-distribution.js";
import { SurpriseScale } from "./surprise-scale.js";

const MAX_TYPES = 8;
const MAX_PATTERNS = 32;
/** An argument with more values than this is free: then no value is news. */
const MAX_VALUES = 32;
/** Of the calls, so many must have other values before all are given up: a few novelties free nothing. */
const FREE_SHARE = 0.5;
/** Classes that a bigram may begin with: letters, digits, and some punctuation, in practice. */
const MAX_FIRST_CLASSES = 48;
/** Classes that may follow one. */
const MAX_NEXT_CLASSES = 48;
/** Pairs of classes told apart, in all: text has some dozens; a pair takes about 100 bytes. */
const MAX_BIGRAMS = 160;
/** A run of one class in a long text must not outweigh all other texts. */
const MAX_BIGRAM_COUNT = 8;
/** Without a class of its own: counted under this when there are too many. */
const OTHER_CLASS = -1;

/** What is looked at in an argument's shape, in the order of {@link ArgumentShapeModel.bits}. */
export const SHAPE_PARTS = [
  "type",
  "length",
  "rarest_bigram",
  "mean_bigram",
  "all_bigrams",
  "pattern",
  "value",
] as const;

/** Judged on its own from this many calls on. */
export const MIN_ARGUMENT_CALLS = 30;

/**
 * What one argument's values usually look like, with forgetting: their type, length, neighboring
 * character classes, collapsed class pattern, and, by keyed hash, whether it is always one of a few
 * values. After Kruegel and Vigna, "Anomaly Detection of Web-Based Attacks", CCS 2003, whose length,
 * character distribution, structure and token models these are, with smoothed frequencies in place of
 * their tests. Weights are on the scale of a `ForgettingWeight` that the caller keeps.
 */
export class ArgumentShapeModel {
  readonly #types = new BoundedFrequencies(MAX_TYPES);
  readonly #lengths = new LengthDistribution();
  readonly #patterns = new BoundedFrequencies(MAX_PATTERNS);
  /** Undefined once the argument has turned out to be free, for good: remembering would be in vain. */
  #values: BoundedFrequencies | undefined = new BoundedFrequencies(MAX_VALUES);
  /** What follows a class, as bigrams, by the code of their first character. */
  readonly #following = new Map<number, BoundedFrequencies>();
  #bigrams = 0;
  #scales = SHAPE_PARTS.map(() => new SurpriseScale());
  #weight = 0;

  /** Calls learned, by what is left of them now. */
  calls(current: number): number {
    return this.#weight / current;
  }

  /**
   * -log2 of the probability of each part, into `bits` from `at` on; `current` is the weight of one call
   * now.
   */
  bits(shape: ArgumentShape, current: number, bits: Float64Array, at: number): void {
    bits[at] = this.#types.bits(shape.type, current);
    bits[at + 1] = this.#lengths.bits(shape.length, current);
    this.#bigramBits(shape, current, bits, at);
    bits[at + 5] = this.#patterns.bits(shape.classPattern, current);
    bits[at + 6] = this.#values?.bits(shape.keyedHash, current) ?? 0;
  }

  /** The sum of squares of how far out each part is (see {@link SurpriseScale}), each at most `limit`. */
  squaredDistance(bits: Float64Array, at: number, limit: number): number {
    let sum = 0;
    for (let part = 0; part < SHAPE_PARTS.length; part += 1) {
      const normalized = this.#scales[part]?.normalized(bits[at + part] ?? 0) ?? 0;
      sum += Math.min(limit, normalized) ** 2;
    }
    return sum;
  }

  /** What it said about a shape that it is about to learn: {@link bits}. */
  learnScale(bits: Float64Array, at: number, weight: number): void {
    for (let part = 0; part < SHAPE_PARTS.length; part += 1) {
      this.#scales[part]?.learn(bits[at + part] ?? 0, weight);
    }
  }

  learn(shape: ArgumentShape, weight: number): void {
    this.#weight += weight;
    this.#types.learn(shape.type, weight);
    this.#lengths.learn(shape.length, weight);
    this.#patterns.learn(shape.classPattern, weight);
    this.#values?.learn(shape.keyedHash, weight);
    if (this.#values !== undefined && this.#values.pooledShare > FREE_SHARE)
      this.#values = undefined;
    for (const bigram in shape.characterClassBigrams) {
      const count = shape.characterClassBigrams[bigram] ?? 0;
      const isNew = this.#openFollowing(bigram).learn(
        bigram,
        weight * Math.min(count, MAX_BIGRAM_COUNT),
        this.#bigrams >= MAX_BIGRAMS,
      );
      if (isNew) this.#bigrams += 1;
    }
  }

  rescale(factor: number): void {
    this.#weight *= factor;
    this.#types.rescale(factor);
    this.#lengths.rescale(factor);
    this.#patterns.rescale(factor);
    this.#values?.rescale(factor);
    this.#bigrams = 0;
    for (const following of this.#following.values()) {
      following.rescale(factor);
      this.#bigrams += following.size;
    }
    for (const scale of this.#scales) scale.rescale(factor);
  }

  snapshot(): Json {
    return {
      weight: this.#weight,
      types: this.#types.snapshot(),
      lengths: this.#lengths.snapshot(),
      patterns: this.#patterns.snapshot(),
      values: this.#values?.snapshot() ?? null,
      bigrams: this.#bigrams,
      following: [...this.#following].map(([first, next]) => [first, next.snapshot()]),
      scales: this.#scales.map((scale) => scale.snapshot()),
    };
  }

  /** Throws a TypeError that names the field. */
  static restore(reader: SnapshotReader): ArgumentShapeModel {
    const model = new ArgumentShapeModel();
    model.#weight = reader.field("weight").nonNegative();
    model.#types.restore(reader.field("types"));
    model.#lengths.restore(reader.field("lengths"));
    model.#patterns.restore(reader.field("patterns"));
    if (reader.field("values").isNull) model.#values = undefined;
    else model.#values?.restore(reader.field("values"));
    model.#bigrams = reader.field("bigrams").count();
    for (const item of reader.field("following").items(MAX_FIRST_CLASSES + 1)) {
      const [first, next] = item.tuple(2);
      const following = new BoundedFrequencies(MAX_NEXT_CLASSES);
      following.restore(next ?? item);
      model.#following.set((first ?? item).integer(), following);
    }
    model.#scales = reader
      .field("scales")
      .tuple(SHAPE_PARTS.length)
      .map((item) => SurpriseScale.restore(item));
    return model;
  }

  /**
   * Of neighboring classes: the rarest pair, which an injected character makes; the mean of all pairs,
   * which tells random text from words; and the sum over distinct pairs, since several rare pairs are
   * rarer than one.
   */
  #bigramBits(shape: ArgumentShape, current: number, bits: Float64Array, at: number): void {
    let rarest = 0;
    let distinct = 0;
    let sum = 0;
    let pairs = 0;
    for (const bigram in shape.characterClassBigrams) {
      const first = bigram.charCodeAt(0);
      const following = this.#following.get(first) ?? this.#following.get(OTHER_CLASS);
      // What follows a class that never came costs what a class that never came costs.
      const own = following?.bits(bigram, current) ?? Math.log2(this.#weight / current + 2);
      const count = shape.characterClassBigrams[bigram] ?? 0;
      if (own > rarest) rarest = own;
      distinct += own;
      sum += count * own;
      pairs += count;
    }
    bits[at + 2] = rarest;
    bits[at + 3] = pairs === 0 ? 0 : sum / pairs;
    bits[at + 4] = distinct;
  }

  #openFollowing(bigram: string): BoundedFrequencies {
    const first = bigram.charCodeAt(0);
    const known = this.#following.get(first);
    if (known !== undefined) return known;
    const key = this.#following.size < MAX_FIRST_CLASSES ? first : OTHER_CLASS;
    let following = this.#following.get(key);
    if (following === undefined) {
      following = new BoundedFrequencies(MAX_NEXT_CLASSES);
      this.#following.set(key, following);
    }
    return following;
  }
}
