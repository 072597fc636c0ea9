const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const MILLISECONDS_PER_SECOND = 1000;
const SECONDS_PER_MINUTE = 60;
const MINUTES_PER_HOUR = 60;
/** `YYYY-MM-DDThh:mm:ss` */
const SECONDS_END = 19;
const MIN_LENGTH = 20;
const ZERO = 48;

/** The digits of `text` in [from, to) as a number, or NaN. */
function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let position = from; position < to; position++) {
    const digit = text.charCodeAt(position) - ZERO;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** Days in a month (1 to 12) of a year. */
export function daysInMonth(year: number, month: number): number {
  const isLeapYear = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && isLeapYear ? 29 : (DAYS_IN_MONTH[month - 1] ?? 0);
}

/**
 * Seconds since the Unix epoch of an RFC 3339 date-time (`2026-05-01T10:00:00.25+02:00`), or
 * undefined when it is not one. Stricter than `Date.parse`, which takes `"1"` for a date. A leap
 * second (`:60`) is the first of the next minute, as POSIX time has it.
 */
export function parseRfc3339(text: string): number | undefined {
  if (text.length < MIN_LENGTH || text[4] !== "-" || text[7] !== "-") return undefined;
  if (!"Tt ".includes(text[10] ?? "?") || text[13] !== ":" || text[16] !== ":") return undefined;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  const hour = digits(text, 11, 13);
  const minute = digits(text, 14, 16);
  const second = digits(text, 17, SECONDS_END);
  const inRange =
    year >= 1 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= daysInMonth(year, month) &&
    hour <= 23 &&
    minute <= 59 &&
    second <= 60;
  // A NaN fails its comparison, so this refuses what is not digits too.
  if (!inRange) return undefined;

  let end = SECONDS_END;
  let fraction = 0;
  if (text[end] === ".") {
    const start = end + 1;
    end = start;
    while (digits(text, end, end + 1) >= 0) end += 1;
    if (end === start) return undefined;
    fraction = Number(`0.${text.slice(start, end)}`);
  }
  const offsetSeconds = parseOffset(text, end);
  if (offsetSeconds === undefined) return undefined;
  // Date.UTC takes the years 0 to 99 for 1900 to 1999; no log is that old, and neither is the epoch.
  if (year < 100) return undefined;
  const utcSeconds = Date.UTC(year, month - 1, day, hour, minute, second) / MILLISECONDS_PER_SECOND;
  return utcSeconds + fraction - offsetSeconds;
}

/** `Z` or `+hh:mm` at the end of `text`, in seconds; undefined when it is neither. */
function parseOffset(text: string, start: number): number | undefined {
  const sign = text[start];
  if (sign === "Z" || sign === "z") return text.length === start + 1 ? 0 : undefined;
  if ((sign !== "+" && sign !== "-") || text.length !== start + 6 || text[start + 3] !== ":") {
    return undefined;
  }
  const hours = digits(text, start + 1, start + 3);
  const minutes = digits(text, start + 4, start + 6);
  if (!(hours <= 23 && minutes <= 59)) return undefined;
  const seconds = (hours * MINUTES_PER_HOUR + minutes) * SECONDS_PER_MINUTE;
  return sign === "-" ? -seconds : seconds;
}
