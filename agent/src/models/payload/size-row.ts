import type { Call } from "../../core/index.js";

/** The number of arguments and their total length are always known; sizes may not be. */
const ALWAYS_KNOWN = 2;

/** Which sizes a call has: calls of each kind are modelled apart. */
export const SIZE_KINDS = ["none", "request", "response", "both"] as const;
const SIZES_OF_KIND = [0, 1, 1, 2] as const;

/** An index of {@link SIZE_KINDS}. */
export function sizeKindOf({ requestBytes, responseBytes }: Call): number {
  return (requestBytes === undefined ? 0 : 1) + (responseBytes === undefined ? 0 : 2);
}

/** How many sizes are known of calls of a kind: the first values of their rows. */
export function sizesOf(kind: number): number {
  return SIZES_OF_KIND[kind] ?? 0;
}

/** Values in a row of a kind. */
export function rowLengthOf(kind: number): number {
  return ALWAYS_KNOWN + sizesOf(kind);
}

/**
 * Fills log(1 + x) of request and response bytes (each if it is known), of the number of arguments and of
 * their total length. Answers whether all are finite.
 */
export function fillSizeRow(call: Call, row: Float64Array): boolean {
  let at = 0;
  if (call.requestBytes !== undefined) row[at++] = Math.log1p(call.requestBytes);
  if (call.responseBytes !== undefined) row[at++] = Math.log1p(call.responseBytes);
  let length = 0;
  for (const shape of call.argumentShapes) length += shape.length;
  row[at++] = Math.log1p(call.argumentShapes.length);
  row[at] = Math.log1p(length);
  for (const value of row) if (!Number.isFinite(value)) return false;
  return true;
}
