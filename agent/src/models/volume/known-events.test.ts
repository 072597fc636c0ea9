import { describe, expect, it } from "vitest";
import { configuredCalendar } from "../../calendar/configured-calendar.js";
import { seededRandom, type EventCalendar } from "../../core/index.js";
import { SelectingVolumeModel } from "./selecting-volume-model.js";

const STEP = 300;
const HORIZON = 900;
const DAY = 86_400;
/** A Sunday, in UTC. */
const START = Date.parse("2026-11-01T00:00:00Z") / 1000;

function modelWith(events: EventCalendar | undefined): SelectingVolumeModel {
  return new SelectingVolumeModel({
    windowSeconds: STEP,
    horizonsSeconds: [HORIZON],
    level: 0.9,
    seasonSeconds: DAY,
    refitWindows: 30,
    events,
  });
}

/** What was said, by the end of the target window, of every window of so many days. */
function said(
  events: EventCalendar | undefined,
  days: number,
  load: (timeSeconds: number) => number,
): Map<number, number> {
  const model = modelWith(events);
  const points = new Map<number, number>();
  for (let time = START; time < START + days * DAY; time += STEP) {
    model.observe(time, load(time));
    const forecast = model.forecast();
    if (forecast.status !== "ready") continue;
    points.set(time + HORIZON, forecast.value.points[0]?.point ?? NaN);
  }
  return points;
}

function rmse(
  points: ReadonlyMap<number, number>,
  load: (timeSeconds: number) => number,
  from: number,
  to: number,
): number {
  let squares = 0;
  let count = 0;
  for (let time = from; time < to; time += STEP) {
    squares += ((points.get(time) ?? NaN) - load(time)) ** 2;
    count += 1;
  }
  return Math.sqrt(squares / count);
}

/** A day's course, at least a tenth of it, with 2% of noise that is the same whoever asks. */
const random = seededRandom(5);
const noise = Array.from({ length: (40 * DAY) / STEP }, () => 1 + 0.04 * (random() - 0.5));
function ordinary(time: number): number {
  const day = (time - START) / DAY;
  // Highest at midnight, where holidays begin and end.
  return 100 * (1.2 + Math.cos(2 * Math.PI * day)) * (noise[Math.round((day * DAY) / STEP)] ?? 1);
}

/** The forecasts of the first targets after a moment, none of which was made later than it. */
function errorAfter(
  points: ReadonlyMap<number, number>,
  load: (timeSeconds: number) => number,
  moment: number,
): number {
  return rmse(points, load, moment, moment + HORIZON);
}

describe("events that are known in advance", () => {
  it("forecasts a weekly campaign from its second occurrence on, before it begins and before it ends", () => {
    const calendar = configuredCalendar({
      timeZone: "UTC",
      events: [
        { name: "sale", start: "2026-11-03T10:00", durationSeconds: 7200, repeat: "weekly" },
      ],
    });
    const load = (time: number): number => ordinary(time) * (calendar?.at(time)[0] === 1 ? 3 : 1);
    const known = said(calendar, 18, load);
    const unknown = said(undefined, 18, load);
    const first = Date.parse("2026-11-03T10:00:00Z") / 1000;
    // Nothing is invented: the first is forecast as if nobody had said a word.
    expect(errorAfter(known, load, first)).toBe(errorAfter(unknown, load, first));
    for (const week of [1, 2]) {
      const start = first + week * 7 * DAY;
      // Measured: .23 and .21 of it where it begins, .02 and .04 where it ends.
      expect(errorAfter(known, load, start)).toBeLessThan(0.5 * errorAfter(unknown, load, start));
      const end = start + 7200;
      expect(errorAfter(known, load, end)).toBeLessThan(0.5 * errorAfter(unknown, load, end));
      // Nor does yesterday's campaign make one of today.
      const nextDay = start + DAY;
      expect(rmse(known, load, nextDay, nextDay + 7200)).toBeLessThan(
        rmse(unknown, load, nextDay, nextDay + 7200),
      );
    }
  });

  /** Real ones are too far apart for a short test. */
  function holidaysOn(days: readonly number[]): EventCalendar {
    const dayOf = (time: number): number => Math.floor((time - START) / DAY);
    const isOff = (time: number): boolean => days.includes(dayOf(time));
    return {
      names: ["holiday"],
      at: (time) => [Number(isOff(time))],
      between: () => [],
      isUnusual: isOff,
      // Day 0 is a Sunday.
      daysSinceSimilar: (time) => (isOff(time) ? dayOf(time) % 7 : undefined),
    };
  }

  it.each([
    ["as Sundays do", 0.5],
    ["on which no Sunday differs", 1],
  ])("forecasts the third holiday that halves the load, %s", (_name, sunday) => {
    const calendar = holidaysOn([16, 23, 31]);
    const load = (time: number): number => {
      const isSunday = Math.floor((time - START) / DAY) % 7 === 0;
      const factor = calendar.at(time)[0] === 1 ? 0.5 : isSunday ? sunday : 1;
      return ordinary(time) * factor;
    };
    const known = said(calendar, 33, load);
    const unknown = said(undefined, 33, load);
    const ratio = (moment: number): number =>
      errorAfter(known, load, moment) / errorAfter(unknown, load, moment);
    // Measured: .24 and .01 where it begins, .12 and .04 where it ends.
    expect(ratio(START + 31 * DAY)).toBeLessThan(0.5);
    expect(ratio(START + 32 * DAY)).toBeLessThan(0.5);
    // The first is like a Sunday, as far as Sundays were learned by then: .41 where they halve the load too.
    expect(ratio(START + 16 * DAY)).toBeLessThan(sunday < 1 ? 0.6 : 1.05);
  });

  it("goes on with what it knows of an event when others are added and removed", () => {
    const event = (name: string, day: number) => ({
      name,
      start: `2026-11-0${day}T10:00`,
      durationSeconds: 3600,
      repeat: "weekly" as const,
    });
    const create = (names: readonly string[]): EventCalendar | undefined =>
      configuredCalendar({ timeZone: "UTC", events: names.map((n, i) => event(n, i + 3)) });
    const before = modelWith(create(["sale", "batch"]));
    const sale = create(["sale"]);
    const load = (time: number): number => ordinary(time) * (sale?.at(time)[0] === 1 ? 3 : 1);
    // Up to the window before the third sale.
    const third = Date.parse("2026-11-17T10:00:00Z") / 1000;
    for (let time = START; time < third - STEP; time += STEP) before.observe(time, load(time));
    const renamed = configuredCalendar({
      timeZone: "UTC",
      events: [event("added", 5), event("sale", 3)],
    });
    const [same, other] = [modelWith(create(["sale", "batch"])), modelWith(renamed)];
    const points = [before, same, other].map((model) => {
      if (model !== before) model.restore(before.snapshot());
      model.observe(third - STEP, load(third - STEP));
      const forecast = model.forecast();
      return forecast.status === "ready" ? forecast.value.points[0]?.point : undefined;
    });
    expect(points[1]).toBe(points[0]);
    // What is gone had no effect, so nothing but rounding changes.
    expect(points[2]).toBeCloseTo(points[0] ?? NaN, 6);
    expect(points[2]).toBeGreaterThan(2 * ordinary(third));
  });
});
