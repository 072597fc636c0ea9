import { Counter, Gauge } from "prom-client";
import type { Registry } from "prom-client";

import type { Clock, WorkloadView } from "../../core/index.js";
import { BEHAVIOR_FAMILIES } from "./behavior-families.js";
import { decisionFamilies } from "./decision-families.js";
import type { CounterfactualSource } from "./decision-families.js";
import { writeExposition } from "./exposition.js";
import type { Family } from "./family.js";
import { CONTENT_TYPES, negotiate } from "./negotiation.js";
import { SERIES_FAMILIES } from "./series-families.js";
import { show } from "./shown.js";
import type { ExportLimits, Shown } from "./shown.js";

/**
 * Together under 5,000 series: 20 workloads of about 100, 116 segments of at most 21 (five values, ten
 * causes, six that say how the models are and what serves) and 60 operations of 9 (three bounds at three
 * horizons) are 4,976.
 */
const DEFAULT_LIMITS: ExportLimits = { maxWorkloads: 20, maxSegments: 116, maxOperations: 60 };

export interface PrometheusExporterOptions {
  /** How the agent may act: `shadow` publishes only. */
  readonly mode: string;
  /** Tells when a recommendation has expired: the same time as that of the decisions. */
  readonly clock: Clock;
  /** Without it there is no `presage_counterfactual_replicas`. */
  readonly counterfactuals?: CounterfactualSource;
  readonly limits?: ExportLimits;
}

export interface PrometheusExporter {
  /** All metrics of the registry in the format that the Accept header asks for. */
  metricsText(
    accept: string | undefined,
  ): Promise<{ readonly contentType: string; readonly body: string }>;
}

/**
 * Publishes the state of every workload through `registry`, read from `view` at each scrape: what has
 * vanished from the view has vanished from the metrics, and what is unknown is absent, with
 * `presage_model_status` telling why. No label comes from a caller; those that
 * come from operations are bounded in number.
 */
export function createPrometheusExporter(
  registry: Registry,
  view: WorkloadView,
  options: PrometheusExporterOptions,
): PrometheusExporter {
  const limits = options.limits ?? DEFAULT_LIMITS;
  const families = [
    ...BEHAVIOR_FAMILIES,
    ...SERIES_FAMILIES,
    ...decisionFamilies(options.counterfactuals ?? (() => [])),
    modeFamily(options.mode),
    OMITTED_FAMILY,
  ];
  // One for all families of a scrape: it is made once, and they agree.
  let shown: Shown = show([], limits, 0);
  for (const family of families) registerFamily(registry, family, () => shown);
  return {
    async metricsText(accept) {
      shown = show(view.workloads(), limits, options.clock.now());
      const format = negotiate(accept);
      const body = writeExposition(await registry.getMetricsAsJSON(), format);
      return { contentType: CONTENT_TYPES[format], body };
    },
  };
}

function modeFamily(mode: string): Family {
  return {
    name: "presage_mode",
    help: "1 for the mode that the agent runs in; shadow publishes and never acts.",
    labelNames: ["mode"],
    collect(_shown, emit) {
      emit({ mode }, 1);
    },
  };
}

const OMITTED_FAMILY: Family = {
  name: "presage_export_omitted",
  help: "Workloads, segments and forecasts of operations that this scrape leaves out because of the limits on series.",
  labelNames: ["what"],
  collect({ omittedWorkloads, omittedSegments, omittedOperations }, emit) {
    emit({ what: "workloads" }, omittedWorkloads);
    emit({ what: "segments" }, omittedSegments);
    emit({ what: "operations" }, omittedOperations);
  },
};

type Content = Awaited<ReturnType<(Gauge | Counter)["get"]>>;

/**
 * A metric without a state of its own. prom-client keys the series of a metric by their labels joined
 * without escaping, so that hostile names could make two of them one; here nothing is keyed.
 */
function registerFamily(registry: Registry, family: Family, shown: () => Shown): void {
  const { name, help, labelNames } = family;
  const options = { name, help, labelNames, registers: [registry] };
  const metric = family.isCounter === true ? new Counter(options) : new Gauge(options);
  const describe = metric.get.bind(metric);
  metric.get = async () => {
    // Before the first wait: meanwhile another scrape may begin.
    const current = shown();
    const values: Content["values"] = [];
    family.collect(current, (labels, value) => {
      if (value !== undefined && Number.isFinite(value)) values.push({ labels, value });
    });
    return { ...(await describe()), values };
  };
}
