/** Draws the demo's screen from what the agent says: pure, one frame at a time. */
import {
  ALL_SEGMENTS,
  type Decision,
  type SegmentState,
  type WorkloadState,
} from "../../core/index.js";
import { bar, cut, paint, span, sparkline, wrap, type Line, type Style } from "./painted-text.js";
import type { StoryLog } from "./story-log.js";

export interface StoryFrame {
  readonly storySeconds: number;
  readonly storyLengthSeconds: number;
  /** Seconds of the story in a second of the machine. */
  readonly rate: number;
  readonly state: WorkloadState | undefined;
  readonly log: StoryLog;
  /** Where to look, in one line. */
  readonly footer: string;
}

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
  readonly color: boolean;
}

const LABEL_COLUMNS = 11;
const BAR_COLUMNS = 10;
const SEGMENT_COLUMNS = 10;
const MAXIMUM_SEGMENTS = 5;
const MAXIMUM_REASON_LINES = 4;
/** Above it a score is drawn as an alarm: the threshold that a score is calibrated to. */
const ALARM_SCORE = 0.5;
const BYTES_PER_MEBIBYTE = 1024 ** 2;
const BYTES_PER_KILOBYTE = 1000;

/** `24:10`, or `-00:03` before the story begins. */
export function storyTime(seconds: number): string {
  const whole = Math.floor(Math.abs(seconds));
  const minutes = String(Math.floor(whole / 60)).padStart(2, "0");
  const rest = String(whole % 60).padStart(2, "0");
  return `${seconds <= -1 ? "-" : ""}${minutes}:${rest}`;
}

/** What the story is about at this moment, in words. */
export function phaseInWords(
  frame: Pick<StoryFrame, "storySeconds" | "storyLengthSeconds" | "log">,
): string {
  const { exportsBeganSeconds, campaignBeganSeconds } = frame.log.milestones;
  if (frame.storySeconds >= frame.storyLengthSeconds) return "the story is over; business as usual";
  if (campaignBeganSeconds !== undefined) return "a campaign brings shoppers; analysts export";
  if (exportsBeganSeconds !== undefined) return "analysts have begun to export";
  return "a normal day: the agent learns";
}

/** The screen as lines, none wider than `columns`, no more than `rows`. */
export function renderStory(frame: StoryFrame, size: ScreenSize): readonly string[] {
  const { columns } = size;
  const head: Line[] = [...title(frame, columns), []];
  if (frame.state === undefined) {
    head.push([span("Waiting for the first window of calls to close.", "faint")]);
  } else {
    head.push(
      load(frame, columns),
      forecast(frame.state),
      ...drift(frame.state, frame.log, columns),
      predictedWorkload(frame.state),
      ...recommendation(frame.state.decision, columns),
    );
  }
  head.push([]);
  const room = Math.max(1, size.rows - head.length - 1);
  const events = frame.log.events.slice(-room).map(({ storySeconds, text, kind }): Line => {
    const style: Style = kind === "alarm" ? "alarm" : kind === "story" ? "accent" : "plain";
    return [span(`${storyTime(storySeconds)}  `, "faint"), span(text, style)];
  });
  const lines = [...head, ...events, [span(frame.footer, "faint")]].slice(0, size.rows);
  return lines.map((line) => paint(line, columns, size.color));
}

/** The same in one line, for a log. */
export function renderPlainLine(frame: StoryFrame): string {
  const { state } = frame;
  const parts = [storyTime(frame.storySeconds)];
  if (state === undefined) return `${parts.join("")}  waiting for calls`;
  parts.push(`${state.overall.callsPerSecond.toFixed(1)} calls/s`);
  const [nearest] = state.forecast.status === "ready" ? state.forecast.value.points : [];
  parts.push(
    nearest === undefined
      ? `forecast ${inWords(state.forecast)}`
      : `forecast +${duration(nearest.horizonSeconds)} ${range(nearest.point, nearest.lower, nearest.upper)}`,
  );
  const scores = [state.overall, ...state.segments].map(({ segment, drift: { ...result } }) =>
    result.status === "ready"
      ? `${segment} ${result.value.score.toFixed(2)}`
      : `${segment} ${inWords(result)}`,
  );
  parts.push(`drift ${scores.join(", ")}`);
  if (state.decision !== undefined) {
    const { current, recommended } = state.decision;
    parts.push(
      `replicas ${String(current.replicas)} → ${String(recommended.target.replicas)} (${state.decision.branch})`,
    );
  }
  return parts.join(" | ");
}

function title(frame: StoryFrame, columns: number): Line[] {
  const told = Math.round(frame.storyLengthSeconds / frame.rate);
  const rate = Number.isInteger(frame.rate) ? String(frame.rate) : frame.rate.toFixed(1);
  const words = `${storyTime(frame.storySeconds)}  ${phaseInWords(frame)}`;
  const free = columns - words.length - 2;
  return [
    [
      span("Presage", "strong"),
      span(
        ` watches a shop. Time is compressed: ${String(Math.round(frame.storyLengthSeconds / 60))} min told in ${String(told)} s (${rate}x)`,
        "faint",
      ),
    ],
    [
      span(words, "strong"),
      span(
        free > BAR_COLUMNS
          ? `  ${bar(frame.storySeconds / frame.storyLengthSeconds, Math.min(free, 40))}`
          : "",
        "faint",
      ),
    ],
  ];
}

function label(text: string): ReturnType<typeof span> {
  return span(text.padEnd(LABEL_COLUMNS), "faint");
}

function load({ state, log }: StoryFrame, columns: number): Line {
  const now = `${(state?.overall.callsPerSecond ?? 0).toFixed(1)} calls/s  `;
  const width = columns - LABEL_COLUMNS - now.length;
  const shown = log.callsPerSecond.slice(-width);
  return [
    label("load"),
    span(now, "strong"),
    span(sparkline(shown, width, Math.max(1, ...shown)), "accent"),
  ];
}

function forecast({ forecast: result }: WorkloadState): Line {
  if (result.status !== "ready") return [label("forecast"), span(inWords(result), "faint")];
  const points = result.value.points.map(
    ({ horizonSeconds, point, lower, upper }) =>
      `+${duration(horizonSeconds)} ${range(point, lower, upper)}`,
  );
  return [label("forecast"), span(points.join("  "))];
}

function drift(state: WorkloadState, log: StoryLog, columns: number): Line[] {
  const segments = [
    { name: ALL_SEGMENTS, segment: state.overall },
    ...state.segments
      .filter(({ segment }) => segment !== ALL_SEGMENTS)
      .slice(0, MAXIMUM_SEGMENTS)
      .map((segment) => ({ name: segment.segment, segment })),
  ];
  return segments.map(({ name, segment }, index) => [
    label(index === 0 ? "drift" : ""),
    span(cut(name, SEGMENT_COLUMNS - 1).padEnd(SEGMENT_COLUMNS)),
    ...segmentDrift(segment, log.driftScores.get(segment.segment) ?? [], columns),
  ]);
}

function segmentDrift(
  { drift: result }: SegmentState,
  history: readonly (number | undefined)[],
  columns: number,
): Line {
  if (result.status !== "ready") return [span(inWords(result), "faint")];
  const { score, confidence } = result.value;
  const style: Style = score > ALARM_SCORE ? "alarm" : "good";
  const figures = ` ${score.toFixed(2)}  confidence ${confidence.toFixed(2)}  `;
  const width = columns - LABEL_COLUMNS - SEGMENT_COLUMNS - BAR_COLUMNS - figures.length;
  return [
    span(bar(score, BAR_COLUMNS), style),
    span(figures),
    span(sparkline(history, width, 1), style),
  ];
}

function predictedWorkload({ predictedWorkload: result }: WorkloadState): Line {
  if (result.status !== "ready") return [label("workload"), span(inWords(result), "faint")];
  const others = Object.entries(result.value.probabilities)
    .filter(([name]) => name !== result.value.class)
    .sort(([, one], [, other]) => other - one)
    // The first word tells them apart, and all of them fit.
    .map(([name, probability]) => `${name.split("_")[0] ?? name} ${probability.toFixed(2)}`);
  const share = result.value.probabilities[result.value.class].toFixed(2);
  return [
    label("workload"),
    span(
      `${result.value.class.replaceAll("_", " ")} ${share}`,
      result.value.class === "normal" ? "plain" : "warning",
    ),
    span(`  (${others.join(", ")})`, "faint"),
  ];
}

function recommendation(decision: Decision | undefined, columns: number): Line[] {
  if (decision === undefined) return [[label("recommends"), span("nothing yet", "faint")]];
  const { current, recommended } = decision;
  const { target, lowerBound, upperBound } = recommended;
  const changed = target.replicas !== current.replicas;
  const width = columns - LABEL_COLUMNS;
  const reasons = decision.reasons
    .flatMap((reason) => wrap(reason, width, MAXIMUM_REASON_LINES))
    .slice(0, MAXIMUM_REASON_LINES);
  return [
    [
      label("recommends"),
      span(
        `${String(current.replicas)} → ${String(target.replicas)} replicas`,
        changed ? "warning" : "strong",
      ),
      span(` (${String(lowerBound.replicas)} to ${String(upperBound.replicas)})`),
      span(
        `  each: CPU ${change(current.cpuCores, target.cpuCores, (cores) => cores.toFixed(2))}` +
          `, memory ${change(current.memoryBytes, target.memoryBytes, (bytes) => `${(bytes / BYTES_PER_MEBIBYTE).toFixed(0)} MiB`)}`,
      ),
    ],
    [
      label(""),
      span(
        `network ${change(current.networkBytesPerSecond, target.networkBytesPerSecond, (bytes) => `${(bytes / BYTES_PER_KILOBYTE).toFixed(0)} kB/s`)}` +
          ` each, by way of "${decision.branch}"`,
      ),
    ],
    [label("adds up"), ...contributions(decision)],
    ...reasons.map((text, index): Line => [label(index === 0 ? "because" : ""), span(text)]),
  ];
}

function contributions(decision: Decision): Line {
  const shown = decision.contributions.filter(({ replicas }) => Math.abs(replicas) >= 0.05);
  if (shown.length === 0) return [span("nothing pulls either way", "faint")];
  return shown.map(({ cause, replicas }) =>
    span(
      `${replicas < 0 ? "−" : "+"}${shortNumber(Math.abs(replicas))} ${cause.replaceAll("_", " ")}  `,
      replicas < 0 ? "good" : "warning",
    ),
  );
}

/** `2`, or `1.6`. */
function shortNumber(value: number): string {
  return value.toFixed(1).replace(/\.0$/, "");
}

function change(from: number, to: number, show: (value: number) => string): string {
  return show(from) === show(to) ? show(to) : `${show(from)} → ${show(to)}`;
}

function range(point: number, lower: number, upper: number): string {
  return `${point.toFixed(1)} (${lower.toFixed(1)}–${upper.toFixed(1)})`;
}

function duration(seconds: number): string {
  return seconds % 60 === 0 ? `${String(seconds / 60)}m` : `${String(seconds)}s`;
}

/** A result that is not ready, in words: `warming up: too few windows`. */
function inWords(result: { readonly status: string; readonly reason?: string }): string {
  return `${result.status}: ${result.reason ?? "ready"}`.replaceAll("_", " ");
}
