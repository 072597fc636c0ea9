import type { DriftAssessor } from "../assessment/drift.js";
import type { CallModelName, FitResult } from "../core/index.js";
import type { DueFit, SegmentModels } from "../models/segment-models.js";
import type { PendingFits } from "./pending-fits.js";

/** Of each kind of model at most this many fits are under way in a pipeline: each holds a copy of its data. */
const MAX_UNDER_WAY = 1;

/** A closed list: it is also a metric label. */
export type TrainingOutcome = "adopted" | "rejected" | "failed" | "outdated";

/** What a model is told of a fit that was made from what behavior was before it changed. */
const OUTDATED: FitResult = { kind: "failed", message: "behavior changed meanwhile" };

interface FitUnderWay {
  readonly segment: string;
  /** Whether the segment was in alarm since it was asked for. */
  isOutdated: boolean;
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
 * would end the evidence that the alarm rests on, and drift would be learned as if it were normal. What was
 * asked for before an alarm is dropped, also when the alarm is over by then: it was made from, and judged by,
 * calls from before the change. The model asks again.
 */
export class CallModelFits {
  readonly #models: ServingModels;
  readonly #drift: DriftAssessor;
  readonly #fits: PendingFits;
  readonly #onOutcome: (outcome: TrainingOutcome) => void;
  readonly #underWay = new Map<DueFit, FitUnderWay>();
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
    for (const fit of this.#underWay.values()) fit.isOutdated ||= this.#isInAlarm(fit.segment);
    for (const [segment, models] of this.#inTurn()) {
      if (this.#isInAlarm(segment)) continue;
      for (const due of models.dueFits(this.#hasRoom)) {
        this.#lastSegment = segment;
        this.#underWay.set(due, { segment, isOutdated: false });
        this.#fits.request(due.job, endSeconds, (result) => {
          this.#end(due, result);
        });
      }
    }
  }

  readonly #hasRoom = (model: CallModelName): boolean =>
    [...this.#underWay.keys()].filter((due) => due.model === model).length < MAX_UNDER_WAY;

  /** All segments, from the one behind the last that was trained. */
  #inTurn(): readonly (readonly [string, SegmentModels])[] {
    const segments = [...this.#models.own];
    const first = 1 + segments.findIndex(([segment]) => segment === this.#lastSegment);
    return [...segments.slice(first), ...segments.slice(0, first)];
  }

  #end(due: DueFit, result: FitResult): void {
    const fit = this.#underWay.get(due);
    if (fit === undefined) return;
    this.#underWay.delete(due);
    const isOutdated = fit.isOutdated || this.#isInAlarm(fit.segment);
    const causes = due.adopt(isOutdated ? OUTDATED : result);
    // Other fits belong to one of many parts of a model, which judges them by itself.
    if (due.job.kind === "sequence") {
      if (result.kind === "failed") this.#onOutcome("failed");
      else if (isOutdated) this.#onOutcome("outdated");
      else this.#onOutcome(causes.length > 0 ? "adopted" : "rejected");
    }
    if (causes.length === 0) return;
    for (const served of this.#models.served(fit.segment)) {
      this.#drift.restartCauses(served, causes);
    }
  }

  /** Whether one of those that the models of this segment serve is. */
  #isInAlarm(segment: string): boolean {
    return this.#models.served(segment).some((served) => this.#drift.isInAlarm(served));
  }
}
