import type { Json } from "../core/index.js";

/** Deeper values are refused, so that a hostile bundle can't exhaust the stack. Models need about 8. */
const MAX_DEPTH = 64;

/**
 * Whether a value can be written as JSON and read back the same: finite numbers, plain objects and
 * lists, nested at most 64 deep.
 */
export function isJson(value: unknown, depth = 0): value is Json {
  if (value === null || typeof value === "boolean" || typeof value === "string") {
    return true;
  }
  if (typeof value === "number") {
    return Number.isFinite(value);
  }
  if (typeof value !== "object" || depth === MAX_DEPTH || !isPlain(value)) {
    return false;
  }
  return Object.values(value).every((child) => isJson(child, depth + 1));
}

/** A Map or a typed array would lose its content. */
function isPlain(value: object): boolean {
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}

/**
 * JSON with the keys of each object in the order of their UTF-16 code units and no blanks: the same
 * text for the same value, whoever writes it. Source: RFC 8785, JSON Canonicalization Scheme.
 */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) {
    return `[${(value as readonly Json[]).map(canonicalJson).join(",")}]`;
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value as Readonly<Record<string, Json>>)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, child]) => `${JSON.stringify(key)}:${canonicalJson(child)}`);
    return `{${entries.join(",")}}`;
  }
  return JSON.stringify(value);
}
