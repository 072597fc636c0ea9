/** The end of the story: what was seen, whether it came in time, and where to look next. */
import type { Milestones } from "./story-log.js";
import { storyTime } from "./story-view.js";

export interface CallCounts {
  /** Requests that the load sent to the shop. */
  readonly sent: number;
  /** Requests without an answer. */
  readonly failed: number;
  /** Calls that the agent took in; undefined when it could not be asked. */
  readonly accepted: number | undefined;
}

export interface Verdict {
  /** Whether drift was reported after the exports began and before the load peaked. */
  readonly inTime: boolean;
  readonly lines: readonly string[];
}

export function judge(milestones: Milestones, calls: CallCounts): Verdict {
  const { exportsBeganSeconds, driftReportedSeconds, loadPeakSeconds } = milestones;
  const inTime =
    driftReportedSeconds !== undefined &&
    loadPeakSeconds !== undefined &&
    driftReportedSeconds < loadPeakSeconds;
  const lines = [
    `exports began         ${moment(exportsBeganSeconds)}`,
    `drift first reported  ${moment(driftReportedSeconds)}${distance(exportsBeganSeconds, driftReportedSeconds, "after the exports began")}`,
    `campaign began        ${moment(milestones.campaignBeganSeconds)}`,
    `recommendation rose   ${moment(milestones.recommendationRoseSeconds)}${distance(milestones.recommendationRoseSeconds, loadPeakSeconds, "before the peak")}`,
    `load peaked           ${moment(loadPeakSeconds)}${milestones.peakCallsPerSecond === undefined ? "" : ` at ${milestones.peakCallsPerSecond.toFixed(1)} calls/s`}`,
    `lead time             ${inTime ? `${duration(loadPeakSeconds - driftReportedSeconds)} from the report of drift to the peak` : "none"}`,
    `false alarms          ${String(milestones.falseAlarms)}`,
    `calls                 ${String(calls.sent)} sent, ${calls.accepted === undefined ? "acceptance unknown" : `${String(calls.accepted)} accepted by the agent, ${String(Math.max(0, calls.sent - calls.failed - calls.accepted))} lost on the way`}, ${String(calls.failed)} without an answer`,
  ];
  if (!inTime) lines.push("Drift was NOT reported before the load peaked: the demo has failed.");
  return { inTime, lines };
}

function moment(seconds: number | undefined): string {
  return seconds === undefined ? "never" : storyTime(seconds);
}

function distance(
  fromSeconds: number | undefined,
  toSeconds: number | undefined,
  words: string,
): string {
  if (fromSeconds === undefined || toSeconds === undefined) return "";
  const seconds = toSeconds - fromSeconds;
  return seconds < 0 ? `, ${duration(-seconds)} late` : `, ${duration(seconds)} ${words}`;
}

function duration(seconds: number): string {
  return seconds < 60
    ? `${String(Math.round(seconds))} s`
    : `${String(Math.floor(seconds / 60))} min ${String(Math.round(seconds % 60))} s`;
}
