import type { z } from "zod";

/** What may stand in a bundle, in the words of JSON. */
const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  object: "an object",
};

/**
 * What is wrong with a value, for whoever has the file; for zod's option `error`. Its own words are for
 * programmers ("Invalid input: expected string, received undefined"). Words that a schema gives stay.
 */
export function issueWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined
        ? "is missing"
        : `must be ${TYPE_WORDS[issue.expected] ?? issue.expected}`;
    case "too_small":
      return "is empty";
    case "too_big":
      return `must have at most ${issue.maximum} characters`;
    case "invalid_format":
      return "must be a date and time as in RFC 3339";
    case "unrecognized_keys":
      return `${issue.keys.map((key) => JSON.stringify(key)).join(", ")} is not known`;
    default:
      return undefined;
  }
}
