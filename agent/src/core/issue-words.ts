/** What a schema library says is wrong with a value; zod's raw issues have this form. */
interface SchemaIssue {
  readonly code?: string | undefined;
  readonly input?: unknown;
  readonly expected?: string | undefined;
  readonly origin?: string | undefined;
  readonly inclusive?: boolean | undefined;
  readonly minimum?: number | bigint | undefined;
  readonly maximum?: number | bigint | undefined;
  readonly values?: readonly unknown[] | undefined;
  readonly format?: string | undefined;
  readonly keys?: readonly string[] | undefined;
}

/** Types as those who send JSON call them. */
const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

/**
 * What is wrong with a value, for whoever sent it; for zod's option `error`. Its own words are for
 * programmers ("Invalid input: expected string, received undefined"). Words that a schema gives stay.
 */
export function issueWords(issue: SchemaIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined
        ? "is missing"
        : `must be ${TYPE_WORDS[issue.expected ?? ""] ?? issue.expected ?? "of another type"}`;
    case "too_small":
      return limitWords(
        issue.origin,
        issue.inclusive === false ? "more than" : "at least",
        issue.minimum,
      );
    case "too_big":
      return limitWords(
        issue.origin,
        issue.inclusive === false ? "less than" : "at most",
        issue.maximum,
      );
    case "invalid_value":
      return issue.input === undefined ? "is missing" : `must be ${choice(issue.values ?? [])}`;
    case "invalid_union":
      return issue.input === undefined ? "is missing" : "has none of the forms that it may have";
    case "invalid_format":
      return issue.format === "datetime"
        ? "must be a date and time as in RFC 3339"
        : "has another form";
    case "unrecognized_keys":
      return `${(issue.keys ?? []).map((key) => JSON.stringify(key)).join(", ")} is not known`;
    default:
      return undefined;
  }
}

function choice(values: readonly unknown[]): string {
  return `${values.length === 1 ? "" : "one of "}${values.map(String).join(", ")}`;
}

function limitWords(
  origin: string | undefined,
  relation: string,
  limit: number | bigint | undefined,
): string {
  switch (origin) {
    case "string":
      return `must have ${relation} ${String(limit)} ${Number(limit) === 1 ? "character" : "characters"}`;
    case "array":
      return `must have ${relation} ${String(limit)} ${Number(limit) === 1 ? "entry" : "entries"}`;
    default:
      return `must be ${relation} ${String(limit)}`;
  }
}
