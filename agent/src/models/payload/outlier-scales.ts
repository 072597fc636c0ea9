import type { Json, SnapshotReader } from "../../core/index.js";
import { ForgettingWeight } from "../forgetting-weight.js";
import { SurpriseScale } from "./surprise-scale.js";

/** In which respect a call may be unusual, in the order of all arrays of parts. */
export const PAYLOAD_PARTS = [
  "operation",
  "formats",
  "signature",
  "permissions",
  "sizes",
  "shapes",
] as const;
type PayloadPart = (typeof PAYLOAD_PARTS)[number];

/** The first ones are surprises in bits, which have to be put on one scale; the others are distances. */
const PARTS_IN_BITS = 4;
const SIZES_PART = 4;
const SHAPES_PART = 5;
/** Distances span decades: eighth octaves of them fill the bins of a scale. */
const STEPS_PER_OCTAVE = 4;
/**
 * A call above this probability counts as an outlier: one usual call in a thousand, so that the rate of a
 * usual day is known and what exceeds it is seen.
 */
const OUTLIER_PROBABILITY = 0.999;
/** A part can't be farther out than this. */
const MAX_DISTANCE = 32;

/** How unusual a call is. */
export interface PayloadOutlier {
  /** The share of usual calls that are less unusual, in [0, 1): above .99 are 1% of usual calls. */
  readonly probability: number;
  /** Root of the sum of squares of the parts; goes on rising where the probability is all but 1. */
  readonly distance: number;
  /** 0 is usual, 1 the 99% quantile. */
  readonly parts: Readonly<Record<PayloadPart, number>>;
  /** The argument whose shape is farthest out; undefined when there is none. */
  readonly argument: string | undefined;
}

/** What is usual for each part of a call and for the call as a whole, with forgetting. */
export class OutlierScales {
  readonly #weight: ForgettingWeight;
  #scales = Array.from({ length: PARTS_IN_BITS }, () => new SurpriseScale());
  #overall = new SurpriseScale();
  readonly #distances = new Float64Array(PAYLOAD_PARTS.length);

  constructor(halfLifeSeconds: number) {
    this.#weight = new ForgettingWeight(halfLifeSeconds);
  }

  /** `parts`: bits, or distances for sizes and shapes. */
  judge(parts: Float64Array, argument: string | undefined): PayloadOutlier {
    const distance = this.#distance(parts);
    const probability = 1 - this.#overall.tailProbability(stepsOf(distance));
    const [operation = 0, formats = 0, signature = 0, permissions = 0, sizes = 0, shapes = 0] =
      this.#distances;
    const distances = { operation, formats, signature, permissions, sizes, shapes };
    return { probability, distance, parts: distances, argument };
  }

  /** Answers whether the call was an outlier among those before it. */
  learn(parts: Float64Array, timeSeconds: number): boolean {
    const weight = this.#weight.at(timeSeconds, this.#rescale);
    if (weight === 0) return false; // Older than can be weighed.
    const steps = stepsOf(this.#distance(parts));
    const isOutlier = this.#overall.isRarer(steps, 1 - OUTLIER_PROBABILITY);
    this.#overall.learn(steps, weight);
    for (let part = 0; part < PARTS_IN_BITS; part += 1) {
      this.#scales[part]?.learn(parts[part] ?? 0, weight);
    }
    return isOutlier;
  }

  snapshot(): Json {
    return {
      referenceSeconds: this.#weight.referenceSeconds ?? null,
      currentWeight: this.#weight.current,
      scales: this.#scales.map((scale) => scale.snapshot()),
      overall: this.#overall.snapshot(),
    };
  }

  /** Throws a TypeError that names the field; what was learned before stays as it was then. */
  restore(reader: SnapshotReader): void {
    const reference = reader.field("referenceSeconds");
    const referenceSeconds = reference.isNull ? undefined : reference.number();
    const currentWeight = reader.field("currentWeight").nonNegative();
    const scales = reader
      .field("scales")
      .tuple(PARTS_IN_BITS)
      .map((item) => SurpriseScale.restore(item));
    this.#overall = SurpriseScale.restore(reader.field("overall"));
    this.#scales = scales;
    this.#weight.restore(referenceSeconds, currentWeight);
  }

  /** Fills the distances of the parts; answers the length of them all. */
  #distance(parts: Float64Array): number {
    const distances = this.#distances;
    for (let part = 0; part < PARTS_IN_BITS; part += 1) {
      const normalized = this.#scales[part]?.normalized(parts[part] ?? 0) ?? 0;
      distances[part] = Math.min(MAX_DISTANCE, normalized);
    }
    distances[SIZES_PART] = Math.min(MAX_DISTANCE, Math.max(0, parts[SIZES_PART] ?? 0));
    distances[SHAPES_PART] = Math.max(0, parts[SHAPES_PART] ?? 0);
    let squares = 0;
    for (const part of distances) squares += part * part;
    return Math.sqrt(squares);
  }

  readonly #rescale = (factor: number): void => {
    for (const scale of [...this.#scales, this.#overall]) scale.rescale(factor);
  };
}

function stepsOf(distance: number): number {
  return STEPS_PER_OCTAVE * Math.log2(1 + distance);
}
