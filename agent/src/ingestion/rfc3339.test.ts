import fc from "fast-check";
import { expect, test } from "vitest";

import { parseRfc3339 } from "./rfc3339.js";

test("agrees with Date on every date-time", () => {
  fc.assert(
    fc.property(
      fc.date({
        min: new Date("0100-01-01T00:00:00Z"),
        max: new Date("9999-12-31T23:59:59Z"),
        noInvalidDate: true,
      }),
      (date) => {
        expect(parseRfc3339(date.toISOString())).toBeCloseTo(date.getTime() / 1000, 5);
      },
    ),
  );
});

test.each([
  ["1995-08-01T00:00:00-04:00", 807249600],
  ["1995-08-01T04:00:00Z", 807249600],
  ["1995-08-01t04:00:00.25z", 807249600.25],
  ["2024-02-29T00:00:00Z", 1709164800],
  ["2016-12-31T23:59:60Z", 1483228800],
])("%s is %d", (text, seconds) => {
  expect(parseRfc3339(text)).toBe(seconds);
});

test.each([
  "1",
  "2024-05-01",
  "2024-05-01T10:00:00",
  "2023-02-29T00:00:00Z",
  "2024-13-01T00:00:00Z",
  "2024-05-01T24:00:00Z",
  "2024-05-01T10:00:00.Z",
  "2024-05-01T10:00:00Zx",
  "2024-05-01T10:00:00+0200",
  "2024-05-01T10:00:00+25:00",
  "yyyy-05-01T10:00:00Z",
  "May 1, 2024 10:00:00",
])("%s is none", (text) => {
  expect(parseRfc3339(text)).toBeUndefined();
});

test("arbitrary text never throws", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const seconds = parseRfc3339(text);
      expect(seconds === undefined || Number.isFinite(seconds)).toBe(true);
    }),
  );
});
