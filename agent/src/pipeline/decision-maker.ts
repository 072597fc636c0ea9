import { decide } from "../allocation/allocator.js";
import type { DecisionDraft } from "../allocation/allocator.js";
import type { RecommendationHistory } from "../allocation/history.js";
import type { AllocationSettings } from "../allocation/settings.js";
import type { Decision, Resources, WorkloadState } from "../core/index.js";
import type { DecisionLog } from "../explanation/decision-log.js";
import { explain } from "../explanation/sentences.js";

type DecisionStage = "allocate" | "explain";

export interface DecisionMakerParts {
  /** Of the regular decisions. */
  readonly decisionLog: DecisionLog;
  /** Of those that somebody asked for: however many, they do not push out the regular ones. */
  readonly askedLog: DecisionLog;
  readonly nextDecisionId: (timeSeconds: number) => string;
  /** Runs a stage and takes its time. */
  readonly time: <T>(stage: DecisionStage, run: () => T) => T;
}

/** Decides, explains and keeps the record of one workload's decisions. */
export class DecisionMaker {
  readonly #settings: AllocationSettings;
  readonly #history: RecommendationHistory;
  readonly #parts: DecisionMakerParts;

  constructor(
    settings: AllocationSettings,
    history: RecommendationHistory,
    parts: DecisionMakerParts,
  ) {
    this.#settings = settings;
    this.#history = history;
    this.#parts = parts;
  }

  /** The regular decision at the end of a window; the guards of later ones look back at it. */
  decide(
    state: WorkloadState,
    current: Resources,
    observedCallsPerSecond: number | undefined,
  ): Decision {
    const draft = this.#draft(state, current, observedCallsPerSecond, undefined);
    this.#history.add({
      timeSeconds: draft.timeSeconds,
      recommended: draft.recommended.target.replicas,
      wanted: draft.wantedReplicas,
      reactive: draft.reactiveReplicas,
    });
    return this.#explain(draft, state, observedCallsPerSecond, this.#parts.decisionLog);
  }

  /** A decision that somebody asked for; the guards of later ones do not look back at it. */
  decideOnRequest(
    state: WorkloadState,
    current: Resources,
    observedCallsPerSecond: number | undefined,
    horizonSeconds: number | undefined,
  ): Decision {
    const draft = this.#draft(state, current, observedCallsPerSecond, horizonSeconds);
    return this.#explain(draft, state, observedCallsPerSecond, this.#parts.askedLog);
  }

  #draft(
    state: WorkloadState,
    current: Resources,
    observedCallsPerSecond: number | undefined,
    horizonSeconds: number | undefined,
  ): DecisionDraft {
    return this.#parts.time("allocate", () =>
      decide(this.#settings, {
        workload: state.workload,
        timeSeconds: state.timeSeconds,
        current,
        observedCallsPerSecond,
        forecast: state.forecast,
        drift: state.overall.drift,
        predictedWorkload: state.predictedWorkload,
        cost: state.cost,
        history: this.#history,
        horizonSeconds,
      }),
    );
  }

  #explain(
    draft: DecisionDraft,
    state: WorkloadState,
    observedCallsPerSecond: number | undefined,
    log: DecisionLog,
  ): Decision {
    return this.#parts.time("explain", () => {
      const { capacity, reactiveReplicas, wantedReplicas, horizonSeconds, ...rest } = draft;
      const unexplained = { ...rest, decisionId: this.#parts.nextDecisionId(draft.timeSeconds) };
      const decision: Decision = {
        ...unexplained,
        reasons: explain({
          decision: unexplained,
          observedCallsPerSecond,
          drift: state.overall.drift,
          driftThreshold: this.#settings.driftThreshold,
          cost: state.cost,
          capacity,
          horizonSeconds,
        }),
      };
      log.add({
        decision,
        observedCallsPerSecond,
        drift: state.overall.drift,
        cost: state.cost,
        forecastQuality: state.forecastQuality,
      });
      return decision;
    });
  }
}
