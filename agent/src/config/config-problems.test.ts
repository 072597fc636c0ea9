import { describe, expect, test } from "vitest";
import type { Environment } from "./environment-layer.js";
import { problemsOf, type WrittenSources } from "./written-config.fixture.js";

describe("a problem names the key, what is wrong and where it came from", () => {
  test.each<[string, WrittenSources, string]>([
    [
      "a key with a typing mistake",
      { yaml: "windowSecond: 5" },
      "windowSecond | no such key; did you mean windowSeconds? | presage.yaml:1",
    ],
    [
      "a key in another style",
      { yaml: "\napi:\n  max_body_bytes: 5" },
      "api.max_body_bytes | no such key; did you mean api.maxBodyBytes? | presage.yaml:3",
    ],
    [
      "a key in the wrong section",
      { yaml: "queueCalls: 5000" },
      "queueCalls | no such key; did you mean ingestion.queueCalls? | presage.yaml:1",
    ],
    [
      "a key in a list of objects",
      { yaml: "scrape:\n  - service: shop\n    uri: x\n    url: http://127.0.0.1/metrics" },
      "scrape[0].uri | no such key; did you mean scrape[0].url? | presage.yaml:3",
    ],
    [
      "a key like none",
      { yaml: "replicationStrategyOverride: 1" },
      "replicationStrategyOverride | no such key | presage.yaml:1",
    ],
    ["__proto__", { yaml: "__proto__: {mode: act}" }, "__proto__ | no such key | presage.yaml:1"],
    [
      "an unknown variable",
      { environment: { PRESAGE_WINDOW_SECOND: "5" } },
      "PRESAGE_WINDOW_SECOND | no such variable; did you mean PRESAGE_WINDOW_SECONDS? | the environment",
    ],
    [
      "text for a number",
      { environment: { PRESAGE_WINDOW_SECONDS: "ten" } },
      'windowSeconds | must be a number, got "ten" | environment variable PRESAGE_WINDOW_SECONDS',
    ],
    [
      "a hexadecimal number",
      { environment: { PRESAGE_API_PORT: "0x10" } },
      'api.port | must be a number, got "0x10" | environment variable PRESAGE_API_PORT',
    ],
    [
      "a fraction for a whole number",
      { yaml: "windowSeconds: 2.5" },
      "windowSeconds | must be a whole number, got 2.5 | presage.yaml:1",
    ],
    [
      "not a number",
      { yaml: "forecast:\n  level: .nan" },
      "forecast.level | must be a number, got NaN | presage.yaml:2",
    ],
    [
      "too large a number",
      { environment: { PRESAGE_API_PORT: "65536" } },
      "api.port | must be at most 65535, got 65536 | environment variable PRESAGE_API_PORT",
    ],
    [
      "infinity from an overflowing number",
      { environment: { PRESAGE_API_PORT: "1e999" } },
      "api.port | must be a number, got Infinity | environment variable PRESAGE_API_PORT",
    ],
    [
      "yes for true",
      { environment: { PRESAGE_ALLOCATION_ALLOW_SCALE_IN_ON_PREDICTION: "yes" } },
      'allocation.allowScaleInOnPrediction | must be true or false, got "yes" | ' +
        "environment variable PRESAGE_ALLOCATION_ALLOW_SCALE_IN_ON_PREDICTION",
    ],
    [
      "an unknown choice",
      { yaml: "telemetry: {logLevel: loud}" },
      "telemetry.logLevel | must be one of fatal, error, warn, info, debug, trace, silent, " +
        'got "loud" | presage.yaml:1',
    ],
    [
      "a role of a later version",
      { environment: { PRESAGE_ROLE: "aggregator" } },
      'role | "aggregator" comes with a later version; use "both" | environment variable PRESAGE_ROLE',
    ],
    [
      "a mode of a later version",
      { overrides: { mode: "act" } },
      'mode | "act" comes with a later version; use "shadow" | the command line',
    ],
    [
      "half of a section that may be left out",
      { yaml: "api:\n  tls:\n    certificateFile: a.pem" },
      "api.tls.keyFile | is missing | presage.yaml:3",
    ],
    [
      "an address that is not http",
      { yaml: "scrape:\n  - {service: shop, url: 'file:///etc/passwd'}" },
      'scrape[0].url | must be an http or https address, got "file:///etc/passwd" | presage.yaml:2',
    ],
    [
      "regression: a password in an address, which is not repeated",
      { yaml: "scrape:\n  - {service: shop, url: 'http://me:hunter2@127.0.0.1/metrics'}" },
      "scrape[0].url | must not hold a user name or password | presage.yaml:2",
    ],
    [
      "a token instead of a user's name in an address",
      { yaml: "scrape:\n  - {service: shop, url: 'http://s3cret@127.0.0.1/metrics'}" },
      "scrape[0].url | must not hold a user name or password | presage.yaml:2",
    ],
    [
      "a password in what is no address of ours",
      { yaml: "scrape:\n  - {service: shop, url: 'ftp://me:hunter/2@127.0.0.1/metrics'}" },
      'scrape[0].url | must be an http or https address, got …@127.0.0.1/metrics" | presage.yaml:2',
    ],
    [
      "a password in what should be a list",
      { environment: { PRESAGE_SCRAPE: '[{"url":"http://me:hunter2@127.0.0.1/"}' } },
      'scrape | must be a list, got …@127.0.0.1/\\"}" | environment variable PRESAGE_SCRAPE',
    ],
    [
      "a name with a slash",
      { environment: { PRESAGE_SCRAPE: '[{"service":"a/b","url":"http://127.0.0.1/"}]' } },
      'scrape[0].service | must be a name without a slash, got "a/b" | environment variable PRESAGE_SCRAPE',
    ],
    [
      "a template with a method",
      { environment: { PRESAGE_INGESTION_OPERATION_TEMPLATES: "/orders/{id},GET /" } },
      'ingestion.operationTemplates[1] | must be a path such as /orders/{id}, got "GET /" | ' +
        "environment variable PRESAGE_INGESTION_OPERATION_TEMPLATES",
    ],
    [
      "no JSON where JSON is needed",
      { environment: { PRESAGE_SCRAPE: "[{" } },
      'scrape | must be a list, got "[{" | environment variable PRESAGE_SCRAPE',
    ],
    [
      "an empty list of horizons",
      { yaml: "forecast: {horizonsSeconds: []}" },
      "forecast.horizonsSeconds | must have at least 1 entry, got [] | presage.yaml:1",
    ],
    [
      "a value instead of a section",
      { yaml: "api: 9470" },
      "api | must be a section with keys, got 9470 | presage.yaml:1",
    ],
  ])("%s", (_, sources, problem) => {
    expect(problemsOf(sources)).toEqual([problem]);
  });

  test("all problems are told at once", () => {
    expect(
      problemsOf({
        yaml: "windowSecond: 5\napi: {port: -1}",
        environment: { PRESAGE_PROT: "1", PRESAGE_FORECAST_LEVEL: "2" },
      }),
    ).toHaveLength(4);
  });

  test("a long value is cut", () => {
    const [problem = ""] = problemsOf({ environment: { PRESAGE_API_PORT: "x".repeat(10_000) } });
    expect(problem.length).toBeLessThan(200);
  });
});

describe("checks of several values", () => {
  test.each<[string, WrittenSources, string]>([
    [
      "an API beyond loopback needs a token or mutual TLS",
      { environment: { PRESAGE_API_HOST: "0.0.0.0", PRESAGE_METRICS_HOST: "0.0.0.0" } },
      'api.host | "0.0.0.0" is reachable from other machines: set api.tokenFile or ' +
        "api.tls.clientCertificateAuthorityFile, or listen on 127.0.0.1 | " +
        "environment variable PRESAGE_API_HOST",
    ],
    [
      "the listeners need a port each",
      { yaml: "metrics:\n  port: 9470" },
      "metrics.port | 9470 is taken by api.port; the two listeners need a port each | presage.yaml:2",
    ],
    [
      "a store of calls that no network could be trained on",
      { yaml: "training:\n  maxCalls: 4096" },
      "training.maxCalls | must be at least 5000, got 4096 | presage.yaml:2",
    ],
    [
      "minimum over maximum",
      { yaml: "allocation:\n  maximumReplicas: 3\n  minimumReplicas: 4" },
      "allocation.minimumReplicas | must not exceed allocation.maximumReplicas (3), got 4 | presage.yaml:3",
    ],
    [
      "more replicas than may be",
      { yaml: "allocation:\n  currentResources:\n    replicas: 21" },
      "allocation.currentResources.replicas | must not exceed allocation.maximumReplicas (20), got 21 | " +
        "presage.yaml:3",
    ],
    [
      // 2 x 10 + 3 x 10.
      "a recommendation that expires before the next one comes",
      { yaml: "allocation:\n  expirySeconds: 49" },
      "allocation.expirySeconds | must be at least 50, or a recommendation expires before the next one " +
        "comes: 2 x windowSeconds (10) + 3 x ingestion.latenessSeconds (10), got 49 | presage.yaml:2",
    ],
    [
      // 2 x 10 + 3 x 94.
      "a lateness that outlasts the default expiry",
      { environment: { PRESAGE_INGESTION_LATENESS_SECONDS: "94" } },
      "allocation.expirySeconds | must be at least 302, or a recommendation expires before the next one " +
        "comes: 2 x windowSeconds (10) + 3 x ingestion.latenessSeconds (94), got 300 | the default",
    ],
    [
      "requests larger than the queue",
      { environment: { PRESAGE_INGESTION_QUEUE_CALLS: "5000" } },
      "api.maxCallsPerRequest | must not exceed ingestion.queueCalls (5000), got 10000 | the default",
    ],
    [
      "horizons out of order",
      { environment: { PRESAGE_FORECAST_HORIZONS_SECONDS: "60,60" } },
      "forecast.horizonsSeconds[1] | must be larger than the one before (60), got 60 | " +
        "environment variable PRESAGE_FORECAST_HORIZONS_SECONDS",
    ],
    [
      "a horizon between windows",
      { yaml: "forecast:\n  horizonsSeconds:\n    - 15" },
      "forecast.horizonsSeconds[0] | must be a multiple of windowSeconds (10), got 15 | presage.yaml:3",
    ],
    [
      "a season shorter than two windows",
      { yaml: "forecast: {seasonSeconds: 10}" },
      "forecast.seasonSeconds | must be a multiple of windowSeconds (10) and at least twice as long, " +
        "got 10 | presage.yaml:1",
    ],
    [
      "an event that lasts longer than its period",
      {
        yaml: "forecast:\n  events:\n    - {name: a, start: 2026-01-01T00:00, durationSeconds: 90000, repeat: daily}",
      },
      "forecast.events[0].durationSeconds | must be at most 86400 of what is daily, got 90000 | presage.yaml:3",
    ],
    [
      "more names of events than are learned",
      {
        yaml: `forecast: {events: [${Array.from({ length: 21 }, (_, i) => `{name: e${i}, start: 2026-01-01T00:00, durationSeconds: 60}`).join(", ")}]}`,
      },
      "forecast.events | must have at most 20 different names, got 21 | presage.yaml:1",
    ],
    [
      "a scrape that may outlast its interval",
      { yaml: "scrape:\n  - {service: shop, url: 'http://127.0.0.1/', intervalSeconds: 2}" },
      "scrape[0].timeoutSeconds | must not exceed the target's intervalSeconds (2), got 5 | presage.yaml:2",
    ],
    [
      "one instance scraped twice",
      {
        yaml: "scrape:\n  - {service: shop, url: 'http://127.0.0.1/'}\n  - {service: shop, url: 'http://127.0.0.1/'}",
      },
      'scrape[1] | names the same instance of "shop" as scrape[0] | presage.yaml:3',
    ],
  ])("%s", (_, sources, problem) => {
    expect(problemsOf(sources)).toEqual([problem]);
  });

  test.each<[string, Environment]>([
    ["a token file", { PRESAGE_API_TOKEN_FILE: "token" }],
    [
      "mutual TLS",
      {
        PRESAGE_API_TLS_CERTIFICATE_FILE: "a.pem",
        PRESAGE_API_TLS_KEY_FILE: "b.pem",
        PRESAGE_API_TLS_CLIENT_CERTIFICATE_AUTHORITY_FILE: "c.pem",
      },
    ],
  ])("an API beyond loopback may listen with %s", (_, protection) => {
    expect(problemsOf({ environment: { PRESAGE_API_HOST: "0.0.0.0", ...protection } })).toEqual([]);
  });

  test("both listeners may take any free port", () => {
    const environment = { PRESAGE_API_PORT: "0", PRESAGE_METRICS_PORT: "0" };
    expect(problemsOf({ environment })).toEqual([]);
  });
});
