import type {
  Contribution,
  CostComparison,
  Decision,
  Drift,
  DriftCause,
  DriftContribution,
  Guard,
  ModelResult,
  WorkloadClass,
} from "../core/index.js";

/** What the sentences are made from, beside the decision itself. */
export interface ExplanationInputs {
  readonly decision: Omit<Decision, "reasons">;
  readonly observedCallsPerSecond: number | undefined;
  readonly drift: ModelResult<Drift>;
  readonly driftThreshold: number;
  readonly cost: ModelResult<CostComparison>;
  readonly capacity:
    | { readonly callsPerSecond: number; readonly limitedBy: "given" | "cpu" | "network" }
    | undefined;
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

const STALE_COST_SENTENCE =
  "what a call costs has not been measured lately: the service's own metrics are not read any more";

const GUARD_SENTENCES: Readonly<Record<Guard, string>> = {
  minimum_replicas: "never below the configured minimum",
  maximum_replicas: "never above the configured maximum",
  scale_up_rate: "no faster up than the configured rate",
  scale_down_rate: "no faster down than the configured rate",
  stabilization: "not down until the lower number has held for the stabilization time",
  no_scale_in_on_prediction: "not down on a prediction alone: the recent load still needed them",
  hold_on_unknown: "never down while something is unknown",
  reactive_floor: "never below what the observed load needs now",
};

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
  const sentences = [headline(decision)];
  if (status.status !== "ready") {
    const isLoadKnown =
      inputs.observedCallsPerSecond !== undefined && inputs.capacity !== undefined;
    const way = isLoadKnown ? "follows the observed load only" : "holds what there is";
    sentences.push(`It ${way}, because ${reasonSentence(inputs, status.reason)}.`);
  }
  sentences.push(...driftSentences(inputs));
  sentences.push(...classSentences(inputs));
  sentences.push(...loadSentences(inputs));
  for (const guard of decision.guards) {
    sentences.push(`Limited by ${guard}: ${GUARD_SENTENCES[guard]}.`);
  }
  return sentences;
}

function reasonSentence(
  { observedCallsPerSecond, cost, decision }: ExplanationInputs,
  reason: string,
): string {
  // Calls come and are forecast, so it is the cost that is stale.
  const isCostStale =
    reason === "stale_input" &&
    observedCallsPerSecond !== undefined &&
    decision.forecast !== undefined &&
    cost.status === "failed";
  return isCostStale ? STALE_COST_SENTENCE : (REASON_SENTENCES[reason] ?? reason);
}

function headline(decision: ExplanationInputs["decision"]): string {
  const { current } = decision;
  const { target } = decision.recommended;
  const replicas = replicasPhrase(decision, current.replicas, target.replicas);
  const grown: string[] = [];
  if (target.cpuCores > current.cpuCores) grown.push(`${decimals(target.cpuCores)} CPU cores`);
  if (target.memoryBytes > current.memoryBytes) grown.push(`${bytes(target.memoryBytes)} memory`);
  if (target.networkBytesPerSecond > current.networkBytesPerSecond) {
    grown.push(`${bytes(target.networkBytesPerSecond)}/s network`);
  }
  return grown.length === 0 ? `${replicas}.` : `${replicas}, each with ${grown.join(" and ")}.`;
}

function replicasPhrase(
  decision: ExplanationInputs["decision"],
  current: number,
  target: number,
): string {
  const held = heldReplicas(decision.contributions);
  // What is held is not growth, even when whoever asks says that fewer run.
  if (held > 0 && target >= current) {
    const wanted = target - held;
    const isFewerEnough = decision.status.status === "ready" && wanted > 0;
    return `Hold ${count(target, "replica")}${isFewerEnough ? ` although ${wanted} would do` : ""}`;
  }
  if (target === current) return `Keep ${count(current, "replica")}`;
  const verb = target > current ? "Grow" : "Shrink";
  return `${verb} from ${current} to ${count(target, "replica")}`;
}

/** Guards that say what is needed at least; what the others add is held from before. */
const NEED_GUARDS: ReadonlySet<string> = new Set<Guard>(["reactive_floor", "minimum_replicas"]);

/** Replicas above those that are wanted; negative when guards take some away. */
function heldReplicas(contributions: readonly Contribution[]): number {
  return contributions
    .filter(({ cause }) => cause in GUARD_SENTENCES && !NEED_GUARDS.has(cause))
    .reduce((sum, { replicas }) => sum + replicas, 0);
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
  capacity,
  horizonSeconds,
}: ExplanationInputs): string[] {
  const sentences: string[] = [];
  const points = decision.forecast?.points ?? [];
  const first = points[0];
  if (observedCallsPerSecond !== undefined && first !== undefined) {
    sentences.push(
      `${decimals(observedCallsPerSecond)} calls/s now; in ${duration(first.horizonSeconds)} ${decimals(first.point)} (between ${decimals(first.lower)} and ${decimals(first.upper)}), by ${first.chosen}.`,
    );
  }
  const longestSeconds = Math.max(...points.map((point) => point.horizonSeconds));
  if (first !== undefined && horizonSeconds > longestSeconds) {
    sentences.push(
      `The forecast goes ${duration(longestSeconds)} ahead; what comes up to ${duration(horizonSeconds)} ahead is not known.`,
    );
  }
  if (capacity !== undefined) {
    const limit =
      capacity.limitedBy === "given" ? "as configured" : `limited by its ${capacity.limitedBy}`;
    sentences.push(`A replica takes ${decimals(capacity.callsPerSecond)} calls/s, ${limit}.`);
  }
  return sentences;
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

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** Three significant digits, without an exponent. */
function decimals(value: number): string {
  if (value === 0) return "0";
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value
    .toFixed(Math.min(digits, 6))
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "");
}

/** Whole, but a small share is not called none, nor a large one all. */
function percent(ratio: number): string {
  const value = ratio * 100;
  if (value > 0 && value < 1) return `${decimals(value)}%`;
  return value > 99 && value < 100 ? "over 99%" : `${Math.round(value)}%`;
}

const BYTE_UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

function bytes(value: number): string {
  let scaled = value;
  let unit = 0;
  while (scaled >= 1024 && unit < BYTE_UNITS.length - 1) {
    scaled /= 1024;
    unit += 1;
  }
  return `${decimals(scaled)} ${BYTE_UNITS[unit] ?? "B"}`;
}

function duration(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}

/** `14:05:20 UTC` */
function clockTime(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(11, 19)} UTC`;
}
