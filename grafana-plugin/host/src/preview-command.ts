/**
 * Serves the preview: the panel, live, from a running agent, without Grafana. Started with an IPC channel,
 * over which it gets one {@link PreviewTask} and says where it listens, as `{url}`, or why it can't, as
 * `{failure}`. It ends when the channel does.
 */
import { forwardTo, type DataSource } from "./data-source.js";
import { startHostServer, type HostServer, type HostServerOptions } from "./host-server.js";
import { PROMETHEUS_UID, type FastClock, type Preview } from "./scene.js";
import { ScrapedHistory } from "./scraped-history.js";

export interface PreviewTask {
  /** Another one is used when it is taken. */
  readonly port: number;
  /** Without the path. */
  readonly metricsUrl: string;
  /** Missing when no Prometheus is there: then the agent's metrics are read directly. */
  readonly prometheusUrl?: string;
  readonly clock: FastClock;
  readonly workload: string;
}

const MILLISECONDS_PER_SECOND = 1000;
/** The demo's Prometheus scrapes each second, and so does the reader of the metrics. */
const STEP_SECONDS = 1;
/** An hour, which is 13 hours of the demo's story. */
const MAXIMUM_SCRAPES = 3600;
const MAXIMUM_SERIES = 2000;

process.once("message", (task: PreviewTask) => {
  serve(task).then(
    ({ url }) => process.send?.({ url }),
    (error: unknown) =>
      process.send?.({ failure: error instanceof Error ? error.message : String(error) }),
  );
});
// Ctrl-C reaches this process too; its parent ends it when it is time.
for (const signal of ["SIGINT", "SIGHUP"]) process.on(signal, () => undefined);

async function serve(task: PreviewTask): Promise<HostServer> {
  const { source, words, stop } = sourceOf(task);
  const preview: Preview = {
    clock: task.clock,
    workload: task.workload,
    stepSeconds: STEP_SECONDS,
    source: words,
  };
  const server = await listen({
    set: "grafana-13",
    port: task.port,
    dataSources: new Map([[PROMETHEUS_UID, source]]),
    preview,
  });
  process.once("disconnect", () => {
    stop();
    void server.close();
  });
  return server;
}

function sourceOf({ metricsUrl, prometheusUrl }: PreviewTask): {
  readonly source: DataSource;
  readonly words: string;
  readonly stop: () => void;
} {
  if (prometheusUrl !== undefined) {
    return {
      source: forwardTo(prometheusUrl),
      words: `Prometheus at ${new URL(prometheusUrl).host}`,
      stop: () => undefined,
    };
  }
  const history = new ScrapedHistory({
    url: `${metricsUrl}/metrics`,
    intervalSeconds: STEP_SECONDS,
    maximumScrapes: MAXIMUM_SCRAPES,
    maximumSeries: MAXIMUM_SERIES,
    prefix: "presage_",
    now: () => Date.now() / MILLISECONDS_PER_SECOND,
  });
  history.start();
  return {
    source: history.dataSource,
    words: `the agent's own metrics at ${new URL(metricsUrl).host}, since there is no Prometheus`,
    stop: () => {
      history.stop();
    },
  };
}

/** On the port, or on any free one when it is taken. */
async function listen(options: HostServerOptions): Promise<HostServer> {
  try {
    return await startHostServer(options);
  } catch {
    return startHostServer({ ...options, port: 0 });
  }
}
