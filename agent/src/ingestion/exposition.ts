/** Where in the text it is not the exposition format. */
export class ExpositionError extends Error {
  override readonly name = "ExpositionError";
}

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL_NAME = /[a-zA-Z_][a-zA-Z0-9_]*/y;
/** A quoted label value with the three escapes that the format knows. */
const LABEL_VALUE = /"(?:[^"\\\n]|\\["\\n])*"/y;
const BLANKS = /[ \t]*/y;
/** The value, perhaps a time, perhaps an exemplar (OpenMetrics). */
const VALUE = /[ \t]+(\S+)(?:[ \t]+(-?[\d.eE+-]+))?[ \t]*(?:#.*)?$/y;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * The sum over all label sets of each of the `names` in a text of the Prometheus exposition format
 * 0.0.4 or OpenMetrics 1.0 (https://prometheus.io/docs/instrumenting/exposition_formats/). A name
 * that does not occur, or of which a value is not finite, is absent. Throws an
 * {@link ExpositionError} that names the line when the text is something else.
 */
export function sumSamples(text: string, names: ReadonlySet<string>): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  let lineNumber = 0;
  for (const rawLine of text.split("\n")) {
    lineNumber += 1;
    const line = rawLine.endsWith("\r") ? rawLine.slice(0, -1) : rawLine;
    if (line.trim() === "" || line.startsWith("#")) continue;
    const { name, value } = parseSample(line, lineNumber);
    // NaN stays NaN in a sum, whatever is added: it marks the name as unknown to the end.
    if (names.has(name)) sums.set(name, (sums.get(name) ?? 0) + value);
  }
  for (const [name, sum] of sums) if (!Number.isFinite(sum)) sums.delete(name);
  return sums;
}

function parseSample(line: string, lineNumber: number): { name: string; value: number } {
  const fail = (expected: string): never => {
    throw new ExpositionError(`line ${lineNumber}: expected ${expected}`);
  };
  const name = match(NAME, line, 0) ?? fail("a metric name");
  let position = name.length;
  if (line[position] === "{") {
    position += 1;
    for (;;) {
      position += match(BLANKS, line, position)?.length ?? 0;
      if (line[position] === "}") break;
      position += (match(LABEL_NAME, line, position) ?? fail("a label name or '}'")).length;
      if (line[position] !== "=") fail("'=' after a label name");
      position += 1;
      position += (match(LABEL_VALUE, line, position) ?? fail("a quoted label value")).length;
      position += match(BLANKS, line, position)?.length ?? 0;
      if (line[position] === ",") position += 1;
      else if (line[position] !== "}") fail("',' or '}' after a label");
    }
    position += 1;
    // A blank between the labels and the value may be missing.
    if (line[position] !== " " && line[position] !== "\t") fail("a blank before the value");
  }
  VALUE.lastIndex = position;
  const written = VALUE.exec(line)?.[1] ?? fail("a value");
  return { name, value: parseValue(written) ?? fail("a number") };
}

function match(pattern: RegExp, line: string, position: number): string | undefined {
  pattern.lastIndex = position;
  return pattern.exec(line)?.[0];
}

function parseValue(text: string): number | undefined {
  if (NUMBER.test(text)) return Number(text);
  const lower = text.toLowerCase();
  if (lower === "nan") return Number.NaN;
  if (lower === "+inf" || lower === "inf") return Number.POSITIVE_INFINITY;
  return lower === "-inf" ? Number.NEGATIVE_INFINITY : undefined;
}
