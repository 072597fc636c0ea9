/** Colors that differ for the color-blind too (Okabe and Ito), with darker grounds for the dark theme. */
export const STYLE = `
:root { color-scheme: light dark; --ground: #fbfbf9; --card: #ffffff; --ink: #1c2430; --soft: #5d6875;
  --line: #dfe3e8; --presage: #0060a8; --hpa: #c44e00; --hpa-tuned: #a06a00; --best: #00795a;
  --other: #a9b1ba; --oracle: #6b4c9a; --demand: #d7dee6; --good: #00795a; --bad: #b3261e; --even: #7a5b00; }
@media (prefers-color-scheme: dark) { :root { --ground: #14181d; --card: #1b2027; --ink: #e6eaee; --soft: #9aa5b1;
  --line: #323a44; --presage: #5ab4f5; --hpa: #ff9a57; --hpa-tuned: #e2b33c; --best: #3fcf9f;
  --other: #5b6671; --oracle: #b79be8; --demand: #2d3742; --good: #3fcf9f; --bad: #ff8a80; --even: #e2b33c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); line-height: 1.5;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main { max-width: 1040px; margin: 0 auto; padding: 40px 20px 64px; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 4px; letter-spacing: -0.01em; }
h2 { font-size: 1.15rem; margin: 0 0 4px; }
p { margin: 0 0 12px; max-width: 75ch; }
.soft { color: var(--soft); font-size: 0.92rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 20px 22px; margin-top: 20px; }
.verdict { border-left: 6px solid var(--even); font-size: 1.06rem; }
.verdict.presage { border-left-color: var(--good); }
.verdict.rival { border-left-color: var(--bad); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
th, td { padding: 6px 10px; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--soft); font-weight: 600; }
th:first-child, td:first-child, td.note, th.note { text-align: left; }
td.note { color: var(--soft); white-space: normal; min-width: 180px; }
tr.presage td:first-child { color: var(--presage); font-weight: 700; }
tr.hpa td:first-child { color: var(--hpa); font-weight: 700; }
tr.hpa_tuned td:first-child { color: var(--hpa-tuned); font-weight: 700; }
tr.best td:first-child { color: var(--best); font-weight: 700; }
tr.oracle td { color: var(--oracle); }
td .bar { display: inline-block; height: 10px; border-radius: 2px; background: var(--other); vertical-align: middle; }
td .bar.missing { background: var(--bad); }
svg { width: 100%; height: auto; display: block; }
svg .grid { stroke: var(--line); stroke-width: 1; }
svg .tick, svg .axis, svg .label { fill: var(--soft); font: 12px system-ui, sans-serif; }
svg .axis { font-weight: 600; }
svg .curve { fill: none; stroke: var(--other); stroke-width: 1.5; stroke-linejoin: round; }
svg .dot { fill: var(--other); }
svg .curve.presage { stroke: var(--presage); stroke-width: 3; } svg .dot.presage { fill: var(--presage); }
svg .curve.hpa { stroke: var(--hpa); stroke-width: 2.2; } svg .dot.hpa { fill: var(--hpa); }
svg .curve.hpa_tuned { stroke: var(--hpa-tuned); stroke-width: 2.2; } svg .dot.hpa_tuned { fill: var(--hpa-tuned); }
svg .curve.best { stroke: var(--best); stroke-width: 2.2; } svg .dot.best { fill: var(--best); }
svg .curve.oracle { stroke: var(--oracle); stroke-dasharray: 5 4; } svg .dot.oracle { fill: var(--oracle); }
svg .demand { fill: var(--demand); }
svg .name { font: 600 12px system-ui, sans-serif; fill: var(--soft); }
svg .name.presage { fill: var(--presage); } svg .name.hpa { fill: var(--hpa); } svg .name.best { fill: var(--best); }
svg .name.hpa_tuned { fill: var(--hpa-tuned); } svg .name.oracle { fill: var(--oracle); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 0.88rem; color: var(--soft); margin: 6px 0 8px; }
.legend i { display: inline-block; width: 18px; height: 4px; border-radius: 2px; margin-right: 6px; vertical-align: middle; background: var(--other); }
.legend i.presage { background: var(--presage); } .legend i.hpa { background: var(--hpa); }
.legend i.hpa_tuned { background: var(--hpa-tuned); } .legend i.best { background: var(--best); }
.legend i.oracle { background: var(--oracle); } .legend i.demand { background: var(--demand); height: 10px; }
@media print { body { background: none; } section { break-inside: avoid; } }
`;
