import type { Backtest } from "../backtest.js";
import type { Outcome } from "../cluster/outcome.js";
import { axes, linearScale, logScale, type Frame } from "./axes.js";
import { inDrawingOrder, lookOf } from "./looks.js";
import { escaped, px, shown } from "./markup.js";

const FRAME: Frame = { width: 960, height: 440, left: 70, right: 20, top: 34, bottom: 52 };
/** What is farther right than so many times the oracle's pod-hours is nobody's choice. */
const WIDEST = 2;
const NARROWEST = 0.9;
/** The scale ends at one call in a million. */
const LOWEST_SHARE = 1e-6;
const PERCENT = 100;

/** Calls over capacity against pod-hours, a line for each policy: farther left and lower is better. */
export function frontierChart(backtest: Backtest): string {
  const { oracle, cluster, spans } = backtest;
  const total = cluster.calls
    .subarray(spans.judged.from, spans.judged.to)
    .reduce((sum, calls) => sum + (calls >= 0 ? calls : 0), 0);
  const shareOf = ({ underProvisionedCalls }: Outcome): number =>
    total > 0 ? underProvisionedCalls / total : 0;
  const shares = backtest.policies.flatMap(({ frontier }) =>
    frontier
      .filter(({ outcome }) => outcome.podHours >= NARROWEST * oracle.outcome.podHours)
      .map(({ outcome }) => shareOf(outcome)),
  );
  const high = Math.max(LOWEST_SHARE * 10, ...shares);
  const low = Math.max(LOWEST_SHARE, Math.min(...shares.filter((share) => share > 0), high / 10));
  const bottom = FRAME.height - FRAME.bottom;
  const x = linearScale(
    NARROWEST * oracle.outcome.podHours,
    WIDEST * oracle.outcome.podHours,
    FRAME.left,
    FRAME.width - FRAME.right,
  );
  const y = logScale(low, high, bottom, FRAME.top);
  const at = (outcome: Outcome): string =>
    `${px(x.at(outcome.podHours))},${px(y.at(shareOf(outcome)))}`;
  const curves = inDrawingOrder(backtest).map((judged) => {
    const look = lookOf(backtest, judged);
    const points = judged.frontier.map(({ outcome }) => at(outcome)).join(" ");
    const dots = judged.frontier.map(({ setting, variant, outcome }) => {
      const [cx = "", cy = ""] = at(outcome).split(",");
      const about = [
        `${judged.policy.name}: ${judged.policy.knob} ${setting}`,
        ...(variant === "" ? [] : [variant]),
        `${shown(outcome.podHours)} pod-hours`,
        `${shown(outcome.violationMinutes)} violation minutes`,
        `${shown(outcome.underProvisionedCalls)} calls over capacity`,
      ].join("\n");
      const radius = look === "other" ? 2.2 : 3.4;
      return `<circle class="dot ${look}" cx="${cx}" cy="${cy}" r="${radius}"><title>${escaped(about)}</title></circle>`;
    });
    return `<polyline class="curve ${look}" points="${points}"/>${dots.join("")}`;
  });
  const oracleAt = at(oracle.outcome).split(",");
  return [
    `<svg viewBox="0 0 ${FRAME.width} ${FRAME.height}" role="img" aria-label="Calls over capacity against pod-hours, for each policy and setting">`,
    `<defs><clipPath id="plot"><rect x="${FRAME.left}" y="${FRAME.top - 6}" width="${FRAME.width - FRAME.left - FRAME.right}" height="${bottom - FRAME.top + 12}"/></clipPath></defs>`,
    axes(FRAME, x, y, {
      x: "pod-hours",
      y: "calls over capacity, share of all calls",
      xText: (value) => shown(value),
      yText: (value) => `${String(Number((value * PERCENT).toPrecision(1)))}%`,
    }),
    `<g clip-path="url(#plot)">${curves.join("")}<circle class="dot oracle" cx="${oracleAt[0] ?? ""}" cy="${oracleAt[1] ?? ""}" r="5"><title>oracle: knows the future, same start-up time</title></circle></g>`,
    "</svg>",
  ].join("");
}
