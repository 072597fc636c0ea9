/** The end of the story: what was seen, whether it came in time, and where to look next. */
import type { Milestones } from "./story-log.js";
import { durationBetween, storyTime } from "./story-time.js";

export interface CallCounts {
  /** Requests that the load sent to the shop. */
  readonly sent: number;
  /** Requests without an answer. */
  readonly failed: number;
  /** Calls that the agent took in; undefined when it could not be asked. */
  readonly accepted: number | undefined;
  /** Whether no more will come: until then those that are missing may only be on their way. */
  readonly ended: boolean;
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
    `load peaked           ${moment(loadPeakSeconds)}${milestones.peakCallsPerSecond === undefined ? "" : `, ${milestones.peakCallsPerSecond.toFixed(1)} calls/s over the minute before`}`,
    `lead time             ${inTime ? `${durationBetween(driftReportedSeconds, loadPeakSeconds)} from the report of drift to the peak` : "none"}`,
    `false alarms          ${String(milestones.falseAlarms)}`,
    `calls                 ${callsInWords(calls)}`,
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
  const between = durationBetween(fromSeconds, toSeconds);
  return toSeconds < fromSeconds ? `, ${between} late` : `, ${between} ${words}`;
}

function callsInWords({ sent, failed, accepted, ended }: CallCounts): string {
  const unanswered = `${String(failed)} without an answer`;
  const asked = `${String(sent)} sent${ended ? "" : " so far"}`;
  if (accepted === undefined) return `${asked}, acceptance unknown, ${unanswered}`;
  const missing = String(Math.max(0, sent - failed - accepted));
  return `${asked}, ${String(accepted)} accepted by the agent, ${missing} ${ended ? "lost" : "on the way"}, ${unanswered}`;
}
