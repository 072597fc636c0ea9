import type { WireCall } from "../wire-call.js";

/** What a line of a recorded log says: a call on the wire, nothing (a header), or a problem. */
export type RecordedLine =
  | { readonly kind: "call"; readonly record: WireCall }
  | { readonly kind: "none" }
  | { readonly kind: "problem"; readonly reason: string };

/** Reads one line of a format. Never throws. */
export type LineReader = (line: string, service: string) => RecordedLine;

export const NO_CALL: RecordedLine = Object.freeze({ kind: "none" });

export function problem(reason: string): RecordedLine {
  return { kind: "problem", reason };
}

/** A whole number written in digits, or undefined. */
export function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,15}$/.test(text)) return undefined;
  return Number(text);
}
