import type { SyntaxNodeRef } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";

/** Values for the variables of Grafana, of which any would do: what counts is that the query is one. */
const STAND_INS: readonly (readonly [variable: RegExp, value: string])[] = [
  [/\$__rate_interval|\$__interval|\$__range/g, "5m"],
  [/\$\{?horizon\}?/g, "300"],
  [/\$\{?\w+\}?/g, "x"],
];

/** A query as Prometheus gets it: variables replaced. */
export function withoutVariables(query: string): string {
  return STAND_INS.reduce((text, [variable, value]) => text.replaceAll(variable, value), query);
}

/** The variables that a text uses, those of Grafana itself (`__range`) left out; sorted, each once. */
export function variablesIn(text: string): readonly string[] {
  const used = [...text.matchAll(/\$\{?(\w+)/g)].map(([, name]) => name ?? "");
  return [...new Set(used.filter((name) => !name.startsWith("__")))].sort();
}

/**
 * The metrics that an expression selects, each once, in the order of their appearance. Throws a
 * SyntaxError when it is not PromQL, or selects without a name.
 */
export function metricNames(expr: string): readonly string[] {
  const names = new Set<string>();
  const enter = ({ type, name, from, node }: SyntaxNodeRef): void => {
    if (type.isError) throw new SyntaxError(`not PromQL at ${from}: ${expr}`);
    if (name !== "VectorSelector") return;
    const metric = node.getChild("Identifier");
    if (metric === null) throw new SyntaxError(`a selector without a metric: ${expr}`);
    names.add(expr.slice(metric.from, metric.to));
  };
  parser.parse(expr).iterate({ enter });
  return [...names];
}

/** The expression that a query of a variable, `label_values(expression, label)`, selects by. */
export function variableExpression(query: string): string {
  const [, expression] = /^label_values\((.+), \w+\)$/.exec(query) ?? [];
  if (expression === undefined) throw new SyntaxError(`not label_values(..., label): ${query}`);
  return expression;
}
