import type * as z from "zod";

type RawIssue = z.core.$ZodRawIssue;

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
export function issueWords(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined
        ? "is missing"
        : `must be ${TYPE_WORDS[issue.expected] ?? issue.expected}`;
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
      return issue.input === undefined
        ? "is missing"
        : `must be ${issue.values.length === 1 ? "" : "one of "}${issue.values.map(String).join(", ")}`;
    case "invalid_union":
      return issue.input === undefined ? "is missing" : "has none of the forms that it may have";
    case "invalid_format":
      return issue.format === "datetime"
        ? "must be a date and time as in RFC 3339"
        : "has another form";
    default:
      return undefined;
  }
}

function limitWords(origin: string, relation: string, limit: number | bigint): string {
  switch (origin) {
    case "string":
      return `must have ${relation} ${limit} ${Number(limit) === 1 ? "character" : "characters"}`;
    case "array":
      return `must have ${relation} ${limit} ${Number(limit) === 1 ? "entry" : "entries"}`;
    default:
      return `must be ${relation} ${limit}`;
  }
}
