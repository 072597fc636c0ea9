import { pathEnd } from "./path-template.js";
import { MAX_ARGUMENT_NAME_CHARACTERS } from "./wire-limits.js";

/** The name of a query without `=`: search words (RFC 3875, 4.4), not a name. */
const UNNAMED_QUERY = "{query}";

/**
 * Calls `report` with each argument of a path's query string, at most `maxArguments`, decoded. What
 * can't be decoded is taken as written.
 */
export function eachQueryArgument(
  path: string,
  maxArguments: number,
  report: (name: string, value: string) => void,
): void {
  const questionMark = pathEnd(path);
  if (path[questionMark] !== "?") return;
  const fragment = path.indexOf("#", questionMark);
  const end = fragment < 0 ? path.length : fragment;
  let reported = 0;
  let start = questionMark + 1;
  while (start < end && reported < maxArguments) {
    let next = path.indexOf("&", start);
    if (next < 0 || next > end) next = end;
    if (next > start) {
      const equals = path.indexOf("=", start);
      if (equals < 0 || equals >= next) {
        report(UNNAMED_QUERY, decode(path.slice(start, next)));
      } else {
        const name = decode(path.slice(start, equals)).slice(0, MAX_ARGUMENT_NAME_CHARACTERS);
        report(name, decode(path.slice(equals + 1, next)));
      }
      reported += 1;
    }
    start = next + 1;
  }
}

function decode(text: string): string {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  if (!spaced.includes("%")) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}
