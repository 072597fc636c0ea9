/// <reference lib="dom" />
/** What a person reads in the panel, read back from the page. English texts. */
import type { PanelPage } from "./panel-page.js";

/** The heading of each resource, and the part of its metrics' names. */
export const RESOURCES = [
  ["Replicas", "replicas"],
  ["CPU cores of each replica", "cpu_cores"],
  ["Memory of each replica", "memory_bytes"],
  ["Network of each replica", "network_bytes_per_second"],
] as const;

/** What one of a unit is in the unit of the metric; "" is a plain number. */
const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  cores: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  "B/s": 1,
  "kB/s": 1e3,
  "MB/s": 1e6,
};
const NUMBER = /([+−-]?[\d.]+)\s?([A-Za-z/]*)/;

/** A number with its unit, in the unit of the metric. Throws an Error for a unit that is not expected. */
export function quantity(text: string): number {
  const [, digits = "", unit = ""] = NUMBER.exec(text) ?? [];
  const factor = UNITS[unit];
  if (digits === "" || factor === undefined) throw new Error(`"${text}" is no number with a unit`);
  return Number(digits.replace("−", "-")) * factor;
}

/**
 * What Chromium says when a menu of @grafana/ui measures itself twice in one frame. It is drawn right in
 * the next, and the panel has no part in it.
 */
const MENU_NOISE = "exception: ResizeObserver loop completed with undelivered notifications.";

/** The page's problems, of a page on which a menu was opened. */
export async function problemsBesideMenus(panel: PanelPage): Promise<readonly string[]> {
  return (await panel.problems()).filter((problem) => problem !== MENU_NOISE);
}

/** A section by its heading; the heading is its first line. */
export function section({ page }: PanelPage, heading: string): Promise<string> {
  return page.getByRole("region", { name: heading, exact: true }).innerText();
}

/** By heading, in the metric's unit. */
export async function resources({
  page,
}: PanelPage): Promise<ReadonlyMap<string, { readonly current: number; readonly target: number }>> {
  const tiles = await page
    .getByRole("list", { name: "Current and recommended resources" })
    .getByRole("listitem")
    .allInnerTexts();
  return new Map(
    tiles.map((tile) => {
      const [heading = "", values = ""] = tile.split("\n").filter((line) => line !== "");
      const [current = "", target = ""] = values.split("→");
      // A unit that both have is said once, after the second.
      const isPlain = /^[\d.]+$/.test(current.trim());
      const unit = isPlain ? (NUMBER.exec(target)?.[2] ?? "") : "";
      return [heading, { current: quantity(current.trim() + unit), target: quantity(target) }];
    }),
  );
}

/** The signed numbers of replicas, without their total. */
export async function contributions({ page }: PanelPage): Promise<readonly number[]> {
  const rows = await page
    .getByRole("list", { name: "Why this many replicas" })
    .getByRole("listitem")
    .allInnerTexts();
  return rows.slice(0, -1).map((row) => quantity(row.split("\n").at(-1) ?? ""));
}

export function driftIn(text: string): { readonly score: number; readonly confidence: number } {
  const [, score = "", percent = ""] =
    /Score ([\d.]+); a change is (?:under |over )?([\d.]+)% likely/.exec(text) ?? [];
  return { score: Number(score), confidence: Number(percent) / 100 };
}

export function forecastIn(text: string): {
  readonly point: number;
  readonly duration: string;
  readonly lower: number;
  readonly upper: number;
} {
  const found = /([\d.]+) req\/s forecast in (.+?) \(([\d.]+) req\/s to ([\d.]+) req\/s\)/.exec(
    text,
  );
  const [, point = "", duration = "", lower = "", upper = ""] = found ?? [];
  return { point: Number(point), duration, lower: Number(lower), upper: Number(upper) };
}

/**
 * Texts that a person cannot read whole, though nothing scrolls there: wider than the box that clips
 * them, or over the edge of the panel. Texts for screen readers alone are left out.
 */
export function cutOff({ page }: PanelPage): Promise<readonly string[]> {
  return page.evaluate(() => {
    const main = document.querySelector("main");
    // Grafana's own view of missing data is no region.
    const panel = main?.querySelector('[role="region"]') ?? main;
    if (panel === null) return ["there is no panel"];
    const edge = panel.getBoundingClientRect();
    const found: string[] = [];
    const walker = document.createTreeWalker(panel, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const text = node.textContent?.trim() ?? "";
      const parent = node.parentElement;
      if (text === "" || parent === null) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const box = range.getBoundingClientRect();
      const hidden = parent.closest("table") !== null || box.width <= 1;
      if (hidden) continue;
      if (box.right > edge.right + 1 || box.left < edge.left - 1) found.push(text);
    }
    if (panel.scrollWidth > panel.clientWidth + 1) found.push("the panel scrolls sideways");
    return found;
  });
}
