import type { DriftContribution } from "../../core/index.js";
import type { WindowVerdict } from "./run-scenario.js";

/** Alarms with less than this between them are one: somebody who was called need not be called again. */
const ONE_ALARM_SECONDS = 600;

export interface AlarmRule {
  readonly threshold: number;
  readonly confidenceThreshold: number;
}

/** One alarm of one run. */
interface Alarm {
  /** End of the first window in alarm, seconds since the run's beginning. */
  readonly atSeconds: number;
  /** The largest cause in that window. */
  readonly largest: DriftContribution | undefined;
}

/** What one run says about alarms. */
export interface RunAlarms {
  readonly alarms: readonly Alarm[];
  /** Time in which there could have been an alarm before anything changed, seconds. */
  readonly quietSeconds: number;
}

/** When alarms began, by the rule that moves resources live. */
export function alarmsOf(
  verdicts: readonly WindowVerdict[],
  { threshold, confidenceThreshold }: AlarmRule,
  windowSeconds: number,
  changeAtSeconds: number,
): RunAlarms {
  const alarms: Alarm[] = [];
  let lastInAlarm = -Infinity;
  let quietSeconds = 0;
  for (const { endSeconds, score, confidence, largest } of verdicts) {
    if (score === undefined || confidence === undefined) continue;
    if (endSeconds <= changeAtSeconds) quietSeconds += windowSeconds;
    if (score <= threshold || confidence <= confidenceThreshold) continue;
    if (endSeconds - lastInAlarm > ONE_ALARM_SECONDS) {
      alarms.push({ atSeconds: endSeconds, largest });
    }
    lastInAlarm = endSeconds;
  }
  return { alarms, quietSeconds };
}
