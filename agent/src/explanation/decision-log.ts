import type {
  CostComparison,
  Decision,
  Drift,
  ForecastQuality,
  ModelResult,
  WorkloadKey,
} from "../core/index.js";

/** A decision with what it rested on, as people and programs can ask for it afterwards. */
export interface Explanation {
  readonly decision: Decision;
  readonly observedCallsPerSecond: number | undefined;
  readonly drift: ModelResult<Drift>;
  readonly cost: ModelResult<CostComparison>;
  readonly forecastQuality: readonly ForecastQuality[];
}

/** The explanations of the recent past: the newest `maxDecisions` of each workload. */
export class DecisionLog {
  readonly #maxDecisions: number;
  readonly #byId = new Map<string, Explanation>();
  readonly #byWorkload = new Map<WorkloadKey, Explanation[]>();

  constructor(maxDecisions: number) {
    this.#maxDecisions = maxDecisions;
  }

  add(explanation: Explanation): void {
    const { decisionId, workload } = explanation.decision;
    this.#byId.set(decisionId, explanation);
    const log = this.#byWorkload.get(workload) ?? [];
    this.#byWorkload.set(workload, log);
    log.push(explanation);
    if (log.length <= this.#maxDecisions) return;
    const oldest = log.shift();
    if (oldest !== undefined) this.#byId.delete(oldest.decision.decisionId);
  }

  byId(decisionId: string): Explanation | undefined {
    return this.#byId.get(decisionId);
  }

  forget(workload: WorkloadKey): void {
    for (const { decision } of this.#byWorkload.get(workload) ?? []) {
      this.#byId.delete(decision.decisionId);
    }
    this.#byWorkload.delete(workload);
  }

  /** Newest first, at most `limit`. */
  byWorkload(workload: WorkloadKey, limit: number): readonly Explanation[] {
    const log = this.#byWorkload.get(workload) ?? [];
    return limit > 0 ? log.slice(-limit).reverse() : [];
  }
}
