import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CONFIG_KEYS } from "./keys.js";
import { valueAt } from "./layer.js";
import { loadConfig } from "./load-config.js";
import { problemsOf, written } from "./written-config.fixture.js";

describe("without any source", () => {
  test("the documented defaults hold", () => {
    expect(loadConfig({ environment: {} })).toEqual({
      role: "both",
      mode: "shadow",
      dataDirectory: "./presage-data",
      windowSeconds: 10,
      api: {
        host: "127.0.0.1",
        port: 9470,
        maxBodyBytes: 5_000_000,
        maxCallsPerRequest: 10_000,
        requestTimeoutSeconds: 30,
        maxConnections: 512,
      },
      metrics: { host: "127.0.0.1", port: 9472 },
      identity: {},
      bundles: {},
      ingestion: {
        queueCalls: 20_000,
        idRetentionCalls: 500_000,
        latenessSeconds: 10,
        futureToleranceSeconds: 60,
        outageSeconds: 300,
        maxOperations: 200,
        maxWorkloads: 20,
        forgetWorkloadSeconds: 604_800,
        operationTemplates: [],
      },
      scrape: [],
      behavior: {
        sessionGapSeconds: 1800,
        maxSessions: 50_000,
        maxSegments: 20,
        segmentPriority: [],
        clustering: true,
        maxClusters: 6,
        minimumClusterActors: 20,
        maxActors: 1000,
        maxReorderCalls: 20_000,
      },
      forecast: {
        horizonsSeconds: [60, 300, 900],
        level: 0.9,
        operations: 10,
        refitWindows: 30,
        seasonSeconds: 86_400,
        prophet: false,
        timeZone: "UTC",
        events: [],
      },
      drift: {
        threshold: 0.5,
        confidenceThreshold: 0.8,
        falseAlarmIntervalSeconds: 604_800,
        referenceHalfLifeSeconds: 21_600,
        newNormalSeconds: 3600,
        warmUpWindows: 30,
      },
      allocation: {
        minimumReplicas: 1,
        maximumReplicas: 20,
        targetUtilizationRatio: 0.7,
        startUpSeconds: 60,
        maxScaleUpReplicasPerMinute: 4,
        maxScaleDownReplicasPerMinute: 1,
        scaleDownStabilizationSeconds: 300,
        expirySeconds: 300,
        allowScaleInOnPrediction: false,
        currentResources: {
          cpuCores: 1,
          memoryBytes: 536_870_912,
          networkBytesPerSecond: 12_500_000,
        },
      },
      training: { backend: "own", maxCalls: 16_384, maxSessions: 2048 },
      checkpoint: { intervalSeconds: 30 },
      telemetry: { logLevel: "info" },
    });
  });

  test("other variables of the process are left alone", () => {
    expect(problemsOf({ environment: { PATH: "/bin", NODE_ENV: "test" } })).toEqual([]);
  });
});

describe("the order of the sources", () => {
  test("the environment goes over the file, the command line over both", () => {
    const config = loadConfig({
      file: written("windowSeconds: 20\napi: {port: 1, maxConnections: 7}\n"),
      environment: { PRESAGE_WINDOW_SECONDS: "30", PRESAGE_API_PORT: "2" },
      overrides: { api: { port: 3 } },
    });
    expect(config.windowSeconds).toBe(30);
    expect(config.api.port).toBe(3);
    expect(config.api.maxConnections).toBe(7);
  });

  test("a list replaces a list", () => {
    const config = loadConfig({
      file: written("behavior: {segmentPriority: [a, b, c]}"),
      environment: { PRESAGE_BEHAVIOR_SEGMENT_PRIORITY: "partner, 7" },
    });
    expect(config.behavior.segmentPriority).toEqual(["partner", "7"]);
  });
});

describe("the size of what is learned", () => {
  // Regression: of 100,000 actors a fit took more than half a second of the main thread.
  test("is refused where preparing a fit would hold up everything else", () => {
    const config = (actors: string) =>
      loadConfig({ environment: { PRESAGE_BEHAVIOR_MAX_ACTORS: actors } });
    expect(config("10000").behavior.maxActors).toBe(10_000);
    expect(() => config("10001")).toThrow(/maxActors|MAX_ACTORS/);
  });
});

describe("every key is an environment variable", () => {
  const keys = CONFIG_KEYS.filter(({ variable }) => variable !== undefined);

  test("no two keys share one", () => {
    expect(new Set(keys.map(({ variable }) => variable)).size).toBe(keys.length);
  });

  test.each(keys.filter(({ defaultValue }) => defaultValue !== undefined))(
    "$variable takes the default as it is written in the reference",
    ({ path, variable = "", defaultValue = "" }) => {
      const text = defaultValue.replaceAll('"', "");
      const config = loadConfig({ environment: { [variable]: text } });
      expect(valueAt(config, path.split("."))).toEqual(JSON.parse(defaultValue));
    },
  );

  test("lists of numbers with commas, lists of objects as JSON, sections that were not there", () => {
    const config = loadConfig({
      environment: {
        PRESAGE_FORECAST_HORIZONS_SECONDS: "30,60",
        PRESAGE_SCRAPE: '[{"service":"shop","url":"http://127.0.0.1:8080/metrics"}]',
        PRESAGE_API_TLS_CERTIFICATE_FILE: "server.pem",
        PRESAGE_API_TLS_KEY_FILE: "server-key.pem",
      },
    });
    expect(config.forecast.horizonsSeconds).toEqual([30, 60]);
    expect(config.scrape).toEqual([
      {
        service: "shop",
        namespace: "default",
        kind: "Deployment",
        url: "http://127.0.0.1:8080/metrics",
        intervalSeconds: 10,
        timeoutSeconds: 5,
      },
    ]);
    expect(config.api.tls).toEqual({ certificateFile: "server.pem", keyFile: "server-key.pem" });
  });

  test("regression: a Kubernetes Service called presage or presage-api does not stop the start", () => {
    const config = loadConfig({
      environment: {
        PRESAGE_SERVICE_HOST: "10.0.0.7",
        PRESAGE_SERVICE_PORT: "9472",
        PRESAGE_SERVICE_PORT_METRICS: "9472",
        PRESAGE_PORT: "tcp://10.0.0.7:9472",
        PRESAGE_PORT_9472_TCP: "tcp://10.0.0.7:9472",
        PRESAGE_PORT_9472_TCP_PROTO: "tcp",
        PRESAGE_PORT_9472_TCP_ADDR: "10.0.0.7",
        PRESAGE_API_PORT: "tcp://10.0.0.8:9470",
        PRESAGE_API_SERVICE_HOST: "10.0.0.8",
      },
    });
    expect(config.api.port).toBe(9470);
  });
});

describe("the file", () => {
  test("an empty one, and sections with every key commented out, set nothing", () => {
    const defaults = loadConfig({ environment: {} });
    expect(loadConfig({ file: written(""), environment: {} })).toEqual(defaults);
    const commented = written("api:\n  # port: 1\nscrape:\nwindowSeconds:\n");
    expect(loadConfig({ file: commented, environment: {} })).toEqual(defaults);
  });

  test("an empty variable sets nothing", () => {
    expect(problemsOf({ environment: { PRESAGE_API_PORT: "", PRESAGE_NONSENSE: "" } })).toEqual([]);
  });

  test.each<[string, string, RegExp]>([
    ["broken YAML", "api: {port: 1\nmode: x", /not valid YAML: .* \| presage\.yaml:\d+$/],
    ["a key twice", "mode: shadow\nmode: shadow", /Map keys must be unique \| presage\.yaml:2$/],
    ["a list instead of keys", "- 1\n- 2", /must hold keys with values/],
    ["a word", "hello", /must hold keys with values/],
    [
      "aliases that grow without bound",
      [
        "a: &a [x,x,x,x,x,x,x,x,x,x]",
        "b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]",
        "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]",
        "d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]",
      ].join("\n"),
      /not valid YAML: Excessive alias count/,
    ],
  ])("%s is refused", (_, yaml, problem) => {
    expect(problemsOf({ yaml })[0]).toMatch(problem);
  });

  test("a missing one is named", () => {
    expect(() => loadConfig({ file: "/nowhere/presage.yaml", environment: {} })).toThrow(
      /can't be read: ENOENT.*\(from \/nowhere\/presage\.yaml\)/,
    );
  });
});

describe("whatever is written", () => {
  test("loading gives a configuration or a ConfigError, from any file", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (yaml) => {
        expect(Array.isArray(problemsOf({ yaml }))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test("loading gives a configuration or a ConfigError, from any environment", () => {
    const variable = fc.constantFrom(
      ...CONFIG_KEYS.flatMap((key) => key.variable ?? []),
      "PRESAGE_X",
      "PRESAGE_",
    );
    const text = fc.oneof(fc.string(), fc.json(), fc.double().map(String));
    fc.assert(
      fc.property(fc.dictionary(variable, text), (environment) => {
        expect(Array.isArray(problemsOf({ environment }))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
