import type { Backtest } from "../backtest.js";
import { supplyOf, type Span } from "../cluster/cluster.js";
import { costOf, judge } from "../cluster/outcome.js";
import { axes, linearScale, type Frame } from "./axes.js";
import { inDrawingOrder, lookOf } from "./looks.js";
import { px, shown } from "./markup.js";

const FRAME: Frame = { width: 960, height: 300, left: 54, right: 16, top: 34, bottom: 46 };
const SECONDS_PER_DAY = 86_400;
const SECONDS_PER_HOUR = 3600;
const MILLISECONDS_PER_SECOND = 1000;
const MARKED_HOURS = 3;
/** Above the busiest step. */
const HEADROOM = 1.08;

/** The judged days whole; what is left at both ends is none, unless there is no whole day. */
function daysOf({ cluster, spans }: Backtest): readonly Span[] {
  const { from, to } = spans.judged;
  const length = Math.max(1, Math.round(SECONDS_PER_DAY / cluster.stepSeconds));
  const intoDay =
    ((cluster.startSeconds + from * cluster.stepSeconds) % SECONDS_PER_DAY) / cluster.stepSeconds;
  const days: Span[] = [];
  let start = from + Math.round((length - intoDay) % length);
  for (; start + length <= to; start += length) days.push({ from: start, to: start + length });
  return days.length > 0 ? days : [{ from, to: Math.min(to, from + length) }];
}

/** The day with most calls. */
export function busiestDay(backtest: Backtest): Span {
  const { calls } = backtest.cluster;
  return largest(backtest, (day) =>
    calls.subarray(day.from, day.to).reduce((sum, load) => sum + (load >= 0 ? load : 0), 0),
  );
}

/** The day on which Presage's cost was farthest above the oracle's. */
export function worstDay(backtest: Backtest): Span {
  const { cluster, price, oracle, policies } = backtest;
  const presage = policies.find(({ policy }) => policy.name === "presage") ?? policies[0];
  return largest(backtest, (day) => {
    const own =
      presage === undefined ? 0 : costOf(judge(cluster, presage.asked, day), price, cluster);
    return own - costOf(judge(cluster, oracle.asked, day), price, cluster);
  });
}

function largest(backtest: Backtest, measure: (day: Span) => number): Span {
  let best: Span = backtest.spans.judged;
  let most = -Infinity;
  for (const day of daysOf(backtest)) {
    const value = measure(day);
    if (value <= most) continue;
    most = value;
    best = day;
  }
  return best;
}

export function dateOf({ cluster }: Backtest, { from }: Span): string {
  const seconds = cluster.startSeconds + from * cluster.stepSeconds;
  return new Date(seconds * MILLISECONDS_PER_SECOND).toISOString().slice(0, "YYYY-MM-DD".length);
}

/** One day: what was demanded as an area, and what the main policies had serving as lines. */
export function dayChart(backtest: Backtest, day: Span): string {
  const { cluster } = backtest;
  const shownPolicies = inDrawingOrder(backtest).filter(
    (judged) => lookOf(backtest, judged) !== "other",
  );
  const supplies = shownPolicies.map(({ asked }) => supplyOf(asked, cluster.startUpSteps));
  let most = 1;
  for (let t = day.from; t < day.to; t += 1) {
    const load = (cluster.calls[t] ?? 0) / cluster.callsPerReplica;
    if (load > most) most = load;
    for (const supply of supplies) most = Math.max(most, supply[t] ?? 0);
  }
  const bottom = FRAME.height - FRAME.bottom;
  const seconds = (t: number): number =>
    (cluster.startSeconds + t * cluster.stepSeconds) % SECONDS_PER_DAY;
  const x = linearScale(day.from, day.to, FRAME.left, FRAME.width - FRAME.right);
  const y = linearScale(0, most * HEADROOM, bottom, FRAME.top);
  const hours: number[] = [];
  for (let t = day.from; t < day.to; t += 1) {
    if (seconds(t) % (MARKED_HOURS * SECONDS_PER_HOUR) < cluster.stepSeconds) hours.push(t);
  }
  const area = [`M${px(x.at(day.from))} ${px(bottom)}`];
  for (let t = day.from; t < day.to; t += 1) {
    const calls = cluster.calls[t] ?? NaN;
    const level = px(y.at(Number.isNaN(calls) ? 0 : calls / cluster.callsPerReplica));
    area.push(`L${px(x.at(t))} ${level}L${px(x.at(t + 1))} ${level}`);
  }
  area.push(`L${px(x.at(day.to))} ${px(bottom)}Z`);
  const lines = shownPolicies.map((judged, at) => {
    const path: string[] = [];
    let previous = -1;
    for (let t = day.from; t < day.to; t += 1) {
      const supplied = supplies[at]?.[t] ?? 0;
      if (supplied !== previous)
        path.push(
          `${path.length === 0 ? "M" : "H"}${px(x.at(t))}`,
          path.length === 0 ? ` ${px(y.at(supplied))}` : `V${px(y.at(supplied))}`,
        );
      previous = supplied;
    }
    path.push(`H${px(x.at(day.to))}`);
    return `<path class="curve ${lookOf(backtest, judged)}" d="${path.join("")}"/>`;
  });
  return [
    `<svg viewBox="0 0 ${FRAME.width} ${FRAME.height}" role="img" aria-label="Replicas demanded and supplied on one day">`,
    `<path class="demand" d="${area.join("")}"/>`,
    axes(FRAME, { at: x.at, ticks: hours }, y, {
      x: "time of day",
      y: "replicas",
      xText: (t) => `${String(Math.floor(seconds(t) / SECONDS_PER_HOUR)).padStart(2, "0")}:00`,
      yText: (value) => shown(value),
    }),
    ...lines,
    "</svg>",
  ].join("");
}
