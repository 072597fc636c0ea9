import type { Config } from "../config/schema.js";
import type { Clock, UsageReading, WorkloadKey } from "../core/index.js";
import { workloadKey } from "../core/index.js";
import { UsageScraper } from "../ingestion/usage-scraper.js";
import type { Logger } from "../telemetry/logger.js";

/** One for each configured service whose own metrics are read. */
export function createScrapers(
  config: Config,
  clock: Clock,
  record: (reading: UsageReading) => void,
  log: Logger,
): readonly { readonly workload: WorkloadKey; readonly scraper: UsageScraper }[] {
  return config.scrape.map((target) => {
    const { service, namespace, kind, url, intervalSeconds, timeoutSeconds } = target;
    const workload = workloadKey({ namespace, kind, name: service });
    const scraper = new UsageScraper({
      url,
      workload,
      intervalSeconds,
      timeoutSeconds,
      ...(target.instance === undefined ? {} : { instance: target.instance }),
      clock,
      sink: { record },
      onStateChange: (failure) => {
        if (failure === undefined) log.info({ service }, "its metrics are read");
        else log.warn({ service, failure }, "its metrics can't be read");
      },
    });
    return { workload, scraper };
  });
}
