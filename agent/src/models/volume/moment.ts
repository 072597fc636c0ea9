import type { EventCalendar } from "../../core/index.js";

/** What is known in advance of one window. */
export interface Moment {
  /** Which events are under way, 1 or 0 each. */
  readonly events: readonly number[];
  /** Whether it says nothing of other days. */
  readonly isUnusual: boolean;
  /** Windows back to the same time of the day that it resembles; 0 when it resembles all of them. */
  readonly similarWindows: number;
}

/** Without a calendar nothing is known of any moment. */
const ORDINARY: Moment = { events: [], isUnusual: false, similarWindows: 0 };

/**
 * What is known of the window around `middleSeconds`: an event counts in the window in whose middle it is
 * under way. A day has `dayWindows`; 0 where the season is none, so that no other day's levels are there.
 */
export function momentAt(
  calendar: EventCalendar | undefined,
  middleSeconds: number,
  dayWindows: number,
): Moment {
  if (calendar === undefined) return ORDINARY;
  return {
    events: calendar.at(middleSeconds),
    isUnusual: calendar.isUnusual(middleSeconds),
    similarWindows: (calendar.daysSinceSimilar(middleSeconds) ?? 0) * dayWindows,
  };
}
