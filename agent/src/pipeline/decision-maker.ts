import { decide } from "../allocation/allocator.js";
import type { DecisionDraft } from "../allocation/allocator.js";
import { AskedReplicas } from "../allocation/asked-replicas.js";
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

/** The load that decisions rest on. */
export interface ObservedLoad {
  /** Mean over the last windows that are known; undefined when none are reported. */
  readonly callsPerSecond: number | undefined;
  /** Seconds of silence since then of which is not known yet what it is. */
  readonly unconfirmedSilenceSeconds: number;
}

/** What a decision is about, when somebody asked for it. */
interface Question {
  readonly horizonSeconds: number | undefined;
  readonly askedSinceSeconds: number;
}

/** Decides, explains and keeps the record of one workload's decisions. */
export class DecisionMaker {
  readonly #settings: AllocationSettings;
  readonly #history: RecommendationHistory;
  readonly #load: ObservedLoad;
  readonly #parts: DecisionMakerParts;
  readonly #asked = new AskedReplicas();

  constructor(
    settings: AllocationSettings,
    history: RecommendationHistory,
    load: ObservedLoad,
    parts: DecisionMakerParts,
  ) {
    this.#settings = settings;
    this.#history = history;
    this.#load = load;
    this.#parts = parts;
  }

  /** The regular decision at the end of a window; the guards of later ones look back at it. */
  decide(state: WorkloadState, current: Resources): Decision {
    const draft = this.#draft(state, current, undefined);
    this.#history.add({
      timeSeconds: draft.timeSeconds,
      recommended: draft.recommended.target.replicas,
      wanted: draft.wantedReplicas,
      reactive: draft.reactiveReplicas,
      current: current.replicas,
    });
    return this.#explain(draft, state, this.#parts.decisionLog);
  }

  /** A decision that somebody asked for; the guards of the regular ones do not look back at it. */
  decideOnRequest(
    state: WorkloadState,
    current: Resources,
    horizonSeconds: number | undefined,
  ): Decision {
    const { timeSeconds } = state;
    this.#asked.tell(timeSeconds, current.replicas);
    const askedSinceSeconds = this.#asked.since(
      current.replicas,
      timeSeconds,
      this.#settings.scaleDownStabilizationSeconds,
    );
    const draft = this.#draft(state, current, { horizonSeconds, askedSinceSeconds });
    return this.#explain(draft, state, this.#parts.askedLog);
  }

  #draft(state: WorkloadState, current: Resources, question: Question | undefined): DecisionDraft {
    return this.#parts.time("allocate", () =>
      decide(this.#settings, {
        workload: state.workload,
        timeSeconds: state.timeSeconds,
        current,
        observedCallsPerSecond: this.#load.callsPerSecond,
        unconfirmedSilenceSeconds: this.#load.unconfirmedSilenceSeconds,
        forecast: state.forecast,
        drift: state.overall.drift,
        predictedWorkload: state.predictedWorkload,
        cost: state.cost,
        history: this.#history,
        horizonSeconds: question?.horizonSeconds,
        askedSinceSeconds: question?.askedSinceSeconds,
      }),
    );
  }

  #explain(draft: DecisionDraft, state: WorkloadState, log: DecisionLog): Decision {
    const { callsPerSecond: observedCallsPerSecond, unconfirmedSilenceSeconds } = this.#load;
    return this.#parts.time("explain", () => {
      const { capacity, reactiveReplicas, wantedReplicas, horizonSeconds, ...rest } = draft;
      const unexplained = { ...rest, decisionId: this.#parts.nextDecisionId(draft.timeSeconds) };
      const decision: Decision = {
        ...unexplained,
        reasons: explain({
          decision: unexplained,
          observedCallsPerSecond,
          unconfirmedSilenceSeconds,
          drift: state.overall.drift,
          driftThreshold: this.#settings.driftThreshold,
          targetUtilizationRatio: this.#settings.targetUtilizationRatio,
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
