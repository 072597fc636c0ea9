import {
  failed,
  ready,
  warmingUp,
  type DatedChange,
  type Json,
  type ModelResult,
  type SnapshotReader,
} from "../../core/index.js";
import { OnlineChangeDetector, type OnlineChange } from "./online-detector.js";

/** A change that was told this long ago is one of a short time ago still; as long a missing feature is kept. */
const RECENT_SECONDS = 900;

export interface FeatureChangesOptions {
  readonly stepSeconds: number;
  /** Steps of the season, or undefined when there is none to expect. */
  readonly seasonSteps: number | undefined;
  /** Says nothing before the season is known: a feature with a strong one would seem to change all day. */
  readonly waitsForSeason: boolean;
  /** Its detectors start so many steps later than they could. */
  readonly delaySteps: number;
}

/**
 * Abrupt changes of one feature. Its season takes two rounds to learn; unless told to wait for it, a
 * detector without any speaks until then.
 */
export class FeatureChanges {
  readonly #options: FeatureChangesOptions;
  readonly #seasonal: OnlineChangeDetector | undefined;
  #plain: OnlineChangeDetector | undefined;
  #probability = NaN;
  #last: DatedChange | undefined;
  #toldSeconds = -Infinity;
  #seenSeconds = -Infinity;
  #nowSeconds = -Infinity;

  constructor(options: FeatureChangesOptions) {
    const { seasonSteps, waitsForSeason, delaySteps } = options;
    this.#options = options;
    const isSeasonal = seasonSteps !== undefined;
    this.#seasonal = isSeasonal ? new OnlineChangeDetector(seasonSteps, delaySteps) : undefined;
    this.#plain =
      isSeasonal && waitsForSeason ? undefined : new OnlineChangeDetector(undefined, delaySteps);
  }

  get last(): DatedChange | undefined {
    return this.#last;
  }

  /** That the feature has changed within a quarter of an hour or so. */
  get probability(): ModelResult<number> {
    if (Number.isNaN(this.#probability)) return warmingUp("too_few_windows");
    if (this.#nowSeconds - this.#seenSeconds > RECENT_SECONDS) return failed("stale_input");
    const isTold = this.#nowSeconds - this.#toldSeconds <= RECENT_SECONDS;
    return ready(isTold ? (this.#last?.probability ?? NaN) : this.#probability);
  }

  /** The next step; NaN for one without a value. */
  observe(startSeconds: number, value: number, size: number): void {
    const { stepSeconds } = this.#options;
    this.#nowSeconds = startSeconds + stepSeconds;
    const seasonal = this.#seasonal?.observe(value, size);
    if (seasonal?.status === "ready") this.#plain = undefined;
    const said = this.#plain?.observe(value, size) ?? seasonal;
    if (Number.isFinite(value)) this.#seenSeconds = this.#nowSeconds;
    if (said?.status === "ready") this.#tell(startSeconds, said.value);
  }

  snapshot(): Json {
    return {
      seasonal: this.#seasonal?.snapshot() ?? null,
      plain: this.#plain?.snapshot() ?? null,
      probability: orNull(this.#probability),
      last: this.#last === undefined ? null : [this.#last.timeSeconds, this.#last.probability],
      toldSeconds: orNull(this.#toldSeconds),
      seenSeconds: orNull(this.#seenSeconds),
      nowSeconds: orNull(this.#nowSeconds),
    };
  }

  restore(reader: SnapshotReader): void {
    const seasonal = reader.field("seasonal");
    const plain = reader.field("plain");
    if (seasonal.isNull !== (this.#seasonal === undefined))
      seasonal.refuse("a season as configured");
    this.#seasonal?.restore(seasonal.json());
    if (plain.isNull) this.#plain = undefined;
    else {
      this.#plain ??= new OnlineChangeDetector(undefined, this.#options.delaySteps);
      this.#plain.restore(plain.json());
    }
    const number = (name: string, unknown: number): number => {
      const field = reader.field(name);
      return field.isNull ? unknown : field.number();
    };
    const last = reader.field("last");
    const [time, probability] = last.isNull ? [] : last.items();
    this.#last =
      time === undefined || probability === undefined
        ? undefined
        : { timeSeconds: time.number(), probability: probability.number() };
    this.#probability = number("probability", NaN);
    this.#toldSeconds = number("toldSeconds", -Infinity);
    this.#seenSeconds = number("seenSeconds", -Infinity);
    this.#nowSeconds = number("nowSeconds", -Infinity);
  }

  #tell(startSeconds: number, { probability, ageSteps, isDetection }: OnlineChange): void {
    this.#probability = probability;
    if (!isDetection) return;
    const timeSeconds = startSeconds - (ageSteps ?? 0) * this.#options.stepSeconds;
    this.#last = { timeSeconds, probability };
    this.#toldSeconds = this.#nowSeconds;
  }
}

function orNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
