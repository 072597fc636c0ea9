import type { Json } from "../core/index.js";

/** Readers of the fields of a snapshot. Each throws a TypeError that names the field. */
export function objectField(
  value: Json | undefined,
  field: string,
): { readonly [key: string]: Json } {
  if (typeof value !== "object" || value === null || isArray(value)) {
    throw new TypeError(`${field} is not an object`);
  }
  return value;
}

export function arrayField(value: Json | undefined, field: string): readonly Json[] {
  if (value === undefined || !isArray(value)) throw new TypeError(`${field} is not an array`);
  return value;
}

export function stringField(value: Json | undefined, field: string): string {
  if (typeof value !== "string") throw new TypeError(`${field} is not a string`);
  return value;
}

/** A whole number, 0 or more. */
export function countField(value: Json | undefined, field: string): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
    throw new TypeError(`${field} is not a count`);
  }
  return value;
}

/** `Array.isArray` does not narrow readonly arrays. */
function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
