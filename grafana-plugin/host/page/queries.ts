/** Runs the panel's queries, as Grafana's Prometheus data source does. */
import { alignedRange, framesOf, type PrometheusAnswer } from "../src/prometheus-frames.js";
import { PROMETHEUS_UID, type FastClock, type PlainFrame, type Scene } from "../src/scene.js";

const API = `/api/datasources/proxy/uid/${PROMETHEUS_UID}/api/v1`;
const MILLISECONDS_PER_SECOND = 1000;

/** Rejects with the data source's message when a query fails. */
export async function runQueries(
  scene: Scene,
  replaceVariables: (text: string) => string,
): Promise<PlainFrame[]> {
  const range = onMachine(scene);
  const { startSeconds, endSeconds } = alignedRange(range, scene.stepSeconds);
  const answers = await Promise.all(
    scene.queries.map(async (query) => {
      const expression = replaceVariables(query.expr);
      const parameters: Readonly<Record<string, string | number>> =
        query.instant === true
          ? { query: expression, time: endSeconds }
          : { query: expression, start: startSeconds, end: endSeconds, step: scene.stepSeconds };
      const answer = await ask(query.instant === true ? "query" : "query_range", parameters);
      const shownStepSeconds = scene.stepSeconds * (scene.clock?.rate ?? 1);
      const timeOf = scene.clock && toClock(scene.clock);
      return framesOf(answer, { ...query, expr: expression }, shownStepSeconds, timeOf);
    }),
  );
  return answers.flat();
}

async function ask(
  endpoint: string,
  parameters: Readonly<Record<string, string | number>>,
): Promise<PrometheusAnswer> {
  const query = new URLSearchParams(
    Object.entries(parameters).map(([name, value]) => [name, String(value)]),
  );
  const response = await fetch(`${API}/${endpoint}?${query.toString()}`);
  const body = (await response.json()) as PrometheusAnswer & { readonly message?: string };
  // Prometheus says what was wrong as `error`, the host's server as `message`.
  return body.message === undefined ? body : { status: "error", error: body.message };
}

function toClock({
  startSeconds,
  machineStartSeconds,
  rate,
}: FastClock): (seconds: number) => number {
  return (seconds) => startSeconds + (seconds - machineStartSeconds) * rate;
}

/** The scene's range by the machine's clock: what the data source knows. */
function onMachine({ range, clock }: Scene): { readonly fromMs: number; readonly toMs: number } {
  if (clock === undefined) return range;
  const back = (milliseconds: number): number =>
    (clock.machineStartSeconds +
      (milliseconds / MILLISECONDS_PER_SECOND - clock.startSeconds) / clock.rate) *
    MILLISECONDS_PER_SECOND;
  return { fromMs: back(range.fromMs), toMs: back(range.toMs) };
}
