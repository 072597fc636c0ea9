import type {
  Contribution,
  CostComparison,
  Decision,
  Drift,
  DriftCause,
  DriftContribution,
  ModelResult,
  WorkloadClass,
} from "../core/index.js";
import { guardSentences, heldReplicas } from "./guard-sentences.js";
import { bytes, clockTime, count, decimals, duration, percent } from "./number-words.js";

/** What the sentences are made from, beside the decision itself. */
export interface ExplanationInputs {
  readonly decision: Omit<Decision, "reasons">;
  /** Over the last windows that are known. */
  readonly observedCallsPerSecond: number | undefined;
  /** Seconds of silence since then of which is not known yet what it is; 0 mostly. */
  readonly unconfirmedSilenceSeconds: number;
  readonly drift: ModelResult<Drift>;
  readonly driftThreshold: number;
  readonly cost: ModelResult<CostComparison>;
  readonly capacity:
    | {
        readonly callsPerSecond: number;
        readonly limitedBy: "given" | "cpu" | "network" | "network_only";
      }
    | undefined;
  /** Share of a replica's capacity that is to be filled, in (0, 1]. */
  readonly targetUtilizationRatio: number;
  /** How far ahead was to be looked, seconds. */
  readonly horizonSeconds: number;
}

const REASON_SENTENCES: Readonly<Record<string, string>> = {
  no_calls_yet: "no calls have been reported yet",
  too_few_windows: "too little time has been observed to learn what is typical",
  too_few_calls: "too few calls have been observed to learn what is typical",
  no_usage_yet:
    "what a call costs is not known yet: scrape the service's own metrics, or set allocation.callsPerSecondPerReplica",
  stale_input:
    "no calls are reported any more, and whether nobody calls or nothing reports is unknown",
  partial_coverage: "too few of the workload's instances report",
  key_changed: "what was learned belongs to another identity key",
  fit_failed: "fitting the forecast failed",
  non_finite_input: "the input was not finite",
};

const UNKNOWN_CPU_SENTENCE =
  "what a call takes of a replica's CPU is not known: scrape the service's own metrics for its CPU seconds, or set allocation.callsPerSecondPerReplica";

const STALE_COST_SENTENCE =
  "what a call costs has not been measured lately: the service's own metrics are not read any more";

const CLASS_WORDS: Readonly<Record<WorkloadClass, string>> = {
  normal: "as usual",
  compute_intensive: "heavier on CPU",
  memory_intensive: "heavier on memory",
  transfer_intensive: "heavier on data transfer",
};

/** Why the decision is what it is, most important first. */
export function explain(inputs: ExplanationInputs): string[] {
  const { decision } = inputs;
  const { status } = decision;
  const sentences = [headline(inputs)];
  if (status.status !== "ready") {
    const isLoadKnown =
      inputs.observedCallsPerSecond !== undefined && inputs.capacity !== undefined;
    const way = isLoadKnown
      ? "never goes below what runs, and up only with the observed load"
      : "holds what there is";
    sentences.push(`It ${way}, because ${reasonSentence(inputs, status.reason)}.`);
  }
  sentences.push(...driftSentences(inputs));
  sentences.push(...classSentences(inputs));
  sentences.push(...branchSentences(inputs));
  sentences.push(...loadSentences(inputs));
  sentences.push(
    ...guardSentences(
      decision.current.replicas,
      decision.contributions,
      inputs.unconfirmedSilenceSeconds,
    ),
  );
  return sentences;
}

/** The other branches are told by what leads to them. */
function branchSentences({ decision, drift, driftThreshold }: ExplanationInputs): string[] {
  if (decision.branch !== "keep") return [];
  const size = "the size follows the load and its forecast";
  if (drift.status !== "ready") return [`What behavior is typical is not learned yet; ${size}.`];
  return drift.value.score > driftThreshold
    ? [`The drift is not certain enough to act on; ${size}.`]
    : [`Behavior is as learned; ${size}.`];
}

function reasonSentence(
  { observedCallsPerSecond, cost, capacity, decision }: ExplanationInputs,
  reason: string,
): string {
  if (reason === "no_usage_yet" && capacity?.limitedBy === "network_only") {
    return UNKNOWN_CPU_SENTENCE;
  }
  // Calls come and are forecast, so it is the cost that is stale.
  const isCostStale =
    reason === "stale_input" &&
    observedCallsPerSecond !== undefined &&
    decision.forecast !== undefined &&
    cost.status === "failed";
  return isCostStale ? STALE_COST_SENTENCE : (REASON_SENTENCES[reason] ?? reason);
}

function headline(inputs: ExplanationInputs): string {
  const { current, recommended } = inputs.decision;
  const { target } = recommended;
  const replicas = replicasPhrase(inputs, current.replicas, target.replicas);
  const grown: string[] = [];
  if (target.cpuCores > current.cpuCores) grown.push(`${decimals(target.cpuCores)} CPU cores`);
  if (target.memoryBytes > current.memoryBytes) grown.push(`${bytes(target.memoryBytes)} memory`);
  if (target.networkBytesPerSecond > current.networkBytesPerSecond) {
    grown.push(`${bytes(target.networkBytesPerSecond)}/s network`);
  }
  return grown.length === 0 ? `${replicas}.` : `${replicas}, each with ${grown.join(" and ")}.`;
}

function replicasPhrase(
  { decision, unconfirmedSilenceSeconds }: ExplanationInputs,
  current: number,
  target: number,
): string {
  const held = heldReplicas(decision.contributions);
  // What is held is not growth, even when whoever asks says that fewer run.
  if (held > 0 && target >= current) {
    const wanted = target - held;
    const isFewerEnough =
      decision.status.status === "ready" && unconfirmedSilenceSeconds === 0 && wanted > 0;
    return `Hold ${count(target, "replica")}${isFewerEnough ? ` although ${wanted} would do` : ""}`;
  }
  if (target === current) return `Keep ${count(current, "replica")}`;
  const verb = target > current ? "Grow" : "Shrink";
  return `${verb} from ${current} to ${count(target, "replica")}`;
}

function driftSentences({ drift, driftThreshold }: ExplanationInputs): string[] {
  if (drift.status !== "ready") return [];
  const { score, confidence, sinceSeconds, contributions } = drift.value;
  if (score <= driftThreshold) return [];
  const since = sinceSeconds === undefined ? "" : ` since ${clockTime(sinceSeconds)}`;
  const head = `Behavior has drifted${since} (score ${decimals(score)}, confidence ${percent(confidence)}).`;
  const named = new Set<string>();
  const details: string[] = [];
  for (const contribution of contributions) {
    const sentence = contributionSentence(contribution);
    if (named.has(sentence) || details.length === LISTED_DETAILS) continue;
    named.add(sentence);
    details.push(sentence);
  }
  return [head, ...details];
}

/** More details than this and nobody reads them. */
const LISTED_DETAILS = 3;

const CAUSE_WORDS: Readonly<Record<DriftCause, string>> = {
  operation_mix: "which operations are called",
  call_sequence: "the order of calls",
  request_payload: "the size of requests",
  response_payload: "the size of responses",
  request_spread: "the spread of request sizes",
  response_spread: "the spread of response sizes",
  formats: "the formats of requests and responses",
  arguments: "the arguments of calls",
  permissions: "the permissions that callers use",
  timing: "the pace of calls",
};

function contributionSentence(contribution: DriftContribution): string {
  const { segment, cause, operation, recent, learned, severity } = contribution;
  if (recent !== undefined && learned !== undefined) {
    if (cause === "operation_mix" && operation !== undefined) {
      return `${segment}: ${operation} went from ${percent(learned)} to ${percent(recent)} of their calls.`;
    }
    if (cause === "request_payload" || cause === "response_payload") {
      return `${segment}: ${CAUSE_WORDS[cause]} went from ${bytes(learned)} to ${bytes(recent)} on average.`;
    }
  }
  return `${segment}: ${CAUSE_WORDS[cause]} changed (distance ${decimals(severity)} of 1).`;
}

function classSentences({ decision, cost }: ExplanationInputs): string[] {
  const predicted = decision.predictedWorkload;
  if (predicted === undefined || predicted.class === "normal" || cost.status !== "ready") return [];
  const { recent, learned } = cost.value;
  const compared: Partial<Record<WorkloadClass, string | undefined>> = {
    compute_intensive: comparison(
      recent.cpuSecondsPerCall,
      learned.cpuSecondsPerCall,
      (value) => `${decimals(value * 1000)} ms of CPU`,
      "a call takes",
    ),
    memory_intensive: comparison(
      recent.memoryBytesPerReplica,
      learned.memoryBytesPerReplica,
      bytes,
      "a replica holds",
    ),
    transfer_intensive: comparison(
      recent.networkBytesPerCall,
      learned.networkBytesPerCall,
      bytes,
      "a call moves",
    ),
  };
  const detail = compared[predicted.class];
  return [
    `The work is ${CLASS_WORDS[predicted.class]} (probability ${percent(predicted.probabilities[predicted.class])})${detail === undefined ? "" : `: ${detail}`}.`,
  ];
}

function loadSentences({
  decision,
  observedCallsPerSecond,
  unconfirmedSilenceSeconds,
  capacity,
  targetUtilizationRatio,
  horizonSeconds,
}: ExplanationInputs): string[] {
  const sentences: string[] = [];
  const when =
    unconfirmedSilenceSeconds > 0
      ? `before the last ${duration(unconfirmedSilenceSeconds)} without a call`
      : "now";
  const points = decision.forecast?.points ?? [];
  const first = points[0];
  if (observedCallsPerSecond !== undefined && first !== undefined) {
    sentences.push(
      `${decimals(observedCallsPerSecond)} calls/s ${when}; in ${duration(first.horizonSeconds)} ${decimals(first.point)} (between ${decimals(first.lower)} and ${decimals(first.upper)}), by ${first.chosen}.`,
    );
  }
  const longestSeconds = Math.max(...points.map((point) => point.horizonSeconds));
  if (first !== undefined && horizonSeconds > longestSeconds) {
    sentences.push(
      `The forecast goes ${duration(longestSeconds)} ahead; what comes up to ${duration(horizonSeconds)} ahead is not known.`,
    );
  }
  if (capacity !== undefined) {
    sentences.push(capacitySentence(capacity, targetUtilizationRatio));
  }
  return sentences;
}

function capacitySentence(
  { callsPerSecond, limitedBy }: NonNullable<ExplanationInputs["capacity"]>,
  targetUtilizationRatio: number,
): string {
  const rate = `${decimals(callsPerSecond)} calls/s`;
  switch (limitedBy) {
    case "given": {
      const configured = decimals(callsPerSecond / targetUtilizationRatio);
      return `A replica takes ${rate}: ${percent(targetUtilizationRatio)} of the ${configured} configured.`;
    }
    case "cpu":
      return `A replica takes ${rate}, limited by its CPU.`;
    case "network":
      return `A replica takes ${rate}, limited by its network.`;
    case "network_only":
      return `A replica's network takes ${rate}; what its CPU takes is unknown.`;
  }
}

function comparison(
  recent: number | undefined,
  learned: number | undefined,
  format: (value: number) => string,
  subject: string,
): string | undefined {
  if (recent === undefined || learned === undefined) return undefined;
  return `${subject} ${format(recent)} instead of ${format(learned)}`;
}

/** Contributions in one line, for people: `+3 forecast, -1 maximum_replicas`. */
export function contributionLine(contributions: readonly Contribution[]): string {
  return contributions
    .map(({ cause, replicas }) => `${replicas > 0 ? "+" : ""}${replicas} ${cause}`)
    .join(", ");
}
