import type { DataFrame } from "danfojs-node";

/** Digits after the point: scores are told apart by the third. */
const DIGITS = 4;

/**
 * Columns of equal length as a danfo frame, to join, group and summarize. danfo is loaded only here: it takes
 * a second and much memory, so that it never enters the agent's process.
 */
export async function tableOf(
  columns: Readonly<Record<string, readonly (string | number)[]>>,
): Promise<DataFrame> {
  const danfo = await import("danfojs-node");
  return new danfo.DataFrame(columns);
}

/** A table as aligned lines of text: danfo's own printing cuts names and rows off. */
export function linesOf(table: DataFrame): string[] {
  const columns = table.columns.map(String);
  const rows = (table.values as readonly (readonly unknown[])[]).map((row) => row.map(shown));
  const widths = columns.map((name, at) =>
    Math.max(name.length, ...rows.map((row) => (row[at] ?? "").length)),
  );
  return [columns, ...rows].map((row) =>
    row
      // The first column is the name of the row.
      .map((text, at) => (at === 0 ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0)))
      .join("  "),
  );
}

function shown(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value !== "number" || !Number.isFinite(value)) return "-";
  return String(Number(value.toFixed(DIGITS)));
}
