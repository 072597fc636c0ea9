import { isLoopback } from "../core/index.js";
import type { Config } from "./schema.js";

/**
 * A decision rests on a window that has just closed, so the next one comes within two windows; and
 * without calls, windows close only this many times the lateness behind the clock.
 */
const WINDOWS_BETWEEN_DECISIONS = 2;
const IDLE_LATENESS_FACTOR = 3;

interface CrossCheckProblem {
  readonly path: readonly (string | number)[];
  readonly problem: string;
}

/** What no single key can say: the checks that need several values of a well-formed configuration. */
export function* crossChecks(config: Config): Generator<CrossCheckProblem> {
  yield* listenerProblems(config);
  yield* scrapeProblems(config.scrape);
  yield* windowProblems(config);
  yield* expiryProblems(config);
  yield* eventProblems(config.forecast.events);

  const { minimumReplicas, maximumReplicas } = config.allocation;
  if (minimumReplicas > maximumReplicas) {
    yield {
      path: ["allocation", "minimumReplicas"],
      problem: `must not exceed allocation.maximumReplicas (${maximumReplicas}), got ${minimumReplicas}`,
    };
  }
  const { replicas } = config.allocation.currentResources;
  if (replicas !== undefined && replicas > maximumReplicas) {
    yield {
      path: ["allocation", "currentResources", "replicas"],
      problem: `must not exceed allocation.maximumReplicas (${maximumReplicas}), got ${replicas}`,
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

/** How many event names there may be: a model's cost grows with the square of their number. */
const MAX_EVENT_NAMES = 20;
const PERIOD_SECONDS = { daily: 86_400, weekly: 604_800 };

function* eventProblems(events: Config["forecast"]["events"]): Generator<CrossCheckProblem> {
  for (const [index, { repeat, durationSeconds }] of events.entries()) {
    if (repeat === undefined || durationSeconds <= PERIOD_SECONDS[repeat]) continue;
    yield {
      path: ["forecast", "events", index, "durationSeconds"],
      problem: `must be at most ${PERIOD_SECONDS[repeat]} of what is ${repeat}, got ${durationSeconds}`,
    };
  }
  const names = new Set(events.map(({ name }) => name));
  if (names.size > MAX_EVENT_NAMES) {
    yield {
      path: ["forecast", "events"],
      problem: `must have at most ${MAX_EVENT_NAMES} different names, got ${names.size}`,
    };
  }
}

/** A recommendation that expires before the next one can come leaves autoscalers with none in between. */
function* expiryProblems({
  windowSeconds,
  ingestion,
  allocation,
}: Config): Generator<CrossCheckProblem> {
  const leastSeconds =
    WINDOWS_BETWEEN_DECISIONS * windowSeconds + IDLE_LATENESS_FACTOR * ingestion.latenessSeconds;
  if (allocation.expirySeconds >= leastSeconds) return;
  yield {
    path: ["allocation", "expirySeconds"],
    problem:
      `must be at least ${leastSeconds}, or a recommendation expires before the next one comes: ` +
      `${WINDOWS_BETWEEN_DECISIONS} x windowSeconds (${windowSeconds}) + ` +
      `${IDLE_LATENESS_FACTOR} x ingestion.latenessSeconds (${ingestion.latenessSeconds}), ` +
      `got ${allocation.expirySeconds}`,
  };
}
