import type { z } from "zod";
import { CONFIG_KEYS } from "./keys.js";
import { pathText, type ConfigPath } from "./layer.js";
import { nearest } from "./nearest.js";

type Issue = z.core.$ZodIssue;

/** Longest part of a value that an error repeats. */
const MAX_SHOWN_CHARACTERS = 60;

/** What is wrong with a value, in words that name the limit and the value. */
export function describeIssue(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case "invalid_type":
      return value === undefined
        ? "is missing"
        : `must be ${article(TYPE_WORDS[issue.expected] ?? issue.expected)}, got ${shown(value)}`;
    case "too_small":
      return `must ${comparison(issue.origin, "at least", Number(issue.minimum))}, got ${shown(value)}`;
    case "too_big":
      return `must ${comparison(issue.origin, "at most", Number(issue.maximum))}, got ${shown(value)}`;
    case "invalid_value":
      return `must be one of ${issue.values.map(String).join(", ")}, got ${shown(value)}`;
    case "invalid_format":
      return `${issue.message}, got ${shown(value)}`;
    default:
      return issue.message;
  }
}

/** Keys that the schema does not have, each with the nearest one that it has. */
export function describeUnknownKey(path: ConfigPath, name: string): string {
  const meant = nearestKey(path, name);
  return `no such key${meant === undefined ? "" : `; did you mean ${meant}?`}`;
}

/** A key beside it first, then one of that name in another section. */
function nearestKey(path: ConfigPath, name: string): string | undefined {
  const prefix = pathText(path.map((step) => (typeof step === "number" ? 0 : step))).replaceAll(
    "[0]",
    "[]",
  );
  const start = prefix === "" ? "" : `${prefix}.`;
  const beside = new Set(
    CONFIG_KEYS.filter((key) => key.path.startsWith(start)).map(
      (key) => key.path.slice(start.length).split(".")[0] ?? "",
    ),
  );
  const sibling = nearest(name, beside);
  if (sibling !== undefined) {
    return pathText([...path, sibling]);
  }
  const elsewhere = new Map(
    CONFIG_KEYS.filter((key) => !key.path.includes("[]"))
      .toReversed()
      .map((key) => [key.path.split(".").at(-1) ?? "", key.path]),
  );
  const lastName = nearest(name, elsewhere.keys());
  return lastName === undefined ? undefined : elsewhere.get(lastName);
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  int: "whole number",
  string: "text",
  boolean: "true or false",
  array: "list",
  object: "section with keys",
};

function article(words: string): string {
  return words === "text" || words === "true or false" ? words : `a ${words}`;
}

function comparison(origin: string, relation: string, limit: number): string {
  if (origin === "array") {
    return `have ${relation} ${limit} ${limit === 1 ? "entry" : "entries"}`;
  }
  return origin === "string"
    ? `have ${relation} ${limit} ${limit === 1 ? "character" : "characters"}`
    : `be ${relation} ${limit}`;
}

/** Nothing before an `@` is shown: in an address, a user's name and password stand there. */
function shown(value: unknown): string {
  const whole = typeof value === "number" ? String(value) : JSON.stringify(value);
  const at = whole.lastIndexOf("@");
  const text = at === -1 ? whole : `…${whole.slice(at)}`;
  return text.length > MAX_SHOWN_CHARACTERS ? `${text.slice(0, MAX_SHOWN_CHARACTERS)}…` : text;
}
