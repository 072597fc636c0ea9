import type { EventCalendar } from "../../core/index.js";

/** A calendar whose events are on when their functions say so; none comes daily, none is a holiday. */
export function calendarOf(
  events: Readonly<Record<string, (timeSeconds: number) => boolean>>,
): EventCalendar {
  const isOn = Object.values(events);
  return {
    names: Object.keys(events),
    at: (timeSeconds) => isOn.map((on) => Number(on(timeSeconds))),
    between: () => [],
    isUnusual: (timeSeconds) => isOn.some((on) => on(timeSeconds)),
    daysSinceSimilar: () => undefined,
  };
}
