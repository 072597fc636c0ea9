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

/** Broken between words into at most `maximumLines` lines; the last one is cut. */
export function wrap(text: string, columns: number, maximumLines: number): readonly string[] {
  const lines: string[] = [];
  let rest = text.trim();
  while (rest !== "" && lines.length < maximumLines) {
    if (rest.length <= columns || lines.length === maximumLines - 1) {
      lines.push(cut(rest, columns));
      return lines;
    }
    const space = rest.lastIndexOf(" ", columns);
    const end = space > 0 ? space : columns;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trim();
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
