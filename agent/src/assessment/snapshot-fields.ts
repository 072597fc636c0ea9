import type { Json } from "../core/index.js";

/** The fields of a snapshot's object. Throws a TypeError that names it when it is not one. */
export function objectOf(snapshot: Json | undefined, name: string): Readonly<Record<string, Json>> {
  if (snapshot === null || typeof snapshot !== "object" || Array.isArray(snapshot)) {
    throw new TypeError(`${name}: expected an object`);
  }
  return snapshot as Readonly<Record<string, Json>>;
}

export function numberField(fields: Readonly<Record<string, Json>>, name: string): number {
  const value = fields[name];
  if (typeof value !== "number" || !Number.isFinite(value)) {
    throw new TypeError(`${name}: expected a finite number`);
  }
  return value;
}

export function numberArray(value: Json | undefined, name: string): readonly number[] {
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === "number")) {
    throw new TypeError(`${name}: expected an array of numbers`);
  }
  return value;
}

export function arrayOf(value: Json | undefined, name: string): readonly Json[] {
  if (!Array.isArray(value)) throw new TypeError(`${name}: expected an array`);
  return value as readonly Json[];
}
