import type { DriftAssessor } from "../assessment/drift.js";
import type { CallModelName, FitResult } from "../core/index.js";
import type { DueFit, SegmentModels } from "../models/segment-models.js";
import type { PendingFits } from "./pending-fits.js";

/** Of each kind of model at most this many fits are under way in a pipeline: each holds a copy of its data. */
const MAX_UNDER_WAY = 1;

/** A closed list: it is also a metric label. */
export type TrainingOutcome = "adopted" | "rejected" | "failed";

interface DoneFit {
  readonly segment: string;
  readonly due: DueFit;
  readonly result: FitResult;
}

/** Models by segment, and the segments that share each. */
export interface ServingModels {
  readonly own: ReadonlyMap<string, SegmentModels>;
  /** The segments that the models of this one serve. */
  served(by: string): readonly string[];
}

/**
 * Training of the call models, segment after segment, so that none waits for long because of another that
 * has more calls. A segment in alarm is neither trained nor gets what was: the deviations of another model
 * would end the evidence that the alarm rests on, and drift would be learned as if it were normal. What
 * is done waits until the alarm is over, or drift has become the new normal.
 */
export class CallModelFits {
  readonly #models: ServingModels;
  readonly #drift: DriftAssessor;
  readonly #fits: PendingFits;
  readonly #onOutcome: (outcome: TrainingOutcome) => void;
  readonly #underWay = new Map<CallModelName, number>();
  #done: DoneFit[] = [];
  /** That of the last request: the next one begins behind it. */
  #lastSegment: string | undefined;

  constructor(
    models: ServingModels,
    drift: DriftAssessor,
    fits: PendingFits,
    onOutcome: (outcome: TrainingOutcome) => void = () => undefined,
  ) {
    this.#onOutcome = onOutcome;
    this.#models = models;
    this.#drift = drift;
    this.#fits = fits;
  }

  requestDue(endSeconds: number): void {
    this.#adoptDone();
    for (const [segment, models] of this.#inTurn()) {
      if (this.#isInAlarm(segment)) continue;
      for (const due of models.dueFits(this.#hasRoom)) {
        this.#lastSegment = segment;
        this.#count(due.model, 1);
        this.#fits.request(due.job, endSeconds, (result) => {
          this.#count(due.model, -1);
          // A later fit of the same model makes an earlier one worthless.
          this.#done = this.#done.filter((done) => !isOfSameModel(done, segment, due));
          this.#done.push({ segment, due, result });
          this.#adoptDone();
        });
      }
    }
  }

  readonly #hasRoom = (model: CallModelName): boolean =>
    (this.#underWay.get(model) ?? 0) < MAX_UNDER_WAY;

  #count(model: CallModelName, change: number): void {
    this.#underWay.set(model, (this.#underWay.get(model) ?? 0) + change);
  }

  /** All segments, from the one behind the last that was trained. */
  #inTurn(): readonly (readonly [string, SegmentModels])[] {
    const segments = [...this.#models.own];
    const first = 1 + segments.findIndex(([segment]) => segment === this.#lastSegment);
    return [...segments.slice(first), ...segments.slice(0, first)];
  }

  #adoptDone(): void {
    this.#done = this.#done.filter(({ segment, due, result }) => {
      if (this.#isInAlarm(segment)) return true;
      const causes = due.adopt(result);
      // Other fits belong to one of many parts of a model, which judges them by itself.
      if (due.job.kind === "sequence") {
        const isUsed = causes.length > 0;
        this.#onOutcome(result.kind === "failed" ? "failed" : isUsed ? "adopted" : "rejected");
      }
      if (causes.length === 0) return false;
      for (const served of this.#models.served(segment)) this.#drift.restartCauses(served, causes);
      return false;
    });
  }

  /** Whether one of those that the models of this segment serve is. */
  #isInAlarm(segment: string): boolean {
    return this.#models.served(segment).some((served) => this.#drift.isInAlarm(served));
  }
}

function isOfSameModel(done: DoneFit, segment: string, due: DueFit): boolean {
  return done.segment === segment && done.due.model === due.model;
}
