import type { Json, SeasonStrength } from "../../core/index.js";
import { encodeFloats, type SnapshotReader } from "../../core/snapshot-reader.js";

/** A period, the parts it is divided into, and how many of the next shorter season's periods it holds. */
interface Candidate {
  readonly name: string;
  readonly seconds: number;
  readonly parts: number;
  /** 1 when there is no shorter season, whose course then is a constant. */
  readonly shorterPeriods: number;
}

/** From short to long: what a shorter season explains already is no sign of a longer one. */
const CANDIDATES: readonly Candidate[] = [
  { name: "hour", seconds: 3600, parts: 12, shorterPeriods: 12 },
  { name: "half_day", seconds: 43_200, parts: 24, shorterPeriods: 12 },
  { name: "day", seconds: 86_400, parts: 24, shorterPeriods: 2 },
  { name: "week", seconds: 604_800, parts: 28, shorterPeriods: 7 },
];
/** Older periods count half after so many: a season that ends is forgotten. */
const HALF_LIFE_PERIODS = 6;
/** Forecast periods before anything is said: two alike may be chance. */
const MIN_SCORED_PERIODS = 3;
/** Share of a period's parts that must be known for it to have a level. */
const MIN_KNOWN_PARTS = 0.9;
/** Share of the squared error that a season must save. Random walks rarely have that much by chance (see the test). */
const MIN_STRENGTH = 0.25;

/**
 * Finds which of four fixed periods a load has, by what each would have saved: the deviation of each part
 * of a period from the mean of the period before it is forecast by the mean deviation of that part in
 * earlier periods, and, for comparison, by that of the same part of the shorter season. Every error is one of
 * a forecast made before its target was known, so noise and trends, whose past course says nothing of the
 * next, save nothing. Loads are compared as square roots, for busy parts not to decide alone.
 */
export class SeasonFinder {
  readonly #searches: readonly PeriodSearch[];

  constructor(windowSeconds: number) {
    this.#searches = CANDIDATES.filter(
      ({ seconds, parts }) => seconds / parts >= windowSeconds,
    ).map((candidate) => new PeriodSearch(candidate));
  }

  /** One window, in the order of time; undefined is a gap. */
  observe(startSeconds: number, callsPerSecond: number | undefined): void {
    for (const search of this.#searches) search.observe(startSeconds, callsPerSecond);
  }

  /** Of each period that has been watched long enough. */
  strengths(): readonly SeasonStrength[] {
    return this.#searches.map((search) => search.strength()).filter((one) => one !== undefined);
  }

  snapshot(): Json {
    return this.#searches.map((search) => search.snapshot());
  }

  restore(reader: SnapshotReader): void {
    const items = reader.tuple(this.#searches.length);
    items.forEach((item, index) => this.#searches[index]?.restore(item));
  }
}

class PeriodSearch {
  readonly #candidate: Candidate;
  readonly #discount = 2 ** (-1 / HALF_LIFE_PERIODS);
  /** The last parts, a whole period of them; NaN where unknown. */
  readonly #recent: Float64Array;
  /** Mean deviation by part, and the weight of it. */
  readonly #course: Float64Array;
  readonly #courseWeights: Float64Array;
  /** The same of the shorter season. */
  readonly #shorter: Float64Array;
  readonly #shorterWeights: Float64Array;
  /** Squared errors: with the season, without it; and parts scored, all discounted by part. */
  readonly #scores = new Float64Array(3);
  #part: number | undefined;
  #sum = 0;
  #known = 0;

  constructor(candidate: Candidate) {
    this.#candidate = candidate;
    const { parts, shorterPeriods } = candidate;
    this.#recent = new Float64Array(parts).fill(NaN);
    this.#course = new Float64Array(parts);
    this.#courseWeights = new Float64Array(parts);
    this.#shorter = new Float64Array(parts / shorterPeriods);
    this.#shorterWeights = new Float64Array(this.#shorter.length);
  }

  observe(startSeconds: number, callsPerSecond: number | undefined): void {
    const { seconds, parts } = this.#candidate;
    const part = Math.floor(startSeconds / (seconds / parts));
    if (this.#part !== undefined && part > this.#part) {
      this.#close(this.#part, this.#known > 0 ? Math.sqrt(this.#sum / this.#known) : NaN);
      // What was left out is unknown; of more than a period nothing else is remembered.
      const skipped = Math.max(this.#part + 1, part - parts);
      for (let gap = skipped; gap < part; gap += 1) this.#close(gap, NaN);
      this.#sum = 0;
      this.#known = 0;
    }
    this.#part = part;
    if (callsPerSecond === undefined) return;
    this.#sum += callsPerSecond;
    this.#known += 1;
  }

  strength(): SeasonStrength | undefined {
    const { name, seconds, parts } = this.#candidate;
    const [own = 0, without = 0, scored = 0] = this.#scores;
    if (scored < MIN_SCORED_PERIODS * parts * this.#discount ** MIN_SCORED_PERIODS)
      return undefined;
    const saved = without > 0 ? 1 - own / without : 0;
    return { season: name, seconds, strength: saved >= MIN_STRENGTH ? saved : 0 };
  }

  snapshot(): Json {
    return {
      part: this.#part ?? null,
      sum: this.#sum,
      known: this.#known,
      recent: encodeFloats(this.#recent),
      course: encodeFloats(this.#course),
      courseWeights: encodeFloats(this.#courseWeights),
      shorter: encodeFloats(this.#shorter),
      shorterWeights: encodeFloats(this.#shorterWeights),
      scores: encodeFloats(this.#scores),
    };
  }

  restore(reader: SnapshotReader): void {
    const part = reader.field("part");
    const restoredPart = part.isNull ? undefined : part.integer();
    const sum = reader.field("sum").nonNegative();
    const known = reader.field("known").count();
    const finite = (name: string, into: Float64Array): Float64Array => {
      const values = reader.field(name).float64s(into.length);
      if (!values.every(Number.isFinite)) reader.field(name).refuse("finite values");
      return values;
    };
    const recent = reader.field("recent").float64s(this.#recent.length);
    const course = finite("course", this.#course);
    const courseWeights = finite("courseWeights", this.#courseWeights);
    const shorter = finite("shorter", this.#shorter);
    const shorterWeights = finite("shorterWeights", this.#shorterWeights);
    const scores = finite("scores", this.#scores);
    this.#part = restoredPart;
    this.#sum = sum;
    this.#known = known;
    this.#recent.set(recent);
    this.#course.set(course);
    this.#courseWeights.set(courseWeights);
    this.#shorter.set(shorter);
    this.#shorterWeights.set(shorterWeights);
    this.#scores.set(scores);
  }

  /** A part is over: it is scored, then learned from. */
  #close(part: number, value: number): void {
    const { parts } = this.#candidate;
    const slot = ((part % parts) + parts) % parts;
    const shorterSlot = slot % this.#shorter.length;
    const level = mean(this.#recent);
    this.#recent[slot] = value;
    const deviation = value - level;
    if (deviation !== deviation) return;
    if ((this.#courseWeights[slot] ?? 0) > 0) {
      const forgets = this.#discount ** (1 / parts);
      const own = deviation - (this.#course[slot] ?? 0);
      const without = deviation - (this.#shorter[shorterSlot] ?? 0);
      this.#scores[0] = (this.#scores[0] ?? 0) * forgets + own * own;
      this.#scores[1] = (this.#scores[1] ?? 0) * forgets + without * without;
      this.#scores[2] = (this.#scores[2] ?? 0) * forgets + 1;
    }
    learn(this.#course, this.#courseWeights, slot, deviation, this.#discount);
    const periods = this.#candidate.shorterPeriods;
    learn(
      this.#shorter,
      this.#shorterWeights,
      shorterSlot,
      deviation,
      this.#discount ** (1 / periods),
    );
  }
}

function learn(
  means: Float64Array,
  weights: Float64Array,
  at: number,
  value: number,
  discount: number,
): void {
  const weight = (weights[at] ?? 0) * discount + 1;
  weights[at] = weight;
  means[at] = (means[at] ?? 0) + (value - (means[at] ?? 0)) / weight;
}

/** NaN unless nearly all are known: the mean of half a day is no level. */
function mean(values: Float64Array): number {
  let sum = 0;
  let known = 0;
  for (const value of values) {
    if (value !== value) continue;
    sum += value;
    known += 1;
  }
  return known >= MIN_KNOWN_PARTS * values.length ? sum / known : NaN;
}
