/** Text for a terminal as spans, so that its width is known before any escape code is in it. */

/** ANSI SGR codes (ECMA-48, 8.3.117) by what they are for here. */
const STYLES = {
  plain: "",
  strong: "1",
  faint: "2",
  good: "32",
  warning: "33",
  alarm: "1;31",
  accent: "36",
} as const;
export type Style = keyof typeof STYLES;

export interface Span {
  readonly text: string;
  readonly style: Style;
}
export type Line = readonly Span[];

export function span(text: string, style: Style = "plain"): Span {
  return { text, style };
}

/** Cut to `columns` characters, with an ellipsis where something is missing. */
export function cut(text: string, columns: number): string {
  if (text.length <= columns) return text;
  return columns <= 0 ? "" : `${text.slice(0, columns - 1)}…`;
}

/** Broken between words into lines of at most `columns`; only a longer word is broken itself. */
export function wrap(text: string, columns: number): readonly string[] {
  const width = Math.max(1, columns);
  const lines: string[] = [];
  let rest = text.trim();
  while (rest.length > width) {
    const space = rest.lastIndexOf(" ", width);
    const end = space > 0 ? space : width;
    lines.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trim();
  }
  if (rest !== "") lines.push(rest);
  return lines;
}

/** A name and the spaces after it, or the spaces before the first word. */
const HANGING_INDENT = /^ *(?:\S+ )*?\S+ {2,}|^ */;

/** {@link wrap} for a row of a table: what does not fit goes on below the row's second column. */
export function wrapHanging(line: string, columns: number): readonly string[] {
  if (line.length <= columns) return [line];
  const indent = HANGING_INDENT.exec(line)?.[0] ?? "";
  const rest = wrap(line.slice(indent.length), columns - indent.length);
  return rest.map((part, index) => (index === 0 ? indent : " ".repeat(indent.length)) + part);
}

/** Between two pieces of a line. */
const GAP = "  ";

/**
 * Pieces one after the other, two spaces apart, on as many lines of at most `columns` as they need;
 * a piece is never broken.
 */
export function flow(pieces: readonly Line[], columns: number): readonly Line[] {
  const lines: Span[][] = [];
  let width = 0;
  for (const piece of pieces) {
    const pieceWidth = piece.reduce((sum, { text }) => sum + text.length, 0);
    const line = lines.at(-1);
    if (line === undefined || width + GAP.length + pieceWidth > columns) {
      lines.push([...piece]);
      width = pieceWidth;
    } else {
      line.push(span(GAP), ...piece);
      width += GAP.length + pieceWidth;
    }
  }
  return lines;
}

/** A line as the terminal gets it: at most `columns` wide, with colors or without. */
export function paint(line: Line, columns: number, color: boolean): string {
  let left = columns;
  let painted = "";
  for (const { text, style } of line) {
    const shown = cut(text, left);
    left -= shown.length;
    painted += color && style !== "plain" ? `\u001b[${STYLES[style]}m${shown}\u001b[0m` : shown;
    if (left <= 0) break;
  }
  return painted;
}

const BLOCKS = "▁▂▃▄▅▆▇█";

/**
 * The last `columns` values as blocks, from 0 to `maximum`. An unknown value is a dot: it is never
 * drawn as a number.
 */
export function sparkline(
  values: readonly (number | undefined)[],
  columns: number,
  maximum: number,
): string {
  return values
    .slice(-Math.max(1, columns))
    .map((value) => {
      if (value === undefined) return "·";
      const share = maximum > 0 ? Math.min(1, Math.max(0, value / maximum)) : 0;
      return BLOCKS[Math.min(BLOCKS.length - 1, Math.floor(share * BLOCKS.length))] ?? "▁";
    })
    .join("");
}

/** A bar of `columns` characters of which the share `ratio` is filled. */
export function bar(ratio: number, columns: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, ratio)) * columns);
  return "█".repeat(filled) + "░".repeat(columns - filled);
}
