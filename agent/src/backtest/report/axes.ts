import { escaped, px } from "./markup.js";

/** Where a chart draws within its picture, in pixels of the view box. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** From a value to a coordinate, and the values that are marked. */
export interface Scale {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

const WANTED_TICKS = 8;
const ROUND_STEPS = [1, 2, 5, 10] as const;

/** Equal distances for equal differences, marked at round values. */
export function linearScale(low: number, high: number, from: number, to: number): Scale {
  const span = high > low ? high - low : 1;
  const power = 10 ** Math.floor(Math.log10(span / WANTED_TICKS));
  const factor = ROUND_STEPS.find((step) => span / (step * power) <= WANTED_TICKS) ?? 10;
  const step = factor * power;
  const ticks: number[] = [];
  for (let tick = Math.ceil(low / step); tick * step <= high; tick += 1) ticks.push(tick * step);
  return { at: (value) => from + ((value - low) / span) * (to - from), ticks };
}

/** Equal distances for equal ratios, marked at powers of ten. Values at or below 0 lie at the low end. */
export function logScale(low: number, high: number, from: number, to: number): Scale {
  const first = Math.log10(low);
  const span = Math.max(1e-9, Math.log10(high) - first);
  const ticks: number[] = [];
  for (let power = Math.ceil(first); 10 ** power <= high; power += 1) ticks.push(10 ** power);
  return {
    at: (value) => from + ((Math.log10(Math.max(low, value)) - first) / span) * (to - from),
    ticks,
  };
}

/** Lines at the marked values, their labels, and what the axes are. */
export function axes(
  frame: Frame,
  x: Scale,
  y: Scale,
  labels: {
    readonly x: string;
    readonly y: string;
    readonly xText: (value: number) => string;
    readonly yText: (value: number) => string;
  },
): string {
  const { left, top } = frame;
  const right = frame.width - frame.right;
  const bottom = frame.height - frame.bottom;
  const across = y.ticks.map((tick) => {
    const at = px(y.at(tick));
    return `<line class="grid" x1="${left}" x2="${right}" y1="${at}" y2="${at}"/><text class="tick" x="${left - 8}" y="${at}" dy="0.32em" text-anchor="end">${escaped(labels.yText(tick))}</text>`;
  });
  const along = x.ticks.map((tick) => {
    const at = px(x.at(tick));
    return `<line class="grid" x1="${at}" x2="${at}" y1="${top}" y2="${bottom}"/><text class="tick" x="${at}" y="${bottom + 18}" text-anchor="middle">${escaped(labels.xText(tick))}</text>`;
  });
  return [
    ...across,
    ...along,
    `<text class="axis" x="${(left + right) / 2}" y="${frame.height - 6}" text-anchor="middle">${escaped(labels.x)}</text>`,
    `<text class="axis" x="${left}" y="${top - 10}">${escaped(labels.y)}</text>`,
  ].join("");
}
