/** The rows of the demo's screen that say what is recommended, and why. */
import type { Decision, DecisionBranch } from "../../core/index.js";
import { chooseReasons } from "./chosen-reasons.js";
import { LABEL_COLUMNS, labelled, named } from "./labelled-lines.js";
import { span, wrap, type Line } from "./painted-text.js";
import { inStoryTime } from "./story-time.js";

const BYTES_PER_MEBIBYTE = 1024 ** 2;
const BYTES_PER_KILOBYTE = 1000;
/** Contributions below it would be shown as 0. */
const LEAST_SHOWN_REPLICAS = 0.05;

/** Which way the decision went, for whoever sees it for the first time. */
const BRANCH_WORDS: Readonly<Record<DecisionBranch, string>> = {
  drift: "callers behave otherwise than learned, so room is added",
  shape: "callers behave as learned, but what a call costs has changed",
  event: "a scheduled event is near, so room is made for it",
  keep: "callers behave as learned, so load and forecast decide",
  reactive: "too little is known to look ahead, so the load now decides",
};

/** What is recommended, which way that was decided, and how it differs from what runs. */
export function recommendation(decision: Decision, columns: number): Line[] {
  const { current, recommended } = decision;
  const { target, lowerBound, upperBound } = recommended;
  const changed = target.replicas !== current.replicas;
  const replicas = changed
    ? `${String(current.replicas)} → ${String(target.replicas)} replicas`
    : `${String(target.replicas)} replicas, as now`;
  const cpu = change(current.cpuCores, target.cpuCores, (cores) => cores.toFixed(2));
  const memory = change(
    current.memoryBytes,
    target.memoryBytes,
    (bytes) => `${(bytes / BYTES_PER_MEBIBYTE).toFixed(0)} MiB`,
  );
  const network = change(
    current.networkBytesPerSecond,
    target.networkBytesPerSecond,
    (bytes) => `${(bytes / BYTES_PER_KILOBYTE).toFixed(0)} kB/s`,
  );
  const pieces: Line[] = [
    [
      span(replicas, changed ? "warning" : "strong"),
      span(` (${String(lowerBound.replicas)} to ${String(upperBound.replicas)})`),
    ],
    [span(`each: CPU ${cpu}`)],
    [span(`memory ${memory}`)],
    [span(`network ${network}`)],
  ];
  const branch = `${decision.branch}: ${BRANCH_WORDS[decision.branch]}`;
  return [
    ...labelled("recommends", pieces, columns),
    ...named(
      "branch",
      wrap(branch, columns - LABEL_COLUMNS).map((text) => [span(text, "strong")]),
    ),
    ...labelled("adds up", sum(decision), columns),
  ];
}

/**
 * The decision's reasons, as many as fit into `rows`. `startSeconds` is when the story began, by the
 * agent's clock.
 */
export function reasonRows(
  decision: Decision,
  startSeconds: number,
  columns: number,
  rows: number,
): Line[] {
  const reasons = decision.reasons.map((reason) =>
    inStoryTime(reason, startSeconds, decision.timeSeconds - startSeconds),
  );
  const lines = chooseReasons(reasons, columns - LABEL_COLUMNS, rows);
  return named(
    "because",
    lines.map((text) => [span(text)]),
  );
}

/** From the replicas that run to those recommended: `2 now  −1 load  +3 drift  = 4`. */
function sum({ contributions, current, recommended }: Decision): Line[] {
  return [
    [span(`${String(current.replicas)} now`)],
    ...contributions
      .filter(({ replicas }) => Math.abs(replicas) >= LEAST_SHOWN_REPLICAS)
      .map(({ cause, replicas }): Line => {
        const sign = replicas < 0 ? "−" : "+";
        const text = `${sign}${shortNumber(Math.abs(replicas))} ${cause.replaceAll("_", " ")}`;
        return [span(text, replicas < 0 ? "good" : "warning")];
      }),
    [span(`= ${String(recommended.target.replicas)}`)],
  ];
}

/** `2`, or `1.6`. */
function shortNumber(value: number): string {
  return value.toFixed(1).replace(/\.0$/, "");
}

function change(from: number, to: number, show: (value: number) => string): string {
  return show(from) === show(to) ? show(to) : `${show(from)} → ${show(to)}`;
}
