import type { Json, SnapshotReader } from "../../core/index.js";
import { ForgettingWeight } from "../forgetting-weight.js";
import { SurpriseScale } from "./surprise-scale.js";

/** In which respect a call may be unusual. */
export type PayloadPart =
  "operation" | "formats" | "signature" | "permissions" | "sizes" | "shapes";

/** Surprises in bits, which have to be put on one scale first; the others are distances already. */
const PARTS_IN_BITS = ["operation", "formats", "signature", "permissions"] as const;
const DISTANCES = ["sizes", "shapes"] as const;
/** Distances span decades: eighth octaves of them fill the bins of a scale. */
const STEPS_PER_OCTAVE = 4;
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
  #scales = PARTS_IN_BITS.map(() => new SurpriseScale());
  #overall = new SurpriseScale();

  constructor(halfLifeSeconds: number) {
    this.#weight = new ForgettingWeight(halfLifeSeconds);
  }

  /** `parts`: bits, or distances for sizes and shapes. */
  judge(
    parts: Readonly<Record<PayloadPart, number>>,
    argument: string | undefined,
  ): PayloadOutlier {
    const distances = this.#distances(parts);
    const distance = lengthOf(distances);
    const probability = 1 - this.#overall.tailProbability(stepsOf(distance));
    return { probability, distance, parts: distances, argument };
  }

  learn(parts: Readonly<Record<PayloadPart, number>>, timeSeconds: number): void {
    const weight = this.#weight.at(timeSeconds, this.#rescale);
    if (weight === 0) return; // Older than can be weighed.
    this.#overall.learn(stepsOf(lengthOf(this.#distances(parts))), weight);
    PARTS_IN_BITS.forEach((part, at) => {
      this.#scales[at]?.learn(parts[part], weight);
    });
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
      .tuple(PARTS_IN_BITS.length)
      .map((item) => SurpriseScale.restore(item));
    this.#overall = SurpriseScale.restore(reader.field("overall"));
    this.#scales = scales;
    this.#weight.restore(referenceSeconds, currentWeight);
  }

  #distances(parts: Readonly<Record<PayloadPart, number>>): Record<PayloadPart, number> {
    const distances = { ...parts };
    PARTS_IN_BITS.forEach((part, at) => {
      const normalized = this.#scales[at]?.normalized(parts[part]) ?? 0;
      distances[part] = Math.min(MAX_DISTANCE, normalized);
    });
    for (const part of DISTANCES) distances[part] = Math.max(0, parts[part]);
    distances.sizes = Math.min(MAX_DISTANCE, distances.sizes);
    return distances;
  }

  readonly #rescale = (factor: number): void => {
    for (const scale of [...this.#scales, this.#overall]) scale.rescale(factor);
  };
}

function lengthOf(parts: Readonly<Record<PayloadPart, number>>): number {
  let squares = 0;
  for (const part of Object.values(parts)) squares += part * part;
  return Math.sqrt(squares);
}

function stepsOf(distance: number): number {
  return STEPS_PER_OCTAVE * Math.log2(1 + distance);
}
