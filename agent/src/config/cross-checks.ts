import { isIPv4 } from "node:net";
import type { Config } from "./schema.js";

interface CrossCheckProblem {
  readonly path: readonly (string | number)[];
  readonly problem: string;
}

/** What no single key can say: the checks that need several values of a well-formed configuration. */
export function* crossChecks(config: Config): Generator<CrossCheckProblem> {
  yield* listenerProblems(config);
  yield* scrapeProblems(config.scrape);
  yield* windowProblems(config);

  const { minimumReplicas, maximumReplicas } = config.allocation;
  if (minimumReplicas > maximumReplicas) {
    yield {
      path: ["allocation", "minimumReplicas"],
      problem: `must not exceed allocation.maximumReplicas (${maximumReplicas}), got ${minimumReplicas}`,
    };
  }
  // A request that is larger than the queue would be answered 429 for ever.
  if (config.api.maxCallsPerRequest > config.ingestion.queueCalls) {
    yield {
      path: ["api", "maxCallsPerRequest"],
      problem:
        `must not exceed ingestion.queueCalls (${config.ingestion.queueCalls}), ` +
        `got ${config.api.maxCallsPerRequest}`,
    };
  }
}

function* listenerProblems({ api, metrics }: Config): Generator<CrossCheckProblem> {
  const isProtected =
    api.tokenFile !== undefined || api.tls?.clientCertificateAuthorityFile !== undefined;
  if (!isLoopback(api.host) && !isProtected) {
    yield {
      path: ["api", "host"],
      problem:
        `"${api.host}" is reachable from other machines: set api.tokenFile or ` +
        "api.tls.clientCertificateAuthorityFile, or listen on 127.0.0.1",
    };
  }
  if (api.port !== 0 && api.port === metrics.port && api.host === metrics.host) {
    yield {
      path: ["metrics", "port"],
      problem: `${metrics.port} is taken by api.port; the two listeners need a port each`,
    };
  }
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}

function* scrapeProblems(targets: Config["scrape"]): Generator<CrossCheckProblem> {
  const seen = new Map<string, number>();
  for (const [index, target] of targets.entries()) {
    if (target.timeoutSeconds > target.intervalSeconds) {
      yield {
        path: ["scrape", index, "timeoutSeconds"],
        problem:
          `must not exceed the target's intervalSeconds (${target.intervalSeconds}), ` +
          `got ${target.timeoutSeconds}`,
      };
    }
    // Counters of two targets under one name would look like one that is reset all the time.
    const identity = JSON.stringify([
      target.namespace,
      target.kind,
      target.service,
      target.instance ?? target.url,
    ]);
    const first = seen.get(identity);
    if (first !== undefined) {
      yield {
        path: ["scrape", index],
        problem: `names the same instance of "${target.service}" as scrape[${first}]`,
      };
    } else {
      seen.set(identity, index);
    }
  }
}

function* windowProblems({ windowSeconds, forecast }: Config): Generator<CrossCheckProblem> {
  let previous = 0;
  for (const [index, horizonSeconds] of forecast.horizonsSeconds.entries()) {
    const path = ["forecast", "horizonsSeconds", index];
    if (horizonSeconds % windowSeconds !== 0) {
      yield {
        path,
        problem: `must be a multiple of windowSeconds (${windowSeconds}), got ${horizonSeconds}`,
      };
    }
    if (horizonSeconds <= previous) {
      yield {
        path,
        problem: `must be larger than the one before (${previous}), got ${horizonSeconds}`,
      };
    }
    previous = horizonSeconds;
  }
  if (forecast.seasonSeconds % windowSeconds !== 0 || forecast.seasonSeconds < 2 * windowSeconds) {
    yield {
      path: ["forecast", "seasonSeconds"],
      problem:
        `must be a multiple of windowSeconds (${windowSeconds}) and at least twice as long, ` +
        `got ${forecast.seasonSeconds}`,
    };
  }
}
