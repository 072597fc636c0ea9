import { DECISION_BRANCHES, GUARDS } from "../../core/index.js";
import type { Decision, Resources } from "../../core/index.js";
import { WORKLOAD_LABELS } from "./family.js";
import type { Emit, Family } from "./family.js";

/** How many replicas it would have been without one cause. */
interface CounterfactualReplicas {
  readonly cause: string;
  readonly replicas: number;
}

export type CounterfactualSource = (decision: Decision) => readonly CounterfactualReplicas[];

/**
 * What was decided, and why. A decision that has expired is not published any more, but for the moment
 * at which it did: who follows the metrics must not follow it.
 */
export function decisionFamilies(counterfactuals: CounterfactualSource): readonly Family[] {
  return [
    current(
      "presage_current_replicas",
      "Replicas as configured, else as many instances as report.",
      "replicas",
    ),
    current("presage_current_cpu_cores", "CPU cores that each replica has now.", "cpuCores"),
    current(
      "presage_current_memory_bytes",
      "Memory that each replica has now, in bytes.",
      "memoryBytes",
    ),
    current(
      "presage_current_network_bytes_per_second",
      "Network that each replica has now, in bytes per second.",
      "networkBytesPerSecond",
    ),
    recommended("presage_recommended_replicas", "Recommended replicas.", "replicas"),
    recommended(
      "presage_recommended_cpu_cores",
      "Recommended CPU cores of each replica.",
      "cpuCores",
    ),
    recommended(
      "presage_recommended_memory_bytes",
      "Recommended memory of each replica, in bytes.",
      "memoryBytes",
    ),
    recommended(
      "presage_recommended_network_bytes_per_second",
      "Recommended network of each replica, in bytes per second.",
      "networkBytesPerSecond",
    ),
    perDecision(
      "presage_recommendation_contribution_replicas",
      "Replicas that one cause adds; all causes add up to recommended minus current.",
      ["cause"],
      (decision, emit) => {
        const byCause = new Map<string, number>();
        for (const { cause, replicas } of decision.contributions) {
          byCause.set(cause, (byCause.get(cause) ?? 0) + replicas);
        }
        for (const [cause, replicas] of byCause) emit({ cause }, replicas);
      },
    ),
    perDecision(
      "presage_counterfactual_replicas",
      "Replicas that would have been recommended without one cause.",
      ["cause"],
      (decision, emit) => {
        for (const { cause, replicas } of counterfactuals(decision)) emit({ cause }, replicas);
      },
    ),
    perDecision(
      "presage_guard_active",
      "1 when this guard held the recommendation back, else 0.",
      ["guard"],
      (decision, emit) => {
        for (const guard of GUARDS) emit({ guard }, decision.guards.includes(guard) ? 1 : 0);
      },
    ),
    perDecision(
      "presage_decision_branch",
      "1 for the branch that the decision took, else 0.",
      ["branch"],
      (decision, emit) => {
        for (const branch of DECISION_BRANCHES) {
          emit({ branch }, decision.branch === branch ? 1 : 0);
        }
      },
    ),
    {
      name: "presage_recommendation_expiry_timestamp_seconds",
      help: "When the last recommendation ceases to hold, or ceased to, since the Unix epoch.",
      labelNames: WORKLOAD_LABELS,
      collect({ workloads }, emit) {
        for (const { labels, state } of workloads) {
          emit(labels, state.decision?.expiresAtSeconds);
        }
      },
    },
  ];
}

function current(name: string, help: string, field: keyof Resources): Family {
  return perDecision(name, help, [], (decision, emit) => {
    emit({}, decision.current[field]);
  });
}

function recommended(name: string, help: string, field: keyof Resources): Family {
  return perDecision(name, help, ["bound"], ({ recommended: range }, emit) => {
    emit({ bound: "lower" }, range.lowerBound[field]);
    emit({ bound: "target" }, range.target[field]);
    emit({ bound: "upper" }, range.upperBound[field]);
  });
}

function perDecision(
  name: string,
  help: string,
  ownLabels: readonly string[],
  write: (decision: Decision, emit: Emit) => void,
): Family {
  return {
    name,
    help,
    labelNames: [...WORKLOAD_LABELS, ...ownLabels],
    collect({ workloads }, emit) {
      for (const { labels, decision } of workloads) {
        if (decision === undefined) continue;
        write(decision, (own, value) => {
          emit({ ...labels, ...own }, value);
        });
      }
    },
  };
}
