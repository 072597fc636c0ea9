import { startAgentProcess, temporaryDirectory } from "./agent-process.js";

/** What a histogram's series are called besides its own name. */
const HISTOGRAM_SUFFIXES = ["_bucket", "_sum", "_count"];

/** The names of all series that an agent can export: each is declared before it has its first value. */
export async function exportedMetrics(): Promise<ReadonlySet<string>> {
  const directory = await temporaryDirectory();
  const agent = await startAgentProcess(directory.path);
  try {
    const { text } = await agent.metrics();
    const declared = [...text.matchAll(/^# TYPE (\S+) (\S+)/gm)];
    return new Set(
      declared.flatMap(([, name = "", type]) =>
        type === "histogram" ? HISTOGRAM_SUFFIXES.map((suffix) => `${name}${suffix}`) : [name],
      ),
    );
  } finally {
    await agent.program.stop();
    await directory.remove();
  }
}
