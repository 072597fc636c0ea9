import { AnnotationQueryBuilder } from "@grafana/grafana-foundation-sdk/dashboard";

import { CONFIDENCE_THRESHOLD, DRIFT_THRESHOLD } from "./defaults.js";
import { DATA_SOURCE, perWorkload } from "./queries.js";
import type { Select } from "./queries.js";

/** How closely the time range is looked through. A change of replicas is one against a step earlier. */
const STEP = "1m";

/** The two of which drift is made: A, the score, and B, the confidence, of each workload as a whole. */
export function driftQueries(select: Select): { readonly A: string; readonly B: string } {
  return {
    A: perWorkload(select("presage_drift_score", 'segment="all"')),
    B: perWorkload(select("presage_drift_confidence", 'segment="all"')),
  };
}

function driftExpression(select: Select): string {
  const { A: score, B: confidence } = driftQueries(select);
  return `${score} > ${DRIFT_THRESHOLD} and ${confidence} > ${CONFIDENCE_THRESHOLD}`;
}

function scalingExpression(select: Select): string {
  const replicas = select("presage_current_replicas");
  return `${perWorkload(replicas)} != ${perWorkload(`${replicas} offset ${STEP}`)}`;
}

/** Marks on every chart of a dashboard: drift, and changes of the number of replicas. */
export function annotations(select: Select): AnnotationQueryBuilder[] {
  return [
    annotation("Drift", "orange", driftExpression(select)).textFormat(
      "Callers of {{namespace}}/{{workload}} behave differently",
    ),
    annotation("Scaling", "blue", scalingExpression(select)).textFormat(
      "The replicas of {{namespace}}/{{workload}} changed",
    ),
  ];
}

function annotation(name: string, color: string, expr: string): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(DATA_SOURCE)
    .enable(true)
    .iconColor(color)
    .expr(expr)
    .step(STEP)
    .titleFormat(name)
    .tagKeys("namespace,workload");
}
