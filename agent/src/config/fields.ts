import { z } from "zod";

/** Inclusive limits of a number, or of the length of a list. */
export interface Limits {
  readonly minimum: number;
  readonly maximum: number;
}

/** Bounds every text of the configuration; no path, name or address is longer. */
const MAX_TEXT_CHARACTERS = 4096;

export function wholeNumber(meaning: string, defaultValue: number, limits: Limits) {
  return z.int().min(limits.minimum).max(limits.maximum).default(defaultValue).describe(meaning);
}

export function decimal(meaning: string, defaultValue: number, limits: Limits) {
  return z.number().min(limits.minimum).max(limits.maximum).default(defaultValue).describe(meaning);
}

export function toggle(meaning: string, defaultValue: boolean) {
  return z.boolean().default(defaultValue).describe(meaning);
}

export function text(meaning: string) {
  return z.string().min(1).max(MAX_TEXT_CHARACTERS).describe(meaning);
}

/** A part of a workload's key, which is joined with slashes. */
export function name(meaning: string) {
  return z
    .string()
    .max(MAX_TEXT_CHARACTERS)
    .regex(/^[^/]+$/, "must be a name without a slash")
    .describe(meaning);
}

/** Addresses are logged and shown; a password in one would be, too. What is no address holds none. */
export function hasNoCredentials(address: string): boolean {
  if (!URL.canParse(address)) return true;
  const { username, password } = new URL(address);
  return username === "" && password === "";
}

/** A choice of which this version knows only the first value; the others are known, and refused. */
export function choiceForNow<const Values extends readonly [string, ...string[]]>(
  meaning: string,
  values: Values,
) {
  const [available] = values;
  return z
    .enum(values)
    .refine((value) => value === available, {
      error: ({ input }) => `"${String(input)}" comes with a later version; use "${available}"`,
    })
    .default(available as Values[number])
    .describe(meaning);
}

/** A group of keys. Strict: keys that it does not have are refused. */
export function section<Shape extends z.ZodRawShape>(meaning: string, shape: Shape) {
  return z.strictObject(shape).describe(meaning);
}
