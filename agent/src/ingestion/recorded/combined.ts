import { daysInMonth } from "../rfc3339.js";
import { problem, wholeNumber, type RecordedLine } from "./recorded-line.js";

const QUOTED = String.raw`"((?:[^"\\]|\\.)*)"`;
/** host ident user [time] "request" status bytes, then (combined) "referer" "user agent". */
const LINE = new RegExp(
  String.raw`^(\S+) (\S+) (.+?) \[([^\]]+)\] ${QUOTED} (\d{3}) (\d+|-)(?: .*)?$`,
);
/** `10/Oct/2000:13:55:36 -0700` */
const TIME = /^(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})$/;
/** HTTP/0.9 had no version, and a path may have spaces in it when a client was careless. */
const REQUEST = /^(\S+) +(\S.*?)(?: +HTTP\/\d(?:\.\d)?)?$/;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MILLISECONDS_PER_SECOND = 1000;
const SECONDS_PER_HOUR = 3600;
const SECONDS_PER_MINUTE = 60;

/**
 * A line of the NCSA common or combined log format, as Apache and nginx write them
 * (https://httpd.apache.org/docs/2.4/logs.html). The host stands for the user. What follows the bytes
 * (referer, user agent and whatever a site adds) is not used.
 */
export function readCombinedLine(line: string, service: string): RecordedLine {
  const fields = LINE.exec(line);
  if (fields === null) {
    return problem('is not host ident user [time] "request" status bytes');
  }
  const [, userId = "", , , time = "", quotedRequest = "", status, bytes] = fields;
  const timestamp = parseLogTime(time);
  if (timestamp === undefined) return problem(`time "${time}" is not dd/Mon/yyyy:hh:mm:ss +hhmm`);
  const request = REQUEST.exec(unescapeLog(quotedRequest));
  const [, method, path] = request ?? [];
  if (method === undefined || path === undefined) {
    return problem(`request "${quotedRequest}" is not a method and a path`);
  }
  return {
    kind: "call",
    record: {
      timestamp,
      service,
      method,
      path,
      status: Number(status),
      responseBytes: wholeNumber(bytes) ?? 0,
      userId,
    },
  };
}

/** Seconds since the Unix epoch, or undefined when it is not such a time. */
function parseLogTime(text: string): number | undefined {
  const fields = TIME.exec(text);
  if (fields === null) return undefined;
  const [, dayText, monthName = "", yearText, ...clockTexts] = fields;
  const [hour = 0, minute = 0, second = 0, , offsetHours = 0, offsetMinutes = 0] =
    clockTexts.map(Number);
  const year = Number(yearText);
  const month = MONTHS.indexOf(monthName) + 1;
  const day = Number(dayText);
  if (month === 0 || day < 1 || day > daysInMonth(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const sign = fields[7] === "-" ? -1 : 1;
  const offsetSeconds =
    sign * (offsetHours * SECONDS_PER_HOUR + offsetMinutes * SECONDS_PER_MINUTE);
  const utcSeconds = Date.UTC(year, month - 1, day, hour, minute, second) / MILLISECONDS_PER_SECOND;
  return utcSeconds - offsetSeconds;
}

/** Apache writes `\"`, `\\` and `\xhh` inside quotes. */
function unescapeLog(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(
    /\\(?:x([0-9a-fA-F]{2})|(.))/g,
    (_, code: string | undefined, other: string) =>
      code === undefined ? other : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
