import { NO_CALL, problem, wholeNumber, type RecordedLine } from "./recorded-line.js";

const COLUMNS = [
  "host",
  "logname",
  "time",
  "method",
  "url",
  "response",
  "bytes",
  "referer",
  "useragent",
];
/** The first line of a file. */
export const NASA_TSV_HEADER = COLUMNS.join("\t");
const BYTES_COLUMN = 6;

/**
 * A line of the NASA logs of 1995 as tab-separated values (Internet Traffic Archive): host, logname,
 * time (seconds since the Unix epoch), method, url, response, bytes, referer, useragent. The host
 * stands for the user. There are no quotes and no escapes: `/\\yahoo.com` is a path that was called.
 */
export function readNasaTsvLine(line: string, service: string): RecordedLine {
  if (line === NASA_TSV_HEADER) return NO_CALL;
  const [host = "", , time, method = "", url = "", response, bytes, ...rest] = line.split("\t");
  if (bytes === undefined) {
    const found = line.split("\t").length;
    return problem(`has ${found} columns: at least ${BYTES_COLUMN + 1} are needed`);
  }
  if (rest.length > COLUMNS.length - BYTES_COLUMN - 1) {
    return problem(`has more than ${COLUMNS.length} columns`);
  }
  const timestamp = wholeNumber(time);
  if (timestamp === undefined) return problem(`time "${time ?? ""}" is not whole seconds`);
  const status = wholeNumber(response);
  if (status === undefined) return problem(`response "${response ?? ""}" is not a status`);
  // The common log format writes "-" for no bytes at all.
  const responseBytes = bytes === "-" ? 0 : wholeNumber(bytes);
  if (responseBytes === undefined) return problem(`bytes "${bytes}" is not a number`);
  if (host === "" || method === "" || url === "") return problem("host, method or url is empty");
  return {
    kind: "call",
    record: { timestamp, service, method, path: url, status, responseBytes, userId: host },
  };
}
