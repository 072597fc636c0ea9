/** A row of the demo's screen: a name at the left, and what there is to say about it. */
import { flow, span, type Line, type Span } from "./painted-text.js";

export const LABEL_COLUMNS = 11;

export function label(text: string): Span {
  return span(text.padEnd(LABEL_COLUMNS), "faint");
}

/** Named on its first line; pieces that do not fit into `columns` go on below, unbroken. */
export function labelled(name: string, pieces: readonly Line[], columns: number): Line[] {
  return named(name, flow(pieces, columns - LABEL_COLUMNS));
}

/** Lines that fit already, named on the first. */
export function named(name: string, lines: readonly Line[]): Line[] {
  return lines.map((line, index) => [label(index === 0 ? name : ""), ...line]);
}
