import { z } from "zod";
import { decimal, section, text, toggle, wholeNumber } from "./fields.js";

const SECONDS_PER_DAY = 86_400;
const SECONDS_PER_WEEK = 604_800;
/** Each event's effect is learned apart, at a cost that grows with the square of their number. */
const MAX_EVENT_ENTRIES = 100;

/** Each horizon costs a series per workload and a set of candidates. */
const MAX_HORIZONS = 10;

const EVENT_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?$/;

function eventTime(meaning: string) {
  return z
    .string()
    .refine(
      (time) => EVENT_TIME.test(time) && !Number.isNaN(Date.parse(time)),
      "must be a time such as 2026-11-27T09:00, or with an offset, 2026-11-27T09:00:00+01:00",
    )
    .describe(meaning);
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).format(0) !== "";
  } catch {
    return false;
  }
}

const scheduledEvent = section("An event that is known in advance.", {
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,62}$/, "must be a name of a-z, 0-9 and _")
    .refine((name) => name !== "holiday", "is taken: it means public holidays")
    .describe("Name of the event, such as `newsletter`."),
  start: eventTime(
    "When it begins (the first time, when it recurs): by the clock of `forecast.timeZone`, or with an offset.",
  ),
  durationSeconds: z
    .int()
    .min(60)
    .max(31 * SECONDS_PER_DAY)
    .describe("How long it lasts; at most its period."),
  repeat: z
    .enum(["daily", "weekly"])
    .optional()
    .describe("How it recurs, by the clock. It takes place once when not given."),
  until: eventTime("No occurrence begins later. It recurs for ever when not given.").optional(),
});

export const forecastSection = section("The forecast of load.", {
  horizonsSeconds: z
    .array(z.int().min(1).max(SECONDS_PER_DAY))
    .min(1)
    .max(MAX_HORIZONS)
    .default([60, 300, 900])
    .describe("How far ahead; ascending, each a multiple of `windowSeconds`."),
  level: decimal("Share of the future values that the interval is to hold.", 0.9, {
    minimum: 0.5,
    maximum: 0.99,
  }),
  operations: wholeNumber(
    "Operations forecast one by one, those with the most calls; the others are forecast together as `{other}`.",
    10,
    { minimum: 1, maximum: 100 },
  ),
  refitWindows: wholeNumber("Least windows between fits.", 30, { minimum: 1, maximum: 10_000 }),
  seasonSeconds: wholeNumber(
    "Length of the season that is tried, such as a day; a multiple of `windowSeconds`.",
    SECONDS_PER_DAY,
    { minimum: 2, maximum: SECONDS_PER_WEEK },
  ),
  prophet: toggle(
    "Whether Prophet is one more candidate, fitted whenever the season is: some 0.1 s of another thread and 60 MB.",
    false,
  ),
  timeZone: z
    .string()
    .refine(isTimeZone, "must be an IANA time zone such as Europe/Berlin")
    .default("UTC")
    .describe("Zone of the clock that holidays and events go by, as an IANA name."),
  holidays: section("Public holidays, whose effect on the load is learned.", {
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, "must be a code of two letters such as DE")
      .describe("Country, ISO 3166-1, such as `DE`. Required for holidays."),
    region: text("Part of the country that has holidays of its own, such as `BY`.").optional(),
  }).optional(),
  events: z
    .array(scheduledEvent)
    .max(MAX_EVENT_ENTRIES)
    .default([])
    .describe(
      "What is known in advance, such as campaigns and batch runs. What an event does to the load is " +
        "learned from its occurrences. Entries of one name are occurrences of one event.",
    ),
});
