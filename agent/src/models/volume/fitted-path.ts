import type { Json } from "../../core/index.js";
import { encodeFloats, type SnapshotReader } from "../../core/snapshot-reader.js";

/** No path is longer than this many steps: what a snapshot may hold. */
const MAX_PATH_STEPS = 100_000;

/**
 * A path that was forecast once, at its origin, and is followed until the next fit. Between fits its
 * level is corrected: the exponentially smoothed difference between what came and what the path said is
 * added to the rest of it.
 */
export class FittedPath {
  readonly #originIndex: number;
  readonly #stepWindows: number;
  readonly #values: Float64Array;
  readonly #correctionGain: number;
  #correction = 0;

  /** `values[k]` is the mean rate of the k-th step of `stepWindows` windows after the origin. */
  constructor(
    originIndex: number,
    stepWindows: number,
    values: Float64Array,
    correctionGain: number,
  ) {
    this.#originIndex = originIndex;
    this.#stepWindows = stepWindows;
    this.#values = values;
    this.#correctionGain = correctionGain;
  }

  /** A window has come; a gap (NaN) corrects nothing. */
  observe(index: number, callsPerSecond: number): void {
    const residual = callsPerSecond - (this.#at(index) + this.#correction);
    if (residual === residual) this.#correction += this.#correctionGain * residual;
  }

  /** The corrected rate in the middle of the windows `from`..`to`; NaN past the end of the path. */
  forecast(from: number, to: number): number {
    const value = this.#at((from + to) / 2);
    return value === value ? Math.max(0, value + this.#correction) : NaN;
  }

  snapshot(): Json {
    return {
      originIndex: this.#originIndex,
      stepWindows: this.#stepWindows,
      correction: this.#correction,
      values: encodeFloats(this.#values),
    };
  }

  static from(reader: SnapshotReader, correctionGain: number): FittedPath {
    const values = reader.field("values").float64s();
    if (values.length > MAX_PATH_STEPS || !values.every(Number.isFinite)) {
      reader.field("values").refuse(`at most ${MAX_PATH_STEPS} finite values`);
    }
    const stepWindows = reader.field("stepWindows").count();
    if (stepWindows === 0) reader.field("stepWindows").refuse("at least 1");
    const path = new FittedPath(
      reader.field("originIndex").integer(),
      stepWindows,
      values,
      correctionGain,
    );
    path.#correction = reader.field("correction").number();
    return path;
  }

  /** Interpolated between the middles of the steps. */
  #at(index: number): number {
    // The k-th step (from 0) covers the windows originIndex + 1 + k * step and on.
    const middle = (this.#stepWindows + 1) / 2;
    const position = (index - this.#originIndex - middle) / this.#stepWindows;
    if (position <= 0) return position > -1 ? (this.#values[0] ?? NaN) : NaN;
    const step = Math.floor(position);
    const left = this.#values[step] ?? NaN;
    const fraction = position - step;
    if (fraction === 0) return left;
    const right = this.#values[step + 1] ?? NaN;
    return left + fraction * (right - left);
  }
}
