import type { TraceRepairs } from "../../evaluation/data/read-trace.js";
import type { Backtest } from "../backtest.js";
import { repairSentence } from "../text-report.js";
import type { Verdict } from "../verdict.js";
import { busiestDay, dateOf, dayChart, worstDay } from "./day-chart.js";
import { frontierChart } from "./frontier-chart.js";
import { bestRival } from "./looks.js";
import { escaped, shown } from "./markup.js";
import { STYLE } from "./style.js";
import { equalPodsTable, policyTable } from "./tables.js";

const PERCENT = 100;

/** A page that stands alone: no script, no font, no picture comes from elsewhere. */
export function htmlReport(
  trace: string,
  column: string,
  backtest: Backtest,
  verdict: Verdict,
  repairs: TraceRepairs,
): string {
  const { cluster, price, spans } = backtest;
  const judgedSteps = spans.judged.to - spans.judged.from;
  const busiest = busiestDay(backtest);
  const worst = worstDay(backtest);
  const rival = bestRival(backtest)?.policy.name;
  const title = `Backtest of ${trace.split(/[\\/]/).at(-1) ?? trace}`;
  const circumstances = [
    `Column ${column}, steps of ${shown(cluster.stepSeconds)} s.`,
    `A replica serves ${shown(cluster.callsPerReplica)} calls a step and starts within ${shown(cluster.startUpSteps)} steps.`,
    `A missing replica-minute costs ${shown(price)} paid ones.`,
    `Tuned on the first ${shown((PERCENT * spans.judged.from) / cluster.calls.length)}% of the rows, judged on the last ${shown(judgedSteps)}.`,
    repairSentence(repairs),
  ].join(" ");
  const legend = legendOf(rival);
  const days =
    worst.from === busiest.from
      ? [
          [
            `The busiest day, on which Presage also lost most: ${dateOf(backtest, busiest)}`,
            busiest,
          ] as const,
        ]
      : [
          [`The busiest day: ${dateOf(backtest, busiest)}`, busiest] as const,
          [`The day on which Presage lost most: ${dateOf(backtest, worst)}`, worst] as const,
        ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p class="soft">${escaped(circumstances)}</p>
<section class="verdict ${verdict.recommends}"><h2>Verdict</h2><p>${escaped(verdict.text)}</p></section>
<section>
<h2>What each pod-hour buys</h2>
<p class="soft">One line a policy, one point a setting; farther left and lower is better. Points say what they are under the pointer.</p>
${legend}
${frontierChart(backtest)}
</section>
<section>
<h2>Each policy as tuned on the training part</h2>
<p class="soft">Cost is pod-hours plus ${shown(price)} times the missing replica-hours, over what an oracle with the same start-up time needs. θ: mean share of replicas that are missing or too many; τ: share of time.</p>
${policyTable(backtest)}
</section>
<section>
<h2>At equal pod-hours</h2>
<p class="soft">Presage between its settings, at exactly the rival's pod-hours. Below 1 is better than the rival.</p>
${equalPodsTable(backtest)}
</section>
${days
  .map(
    ([heading, day]) =>
      `<section>\n<h2>${escaped(heading)}</h2>\n${legend.replace("</div>", `<span><i class="demand"></i>demanded</span></div>`)}\n${dayChart(backtest, day)}\n</section>`,
  )
  .join("\n")}
<section>
<h2>The rules, for all alike</h2>
<p>What is asked for at the end of a step is paid from then on and serves after the start-up time; what is given back is gone at once. A policy sees a step when it is over. Utilization is calls over capacity and does not stop at 100%. On missing data nothing is changed. Bounds are ${shown(cluster.minimumReplicas)} and ${shown(cluster.maximumReplicas)} replicas. Every policy's knob, and whatever else it has, is chosen on the training part at the same price.</p>
</section>
</main>
</body>
</html>
`;
}

function legendOf(rival: string | undefined): string {
  const main: readonly (readonly [string, string])[] = [
    ["presage", "Presage"],
    ["hpa", "HPA, 300 s window"],
    ["hpa_tuned", "HPA, window tuned too"],
    ...(rival === undefined || rival.startsWith("hpa")
      ? []
      : [["best", `best rival: ${rival}`] as const]),
    ["other", "others"],
    ["oracle", "oracle"],
  ];
  const entries = main.map(
    ([look, name]) => `<span><i class="${look}"></i>${escaped(name)}</span>`,
  );
  return `<div class="legend">${entries.join("")}</div>`;
}
