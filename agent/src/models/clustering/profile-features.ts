import { encodeFloats, type Json, type SnapshotReader } from "../../core/index.js";
import { AVERAGED } from "./actor-profile.js";
import type { ActorProfile } from "./actor-profile.js";

/** Operations with a coordinate of their own: the most used ones. */
const FEATURED_OPERATIONS = 16;
/** Beside those of operations: all other operations, reads, session starts, and the averages. */
const OTHER_FEATURES = 3 + AVERAGED.length;
/**
 * Calls of an actor are taken to differ by at least this much, natural logarithms: actors who differ by
 * less than some tenths in the size of what they send behave alike.
 */
const LEAST_DEVIATION = 0.5;

/**
 * Turns a profile into a point. Every coordinate is scaled so that it has the variance 1 / (4 n) when the
 * n calls of an actor are drawn independently from one behavior, so that distances mean the same in all
 * of them: shares by their square root (together) or arc sine (alone), which make their variance stable
 * (Freeman and Tukey, "Transformations related to the angular and the square root", Annals of
 * Mathematical Statistics 21, 1950); means as multiples of twice the deviation within an actor.
 */
export class ProfileFeatures {
  /** Places of the operations that have a coordinate. */
  readonly #places: readonly number[];
  /** Of each average: over all actors, and the divisor. */
  readonly #centers: Float64Array;
  readonly #scales: Float64Array;

  private constructor(places: readonly number[], centers: Float64Array, scales: Float64Array) {
    this.#places = places;
    this.#centers = centers;
    this.#scales = scales;
  }

  /** The scales and operations of these actors, each of whom counts the same however much it calls. */
  static of(profiles: readonly ActorProfile[], operations: number): ProfileFeatures {
    const use = new Float64Array(operations);
    const centers = new Float64Array(AVERAGED.length);
    const scales = new Float64Array(AVERAGED.length);
    for (const profile of profiles) {
      for (let place = 0; place < operations; place += 1) {
        use[place] = (use[place] ?? 0) + profile.operationRatio(place);
      }
    }
    for (let index = 0; index < AVERAGED.length; index += 1) {
      let [sum, known, squares, calls] = [0, 0, 0, 0];
      for (const profile of profiles) {
        const { count, squares: within } = profile.scatter(index);
        if (count === 0) continue;
        sum += profile.mean(index);
        known += 1;
        squares += within;
        calls += count;
      }
      centers[index] = known === 0 ? 0 : sum / known;
      const deviation = calls === 0 ? 0 : Math.sqrt(squares / calls);
      scales[index] = 2 * Math.max(LEAST_DEVIATION, deviation);
    }
    const places = [...use.keys()]
      .sort((a, b) => (use[b] ?? 0) - (use[a] ?? 0) || a - b)
      .slice(0, FEATURED_OPERATIONS);
    return new ProfileFeatures(places, centers, scales);
  }

  get dimension(): number {
    return this.#places.length + OTHER_FEATURES;
  }

  /** Writes the point of a profile into `rows` from `offset` on. */
  write(profile: ActorProfile, rows: Float64Array, offset: number): void {
    let at = offset;
    let rest = 1;
    for (const place of this.#places) {
      const ratio = profile.operationRatio(place);
      rest -= ratio;
      rows[at] = Math.sqrt(ratio);
      at += 1;
    }
    rows[at] = Math.sqrt(Math.max(0, rest));
    rows[at + 1] = angle(profile.readRatio);
    rows[at + 2] = angle(profile.sessionStartRatio);
    at += 3;
    for (let index = 0; index < AVERAGED.length; index += 1) {
      const mean = profile.mean(index);
      // What is not known of an actor says nothing about it.
      const difference = Number.isNaN(mean) ? 0 : mean - (this.#centers[index] ?? 0);
      rows[at + index] = difference / (this.#scales[index] ?? NaN);
    }
  }

  snapshot(): Json {
    return {
      places: [...this.#places],
      centers: encodeFloats(this.#centers),
      scales: encodeFloats(this.#scales),
    };
  }

  /** Throws a TypeError that names the field. */
  static restore(reader: SnapshotReader): ProfileFeatures {
    const places = reader.field("places").items(FEATURED_OPERATIONS);
    return new ProfileFeatures(
      places.map((place) => place.count()),
      reader.field("centers").float64s(AVERAGED.length),
      reader.field("scales").float64s(AVERAGED.length),
    );
  }
}

function angle(ratio: number): number {
  return Math.asin(Math.sqrt(Math.min(1, Math.max(0, ratio))));
}
