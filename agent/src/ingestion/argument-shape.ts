import type { ArgumentShape, ArgumentType } from "../core/index.js";
import { BoundedCache } from "./bounded-cache.js";

/** Characters of a value that its classes are taken from; the length and the hash see all of it. */
export const MAX_CLASSIFIED_CHARACTERS = 1024;
/** Collapsed classes kept; a longer pattern ends with {@link PATTERN_CUT}. */
export const MAX_PATTERN_CLASSES = 64;
/** Distinct bigrams kept; the rest is counted under {@link OTHER_BIGRAM}. */
export const MAX_BIGRAMS = 64;
/** Levels of a nested value that are looked at; what is deeper is one mark. */
const MAX_NESTING_LEVELS = 8;

/** No class is called so: it says that the pattern went on. */
const PATTERN_CUT = "…";
const OTHER_BIGRAM = "{other}";

/** A shape without its name, as it travels: `arguments: {quantity: shape}`. */
export type UnnamedArgumentShape = Omit<ArgumentShape, "name">;

/** Gives the keyed hash of an argument's value; see `identity.ts`. */
export type ArgumentHash = (name: string, text: string) => string;

const FIRST_PRINTABLE = 0x20;
const FIRST_NON_ASCII = 0x80;
const DELETE = 0x7f;

/**
 * One character a class: lower case `a`, upper case `A`, digit `9`, control `c`, not ASCII `u`; a
 * space and punctuation stand for themselves.
 */
function classOfCode(code: number): string {
  if (code >= FIRST_NON_ASCII) return "u";
  if (code < FIRST_PRINTABLE || code === DELETE) return "c";
  const character = String.fromCharCode(code);
  if (character >= "a" && character <= "z") return "a";
  if (character >= "A" && character <= "Z") return "A";
  return character >= "0" && character <= "9" ? "9" : character;
}

const CLASSES = [
  ...new Set(Array.from({ length: FIRST_NON_ASCII + 1 }, (_, code) => classOfCode(code))),
];
const CLASS_COUNT = CLASSES.length;
const CLASS_INDEX = Uint8Array.from({ length: FIRST_NON_ASCII + 1 }, (_, code) =>
  CLASSES.indexOf(classOfCode(code)),
);
const BIGRAM_NAMES = CLASSES.flatMap((from) => CLASSES.map((to) => from + to));
const KNOWN_BIGRAMS = new Set([...BIGRAM_NAMES, OTHER_BIGRAM]);
const KNOWN_CLASSES = new Set(CLASSES);

interface ClassProfile {
  readonly classPattern: string;
  readonly characterClassBigrams: Readonly<Record<string, number>>;
}

/** Profiles of recent short texts by their classes: most values of an argument share a few. */
const PROFILE_GENERATION_SIZE = 2048;
const MAX_SHARED_CHARACTERS = 64;
const sharedProfiles = new BoundedCache<string, ClassProfile>(PROFILE_GENERATION_SIZE);

/** Scratch space, between two calls of no meaning (the classes) or all zero (the counts). */
const classCodes = Buffer.alloc(MAX_CLASSIFIED_CHARACTERS);
const bigramCounts = new Uint16Array(CLASS_COUNT * CLASS_COUNT);
const bigramsSeen: number[] = [];

/** The collapsed pattern and the bigrams of a text; the same object for the same classes if short. */
function profileOf(text: string): ClassProfile {
  const end = Math.min(text.length, MAX_CLASSIFIED_CHARACTERS);
  for (let position = 0; position < end; position++) {
    const code = text.charCodeAt(position);
    classCodes[position] = CLASS_INDEX[code < FIRST_NON_ASCII ? code : FIRST_NON_ASCII] ?? 0;
  }
  if (end > MAX_SHARED_CHARACTERS) return classProfile(end);
  const key = classCodes.toString("latin1", 0, end);
  const known = sharedProfiles.get(key);
  if (known !== undefined) return known;
  const profile = classProfile(end);
  sharedProfiles.set(key, profile);
  return profile;
}

/** The profile of the first `end` of `classCodes`. A bigram's name is its two classes: `a9`. */
function classProfile(end: number): ClassProfile {
  let classPattern = "";
  let previous = -1;
  for (let position = 0; position < end; position++) {
    const index = classCodes[position] ?? 0;
    if (index !== previous) {
      if (classPattern.length < MAX_PATTERN_CLASSES) classPattern += CLASSES[index] ?? "";
      else if (classPattern.length === MAX_PATTERN_CLASSES) classPattern += PATTERN_CUT;
    }
    if (previous >= 0) {
      const bigram = previous * CLASS_COUNT + index;
      const count = bigramCounts[bigram] ?? 0;
      if (count === 0) bigramsSeen.push(bigram);
      bigramCounts[bigram] = count + 1;
    }
    previous = index;
  }
  // No prototype is in the way: every name is two class characters or `{other}`.
  const characterClassBigrams: Record<string, number> = {};
  let kept = 0;
  for (const bigram of bigramsSeen) {
    const name = kept < MAX_BIGRAMS ? (BIGRAM_NAMES[bigram] ?? OTHER_BIGRAM) : OTHER_BIGRAM;
    characterClassBigrams[name] = (characterClassBigrams[name] ?? 0) + (bigramCounts[bigram] ?? 0);
    bigramCounts[bigram] = 0;
    kept += 1;
  }
  bigramsSeen.length = 0;
  return Object.freeze({
    classPattern,
    characterClassBigrams: Object.freeze(characterClassBigrams),
  });
}

/** Appends `value` as JSON, up to the limits of depth and length. Never throws, whatever comes. */
function appendBoundedJson(text: string, value: unknown, level: number): string {
  if (text.length >= MAX_CLASSIFIED_CHARACTERS) return text;
  if (typeof value !== "object" || value === null) {
    return text + (typeof value === "string" ? JSON.stringify(value) : scalarText(value));
  }
  if (level >= MAX_NESTING_LEVELS) return text + PATTERN_CUT;
  const isArray = Array.isArray(value);
  let written = text + (isArray ? "[" : "{");
  let first = true;
  for (const [key, element] of Object.entries(value)) {
    if (written.length >= MAX_CLASSIFIED_CHARACTERS) return written;
    if (!first) written += ",";
    first = false;
    if (!isArray) written += `${JSON.stringify(key)}:`;
    written = appendBoundedJson(written, element, level + 1);
  }
  return written + (isArray ? "]" : "}");
}

function scalarText(value: unknown): string {
  switch (typeof value) {
    case "string":
      return value;
    case "number":
    case "boolean":
    case "bigint":
      return String(value);
    default:
      return "";
  }
}

function typeOf(value: unknown): ArgumentType {
  switch (typeof value) {
    case "string":
      return "string";
    case "boolean":
      return "boolean";
    case "number":
      return Number.isInteger(value) ? "integer" : "number";
    case "bigint":
      return "integer";
    case "object":
      if (value === null) return "null";
      return Array.isArray(value) ? "array" : "object";
    default:
      return "null";
  }
}

/**
 * The shape of an argument's value: all that is kept of it. `length` counts UTF-16 code units of a
 * scalar as written, elements of an array or keys of an object; nested values are classified and
 * hashed by their JSON text within the limits above. The value itself is not referenced afterwards.
 */
export function argumentShape(name: string, value: unknown, hash: ArgumentHash): ArgumentShape {
  const type = typeOf(value);
  const nested = type === "array" || type === "object";
  const text = nested ? appendBoundedJson("", value, 0) : scalarText(value);
  const { classPattern, characterClassBigrams } = profileOf(text);
  return {
    name,
    type,
    length: nested ? Object.keys(value as object).length : text.length,
    classPattern,
    characterClassBigrams,
    keyedHash: hash(name, text),
  };
}

const ARGUMENT_TYPES: ReadonlySet<unknown> = new Set<ArgumentType>([
  "null",
  "boolean",
  "integer",
  "number",
  "string",
  "array",
  "object",
]);
const SHAPE_FIELDS = ["type", "length", "classPattern", "characterClassBigrams", "keyedHash"];
/** 128 bits in base64url. */
const KEYED_HASH = /^[A-Za-z0-9_-]{22}$/;

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/**
 * Whether a value on the wire is already a shape: exactly its five fields, each as
 * {@link argumentShape} would have made it. Anything else is a value and is given a shape, so that
 * nothing readable gets through by looking like one.
 */
export function isUnnamedArgumentShape(value: unknown): value is UnnamedArgumentShape {
  if (typeof value !== "object" || value === null || !("keyedHash" in value)) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  const names = Object.keys(fields);
  if (names.length !== SHAPE_FIELDS.length || !SHAPE_FIELDS.every((name) => names.includes(name))) {
    return false;
  }
  const { type, length, classPattern, characterClassBigrams: bigrams, keyedHash } = fields;
  return (
    ARGUMENT_TYPES.has(type) &&
    isCount(length) &&
    isClassPattern(classPattern) &&
    isBigrams(bigrams) &&
    typeof keyedHash === "string" &&
    KEYED_HASH.test(keyedHash)
  );
}

function isClassPattern(value: unknown): boolean {
  if (typeof value !== "string" || value.length > MAX_PATTERN_CLASSES + 1) return false;
  const classes = value.endsWith(PATTERN_CUT) ? value.slice(0, -1) : value;
  let previous = "";
  for (const character of classes) {
    if (!KNOWN_CLASSES.has(character) || character === previous) return false;
    previous = character;
  }
  return true;
}

function isBigrams(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const entries = Object.entries(value);
  return (
    entries.length <= MAX_BIGRAMS + 1 &&
    entries.every(([name, count]) => KNOWN_BIGRAMS.has(name) && isCount(count))
  );
}
