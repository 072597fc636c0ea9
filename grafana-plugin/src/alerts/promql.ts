/** A string of PromQL: backslash, quote and line breaks would end or change it. */
export function quoted(value: string): string {
  const escaped = value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
  return `"${escaped}"`;
}

/**
 * The largest of what several agents say of one workload. `by` drops the metric's name, so that two of
 * these can be compared in an expression.
 */
export function ofWorkload(metric: string, labels: Readonly<Record<string, string>>): string {
  const matchers = Object.entries(labels).map(([name, value]) => `${name}=${quoted(value)}`);
  return `max by (namespace, workload) (${metric}{${matchers.join(', ')}})`;
}
