import type { Registry } from "prom-client";

import type { ExpositionFormat } from "./negotiation.js";

type MetricFamily = Awaited<ReturnType<Registry["getMetricsAsJSON"]>>[number];

/** As prom-client hands them over: those of a histogram or summary bring the name of their series. */
type Sample = MetricFamily["values"][number] & { readonly metricName?: string };

const TOTAL_SUFFIX = "_total";

/**
 * Writes metric families in the Prometheus text format 0.0.4 or in OpenMetrics 1.0.
 *
 * prom-client can write both, but its format is a state of the registry, and writing OpenMetrics once
 * renames the counters for good (prometheus/client_js pull request 829): two scrapers that ask for
 * different formats would see different names. Here nothing is changed by writing.
 *
 * Sources: Prometheus documentation, "Exposition formats"; OpenMetrics 1.0 specification.
 */
export function writeExposition(
  families: readonly MetricFamily[],
  format: ExpositionFormat,
): string {
  const lines: string[] = [];
  for (const family of families) writeFamily(lines, family, format);
  if (format === "openmetrics") lines.push("# EOF");
  lines.push("");
  return lines.join("\n");
}

function writeFamily(lines: string[], family: MetricFamily, format: ExpositionFormat): void {
  // Declared as an enum of numbers, but a word at run time.
  const type = String(family.type);
  const openmetrics = format === "openmetrics";
  const isCounter = type === "counter";
  // OpenMetrics names a counter without the suffix and its sample with it.
  const name = openmetrics && isCounter ? withoutTotal(family.name) : family.name;
  const sampleName = openmetrics && isCounter ? name + TOTAL_SUFFIX : family.name;
  const help = openmetrics ? escapeQuoted(family.help) : escapeLine(family.help);
  lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
  for (const sample of family.values as readonly Sample[]) {
    lines.push(
      `${sample.metricName ?? sampleName}${writeLabels(sample.labels)} ${writeNumber(sample.value)}`,
    );
  }
}

function writeLabels(labels: Sample["labels"]): string {
  let text = "";
  for (const name in labels) {
    const value = labels[name];
    if (value === undefined) continue;
    text += `${text === "" ? "" : ","}${name}="${escapeQuoted(String(value))}"`;
  }
  return text === "" ? "" : `{${text}}`;
}

function writeNumber(value: number): string {
  if (value === Infinity) return "+Inf";
  if (value === -Infinity) return "-Inf";
  return String(value);
}

function withoutTotal(name: string): string {
  return name.endsWith(TOTAL_SUFFIX) ? name.slice(0, -TOTAL_SUFFIX.length) : name;
}

const NEEDS_ESCAPE = /[\\\n"]/;

function escapeLine(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

/** Nearly no label value needs it, and there are many: looking first saves a quarter of a scrape. */
function escapeQuoted(text: string): string {
  return NEEDS_ESCAPE.test(text) ? escapeLine(text).replaceAll('"', '\\"') : text;
}
