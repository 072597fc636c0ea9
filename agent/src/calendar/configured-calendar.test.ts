import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { configuredCalendar, type CalendarOptions } from "./configured-calendar.js";

const HOUR = 3600;
const DAY = 86_400;
const at = (text: string): number => Date.parse(text) / 1000;

function calendar(options: Partial<CalendarOptions>) {
  const made = configuredCalendar({ timeZone: "Europe/Berlin", events: [], ...options });
  if (made === undefined) throw new Error("no calendar");
  return made;
}

describe("configuredCalendar", () => {
  it("is none when nothing is configured", () => {
    expect(configuredCalendar({ timeZone: "UTC", events: [] })).toBeUndefined();
  });

  it("knows the holidays of a country by the clock of the zone, and those of a region only there", () => {
    const germany = calendar({ holidays: { country: "DE" } });
    const bavaria = calendar({ holidays: { country: "DE", region: "BY" } });
    expect(germany.names).toEqual(["holiday"]);
    // Christmas Day begins at 23:00 UTC of the 24th.
    expect(germany.at(at("2026-12-24T22:59:59Z"))).toEqual([0]);
    expect(germany.at(at("2026-12-24T23:00:00Z"))).toEqual([1]);
    // Epiphany is a holiday in Bavaria.
    expect(germany.at(at("2026-01-06T12:00:00Z"))).toEqual([0]);
    expect(bavaria.at(at("2026-01-06T12:00:00Z"))).toEqual([1]);
    expect(bavaria.isUnusual(at("2026-01-06T12:00:00Z"))).toBe(true);
  });

  it("likens a holiday to the Sunday before, but no Sunday and no working day", () => {
    const germany = calendar({ holidays: { country: "DE" } });
    // Friday 25 December 2026: Sunday was five days ago.
    expect(germany.daysSinceSimilar(at("2026-12-25T12:00:00Z"))).toBe(5);
    expect(germany.daysSinceSimilar(at("2026-12-23T12:00:00Z"))).toBeUndefined();
    // Easter Sunday is a holiday in Brandenburg.
    const brandenburg = calendar({ holidays: { country: "DE", region: "BB" } });
    expect(brandenburg.at(at("2026-04-05T12:00:00Z"))).toEqual([1]);
    expect(brandenburg.daysSinceSimilar(at("2026-04-05T12:00:00Z"))).toBeUndefined();
  });

  it("keeps an event at its hour when daylight saving ends, and until its end", () => {
    const weekly = calendar({
      events: [
        {
          name: "newsletter",
          start: "2026-10-20T09:00",
          durationSeconds: HOUR,
          repeat: "weekly",
          until: "2026-11-03T09:00",
        },
      ],
    });
    // 9:00 is 7:00 UTC in summer, 8:00 UTC from 25 October on.
    expect(weekly.between(at("2026-10-01T00:00:00Z"), at("2027-01-01T00:00:00Z"))).toEqual(
      ["2026-10-20T07:00:00Z", "2026-10-27T08:00:00Z", "2026-11-03T08:00:00Z"].map((start) => ({
        name: "newsletter",
        startSeconds: at(start),
        endSeconds: at(start) + HOUR,
      })),
    );
    expect(weekly.at(at("2026-10-27T08:30:00Z"))).toEqual([1]);
    expect(weekly.at(at("2026-10-27T07:30:00Z"))).toEqual([0]);
    expect(weekly.at(at("2026-11-10T08:30:00Z"))).toEqual([0]);
  });

  it("takes entries of one name for one event, and a time with an offset for a moment", () => {
    const twice = calendar({
      events: [
        { name: "sale", start: "2026-11-27T00:00:00Z", durationSeconds: DAY },
        { name: "batch", start: "2026-11-01T03:00", durationSeconds: HOUR, repeat: "daily" },
        { name: "sale", start: "2026-12-27T00:00:00+01:00", durationSeconds: DAY },
      ],
    });
    expect(twice.names).toEqual(["sale", "batch"]);
    expect(twice.at(at("2026-11-27T00:00:00Z"))).toEqual([1, 0]);
    expect(twice.at(at("2026-12-26T23:00:00Z"))).toEqual([1, 0]);
    // What comes every day is usual.
    expect(twice.at(at("2026-12-10T02:30:00Z"))).toEqual([0, 1]);
    expect(twice.isUnusual(at("2026-12-10T02:30:00Z"))).toBe(false);
    expect(twice.isUnusual(at("2026-11-27T12:00:00Z"))).toBe(true);
  });

  it.each([
    [{ country: "XX" }, 'forecast.holidays.country: no country "XX" is known'],
    [{ country: "DE", region: "XX" }, 'forecast.holidays.region: "XX" is no region of DE; known'],
  ])("says what is wrong with %j", (holidays, message) => {
    expect(() => calendar({ holidays })).toThrow(message);
  });

  it("says the same of a moment as of the span that it lies in", () => {
    const both = calendar({
      holidays: { country: "US" },
      timeZone: "America/New_York",
      events: [
        { name: "a", start: "2026-01-05T22:00", durationSeconds: 8 * HOUR, repeat: "weekly" },
        { name: "b", start: "2026-01-01T01:30", durationSeconds: 2 * HOUR, repeat: "daily" },
        { name: "c", start: "2026-03-01T00:00", durationSeconds: 20 * DAY },
      ],
    });
    const year = { min: at("2026-01-01T00:00:00Z"), max: at("2026-12-31T00:00:00Z") };
    fc.assert(
      fc.property(fc.integer(year), (time) => {
        // Not within the hours that daylight saving leaves out or repeats.
        fc.pre(
          ["-03-08", "-11-01"].every((day) => !new Date(time * 1000).toISOString().includes(day)),
        );
        const spans = both.between(time, time + 1).filter((span) => span.startSeconds <= time);
        const names = new Set(spans.map(({ name }) => name));
        expect(both.at(time)).toEqual(both.names.map((name) => Number(names.has(name))));
      }),
      { numRuns: 300 },
    );
  });
});
