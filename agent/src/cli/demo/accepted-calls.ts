/** `presage_agent_calls_total{...,outcome="accepted",...} 123`, as the agent exports it. */
const ACCEPTED = /^presage_agent_calls_total\{[^}]*outcome="accepted"[^}]*\} (\d+)/gm;

/** How many calls the agent says that it took in; undefined when it does not answer. */
export async function acceptedCalls(metricsUrl: string): Promise<number | undefined> {
  try {
    const response = await fetch(`${metricsUrl}/metrics`);
    const counts = [...(await response.text()).matchAll(ACCEPTED)].map(([, count]) =>
      Number(count),
    );
    return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
  } catch {
    return undefined;
  }
}
