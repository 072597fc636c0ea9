/** Draws the demo's screen from what the agent says: pure, one frame at a time. */
import {
  ALL_SEGMENTS,
  type ForecastPoint,
  type ModelResult,
  type SegmentState,
  type WorkloadState,
} from "../../core/index.js";
import { label, LABEL_COLUMNS, labelled } from "./labelled-lines.js";
import {
  bar,
  cut,
  flow,
  paint,
  span,
  sparkline,
  wrap,
  type Line,
  type Style,
} from "./painted-text.js";
import type { StoryLog } from "./story-log.js";
import { reasonRows, recommendation } from "./story-recommendation.js";
import { storyTime } from "./story-time.js";

export interface StoryFrame {
  /** When the story began, by the agent's clock. */
  readonly startSeconds: number;
  readonly storySeconds: number;
  readonly storyLengthSeconds: number;
  /** Seconds of the story in a second of the machine. */
  readonly rate: number;
  readonly state: WorkloadState | undefined;
  readonly log: StoryLog;
  /** Where to look. */
  readonly addresses: readonly string[];
}

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
  readonly color: boolean;
}

const BAR_COLUMNS = 10;
const SEGMENT_COLUMNS = 10;
const MAXIMUM_SEGMENTS = 5;
/** On a small screen the reasons leave these to what has happened last. */
const MINIMUM_EVENT_ROWS = 2;
/** Above it a score is drawn as an alarm: the threshold that a score is calibrated to. */
const ALARM_SCORE = 0.5;

/** What the story is about at this moment, in words. */
export function phaseInWords(
  frame: Pick<StoryFrame, "storySeconds" | "storyLengthSeconds" | "log">,
): string {
  const { exportsBeganSeconds, campaignBeganSeconds } = frame.log.milestones;
  if (frame.storySeconds < 0) return "starting";
  if (frame.storySeconds >= frame.storyLengthSeconds) return "the story is over; business as usual";
  if (campaignBeganSeconds !== undefined) return "a campaign brings shoppers; analysts export";
  if (exportsBeganSeconds !== undefined) return "analysts have begun to export";
  return "a normal day: the agent learns";
}

/** The screen as lines, none wider than `columns`, no more than `rows`. */
export function renderStory(frame: StoryFrame, size: ScreenSize): readonly string[] {
  const { columns } = size;
  const { state, log } = frame;
  const head: Line[] = [...title(frame, columns), []];
  if (state === undefined) {
    head.push([span("Waiting for the first window of calls to close.", "faint")]);
  } else {
    head.push(
      load(log, columns),
      ...forecast(state, columns),
      ...drift(state, log, columns),
      ...predictedWorkload(state, columns),
      ...(state.decision === undefined
        ? [[label("recommends"), span("nothing yet", "faint")]]
        : recommendation(state.decision, columns)),
    );
  }
  const addresses = flow(
    frame.addresses.map((address) => [span(address, "faint")]),
    columns,
  );
  // One row stays empty, above the events.
  const room = (): number => size.rows - head.length - 1 - addresses.length;
  if (state?.decision !== undefined) {
    const rows = room() - MINIMUM_EVENT_ROWS;
    head.push(...reasonRows(state.decision, frame.startSeconds, columns, rows));
  }
  const lines = [...head, [], ...lastEvents(log, columns, room()), ...addresses];
  return lines.slice(0, size.rows).map((line) => paint(line, columns, size.color));
}

/** The same in one line, for a log. What is not known yet is named once for each reason. */
export function renderPlainLine({ state, log, storySeconds }: StoryFrame): string {
  if (state === undefined) return `${storyTime(storySeconds)}  waiting for calls`;
  const parts = [storyTime(storySeconds), nowInWords(log)];
  const unknown = new Map<string, string[]>();
  const setAside = (name: string, result: NotReady): void => {
    const words = inWords(result);
    unknown.set(words, [...(unknown.get(words) ?? []), name]);
  };
  if (state.forecast.status !== "ready") {
    setAside("forecast", state.forecast);
  } else {
    const [nearest] = state.forecast.value.points;
    if (nearest !== undefined) parts.push(`forecast ${pointInWords(nearest)}`);
  }
  const scores: string[] = [];
  const { overall } = state;
  for (const { segment, drift: result } of [overall, ...state.segments]) {
    if (result.status === "ready") scores.push(`${segment} ${result.value.score.toFixed(2)}`);
    else if (segment === overall.segment) setAside("drift", result);
    // What holds for the whole is not said again of its parts.
    else if (overall.drift.status === "ready") setAside(`drift of ${segment}`, result);
  }
  if (scores.length > 0) parts.push(`drift ${scores.join(", ")}`);
  if (state.decision !== undefined) {
    const { current, recommended } = state.decision;
    parts.push(
      `replicas ${String(current.replicas)} → ${String(recommended.target.replicas)} (${state.decision.branch})`,
    );
  }
  for (const [words, names] of unknown) parts.push(`${words} (${names.join(", ")})`);
  return parts.join(" | ");
}

/** The last ones that fit into `rows`, in order of their time. */
function lastEvents(log: StoryLog, columns: number, rows: number): Line[] {
  if (rows <= 0) return [];
  return log.events
    .slice(-rows)
    .flatMap(({ storySeconds, text, kind }) => {
      const style: Style = kind === "alarm" ? "alarm" : kind === "story" ? "accent" : "plain";
      const time = `${storyTime(storySeconds)}  `;
      return wrap(text, columns - time.length).map((part, index): Line => [
        span(index === 0 ? time : " ".repeat(time.length), "faint"),
        span(part, style),
      ]);
    })
    .slice(-rows);
}

function title(frame: StoryFrame, columns: number): Line[] {
  const told = Math.round(frame.storyLengthSeconds / frame.rate);
  const rate = Number.isInteger(frame.rate) ? String(frame.rate) : frame.rate.toFixed(1);
  const phase = phaseInWords(frame);
  const words = frame.storySeconds < 0 ? phase : `${storyTime(frame.storySeconds)}  ${phase}`;
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

function load(log: StoryLog, columns: number): Line {
  const now = `${nowInWords(log)}  `;
  const width = columns - LABEL_COLUMNS - now.length;
  const shown = log.callsPerSecond.slice(-Math.max(1, width));
  const highest = shown.reduce<number>((most, value) => Math.max(most, value ?? 0), 1);
  return [label("load"), span(now, "strong"), span(sparkline(shown, width, highest), "accent")];
}

function nowInWords({ nowCallsPerSecond }: StoryLog): string {
  return nowCallsPerSecond === undefined
    ? "no calls reported"
    : `${nowCallsPerSecond.toFixed(1)} calls/s now`;
}

function forecast({ forecast: result }: WorkloadState, columns: number): Line[] {
  if (result.status !== "ready") return [[label("forecast"), span(inWords(result), "faint")]];
  const points = result.value.points.map((point) => [span(pointInWords(point))]);
  return labelled("forecast", points, columns);
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

function predictedWorkload({ predictedWorkload: result }: WorkloadState, columns: number): Line[] {
  if (result.status !== "ready") return [[label("workload"), span(inWords(result), "faint")]];
  const others = Object.entries(result.value.probabilities)
    .filter(([name]) => name !== result.value.class)
    .sort(([, one], [, other]) => other - one)
    // The first word tells them apart, and all of them fit.
    .map(([name, probability]) => `${name.split("_")[0] ?? name} ${probability.toFixed(2)}`);
  const share = result.value.probabilities[result.value.class].toFixed(2);
  const style: Style = result.value.class === "normal" ? "plain" : "warning";
  return labelled(
    "workload",
    [
      [span(`${result.value.class.replaceAll("_", " ")} ${share}`, style)],
      [span(`(${others.join(", ")})`, "faint")],
    ],
    columns,
  );
}

/** `+1m 12.3 (9.9–15.5)` */
function pointInWords({ horizonSeconds, point, lower, upper }: ForecastPoint): string {
  const ahead =
    horizonSeconds % 60 === 0 ? `${String(horizonSeconds / 60)}m` : `${String(horizonSeconds)}s`;
  return `+${ahead} ${point.toFixed(1)} (${lower.toFixed(1)}–${upper.toFixed(1)})`;
}

type NotReady = Exclude<ModelResult<unknown>, { readonly status: "ready" }>;

/** `warming up: too few windows` */
function inWords({ status, reason }: NotReady): string {
  return `${status}: ${reason}`.replaceAll("_", " ");
}
