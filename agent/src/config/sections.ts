import { z } from "zod";
import { DEFAULT_KIND, DEFAULT_NAMESPACE } from "../core/index.js";
import { decimal, hasNoCredentials, name, section, text, toggle, wholeNumber } from "./fields.js";

const SECONDS_PER_HOUR = 3600;
const SECONDS_PER_DAY = 86_400;
const SECONDS_PER_WEEK = 604_800;
const SECONDS_PER_YEAR = 31_536_000;

/** 0 lets the system choose a free port. */
const PORT_LIMITS = { minimum: 0, maximum: 65_535 };
const REPLICA_LIMIT = 10_000;
/** Lists in the configuration are written by hand. */
const MAX_LIST_ENTRIES = 1000;
export const apiSection = section("The API listener.", {
  host: text(
    "Address that the API listens on. Beyond loopback it needs `api.tokenFile` or " +
      "`api.tls.clientCertificateAuthorityFile`.",
  ).default("127.0.0.1"),
  port: wholeNumber(
    "Port of the API; `/metrics` is there too. 0 takes any free one.",
    9470,
    PORT_LIMITS,
  ),
  tokenFile: text("File with the bearer token that callers must present.").optional(),
  tls: section("TLS for the API; without it the API speaks plain HTTP.", {
    certificateFile: text("PEM file with the certificate chain. Required for TLS."),
    keyFile: text("PEM file with the private key. Required for TLS."),
    clientCertificateAuthorityFile: text(
      "PEM file with the authorities whose client certificates are accepted: mutual TLS.",
    ).optional(),
  }).optional(),
  maxBodyBytes: wholeNumber("Largest body of a request, after decompression.", 5_000_000, {
    minimum: 1024,
    maximum: 100_000_000,
  }),
  maxCallsPerRequest: wholeNumber(
    "Most calls in one ingest request. At most `ingestion.queueCalls`.",
    10_000,
    { minimum: 1, maximum: 1_000_000 },
  ),
  requestTimeoutSeconds: decimal("How long a request may take to arrive.", 30, {
    minimum: 1,
    maximum: 600,
  }),
  maxConnections: wholeNumber("Most connections at a time.", 512, { minimum: 1, maximum: 65_535 }),
});

export const metricsSection = section(
  "A second listener with `/metrics`, `/healthz` and `/readyz` alone.",
  {
    host: text("Address it listens on; may be the pod's.").default("127.0.0.1"),
    port: wholeNumber("Its port. 0 takes any free one.", 9472, PORT_LIMITS),
  },
);

export const identitySection = section("How callers are anonymized.", {
  keyFile: text(
    "File with the key that hashes users, sessions and argument values. Without it a key is " +
      "generated once in the data directory.",
  ).optional(),
});

export const bundlesSection = section("Model bundles, which carry models between agents.", {
  keyFile: text(
    "File with the key that signs bundles; agents that exchange bundles share it. Without it a " +
      "key is generated once in the data directory.",
  ).optional(),
});

export const ingestionSection = section("Taking calls in.", {
  queueCalls: wholeNumber(
    "Calls that may wait for the pipeline. Past it, ingest answers 429.",
    20_000,
    { minimum: 100, maximum: 5_000_000 },
  ),
  idRetentionCalls: wholeNumber(
    "Call ids remembered to find duplicates. Past it, the oldest are forgotten.",
    500_000,
    { minimum: 1000, maximum: 50_000_000 },
  ),
  latenessSeconds: decimal(
    "How long a window stays open for late calls. Calls that ended before are counted and dropped.",
    10,
    { minimum: 0, maximum: SECONDS_PER_HOUR },
  ),
  futureToleranceSeconds: decimal(
    "How far ahead of the agent's clock a call may be; it counts as of now. Past it, it is rejected.",
    60,
    { minimum: 0, maximum: SECONDS_PER_DAY },
  ),
  outageSeconds: decimal(
    "Silence after which no calls means that nothing is reported, not that nobody calls.",
    300,
    { minimum: 1, maximum: SECONDS_PER_DAY },
  ),
  maxOperations: wholeNumber(
    "Operations told apart per workload. Past it, calls count as `{other}`.",
    200,
    { minimum: 1, maximum: 2000 },
  ),
  maxWorkloads: wholeNumber("Workloads held. Past it, calls to further ones are rejected.", 20, {
    minimum: 1,
    maximum: 1000,
  }),
  forgetWorkloadSeconds: decimal(
    "A workload without calls for this long is forgotten, and its place is free.",
    SECONDS_PER_WEEK,
    { minimum: 60, maximum: SECONDS_PER_YEAR },
  ),
  operationTemplates: z
    .array(z.string().max(1000).regex(/^\//, "must be a path such as /orders/{id}"))
    .max(MAX_LIST_ENTRIES)
    .default([])
    .describe("Paths with parameters, such as `/orders/{id}`. Paths that fit none are learned."),
});

export const scrapeTarget = section("A service whose own `/metrics` are read.", {
  service: name("Name of the workload."),
  namespace: name("Its namespace.").default(DEFAULT_NAMESPACE),
  kind: name("Its kind.").default(DEFAULT_KIND),
  instance: text("Name of the instance; the address when not given.").optional(),
  url: z
    .url({ protocol: /^https?$/, error: "must be an http or https address" })
    .refine(hasNoCredentials, "must not hold a user name or password")
    .describe("Where its metrics are, such as `http://127.0.0.1:8080/metrics`."),
  intervalSeconds: decimal("Seconds between readings.", 10, {
    minimum: 0.1,
    maximum: SECONDS_PER_HOUR,
  }),
  timeoutSeconds: decimal("How long a reading may take; at most the interval.", 5, {
    minimum: 0.1,
    maximum: 600,
  }),
});

export const behaviorSection = section("Sessions and segments.", {
  sessionGapSeconds: decimal("Silence that ends a session.", 1800, {
    minimum: 1,
    maximum: SECONDS_PER_DAY,
  }),
  maxSessions: wholeNumber("Open sessions per workload. Past it, the oldest end.", 50_000, {
    minimum: 100,
    maximum: 5_000_000,
  }),
  maxSegments: wholeNumber("Segments per workload. Past it, callers belong to `other`.", 20, {
    minimum: 1,
    maximum: 200,
  }),
  segmentPriority: z
    .array(z.string().min(1).max(200))
    .max(MAX_LIST_ENTRIES)
    .default([])
    .describe("Roles and groups that name the segment first, for callers that have several."),
  clustering: toggle(
    "Whether callers without roles and groups are put into segments by how they behave.",
    true,
  ),
  maxClusters: wholeNumber("Segments found in behavior; they count in `maxSegments`.", 6, {
    minimum: 2,
    maximum: 50,
  }),
  minimumClusterActors: wholeNumber("A group of fewer callers gets no segment.", 20, {
    minimum: 2,
    maximum: 10_000,
  }),
  maxActors: wholeNumber(
    "Callers without roles whose behavior is followed, per workload. Past it, those that were silent " +
      "longest are forgotten.",
    1000,
    // More than these take a turn of the event loop for too long when a fit is prepared.
    { minimum: 10, maximum: 10_000 },
  ),
  maxReorderCalls: wholeNumber(
    "Calls held back to be put into the order of time. Past it, the oldest go on at once.",
    20_000,
    { minimum: 1, maximum: 5_000_000 },
  ),
});

export const trainingSection = section("Networks of call sequences, one a segment.", {
  backend: z
    .enum(["own", "tensorflow"])
    .default("own")
    .describe(
      "What trains them: the agent's own loops, or TensorFlow.js (its native library where `tfjs-node` " +
        "is installed, else WebAssembly).",
    ),
  maxCalls: wholeNumber(
    "Calls kept per segment to train on: about 30 bytes each. With fewer than 5,000 a network does no " +
      "better than the Markov chain that serves without one.",
    16_384,
    { minimum: 5000, maximum: 1_000_000 },
  ),
  maxSessions: wholeNumber(
    "Open sessions followed per segment, under 1 KB each. Past it, the one that was silent longest is " +
      "given up: its next call is judged by the one before alone.",
    2048,
    { minimum: 1, maximum: 1_000_000 },
  ),
});

export const driftSection = section("When behavior counts as changed.", {
  threshold: decimal("Score above which a drift moves resources.", 0.5, {
    minimum: 0,
    maximum: 1,
  }),
  confidenceThreshold: decimal("Confidence above which a drift moves resources.", 0.8, {
    minimum: 0,
    maximum: 1,
  }),
  falseAlarmIntervalSeconds: wholeNumber(
    "Mean time between false alarms that the score is calibrated for.",
    SECONDS_PER_WEEK,
    { minimum: SECONDS_PER_HOUR, maximum: SECONDS_PER_YEAR },
  ),
  referenceHalfLifeSeconds: wholeNumber("Age at which learned behavior counts half.", 21_600, {
    minimum: 60,
    maximum: SECONDS_PER_YEAR,
  }),
  newNormalSeconds: wholeNumber("Drift that lasts this long is learned as the new normal.", 3600, {
    minimum: 60,
    maximum: SECONDS_PER_YEAR,
  }),
  warmUpWindows: wholeNumber("Windows to learn from before there is a score.", 30, {
    minimum: 2,
    maximum: 100_000,
  }),
});

export const allocationSection = section("From load to resources, and the guards.", {
  minimumReplicas: wholeNumber("Never recommend fewer. At most `maximumReplicas`.", 1, {
    minimum: 1,
    maximum: REPLICA_LIMIT,
  }),
  maximumReplicas: wholeNumber("Never recommend more.", 20, {
    minimum: 1,
    maximum: REPLICA_LIMIT,
  }),
  targetUtilizationRatio: decimal("Share of a replica's capacity to plan with.", 0.7, {
    minimum: 0.05,
    maximum: 1,
  }),
  startUpSeconds: decimal("How long a new replica takes to serve.", 60, {
    minimum: 0,
    maximum: SECONDS_PER_HOUR,
  }),
  maxScaleUpReplicasPerMinute: decimal("Most replicas added in a minute.", 4, {
    minimum: 0.01,
    maximum: REPLICA_LIMIT,
  }),
  maxScaleDownReplicasPerMinute: decimal("Most replicas removed in a minute.", 1, {
    minimum: 0.01,
    maximum: REPLICA_LIMIT,
  }),
  scaleDownStabilizationSeconds: decimal(
    "The highest recommendation of this long ago until now holds.",
    300,
    { minimum: 0, maximum: SECONDS_PER_DAY },
  ),
  expirySeconds: decimal("Age past which a recommendation must not be followed.", 300, {
    minimum: 1,
    maximum: SECONDS_PER_DAY,
  }),
  allowScaleInOnPrediction: toggle(
    "Whether a forecast alone may remove replicas, without the load having fallen.",
    false,
  ),
  callsPerSecondPerReplica: z
    .number()
    .min(0.001)
    .max(10_000_000)
    .optional()
    .describe("What one replica can serve, when it is known; otherwise learned from usage."),
  currentResources: section("What the service runs on, until something reports it.", {
    replicas: z
      .int()
      .min(1)
      .max(REPLICA_LIMIT)
      .optional()
      .describe("Replicas that run. When not given: as many instances as report."),
    cpuCores: decimal("CPU cores of a replica.", 1, { minimum: 0.001, maximum: 1024 }),
    memoryBytes: wholeNumber("Memory of a replica.", 536_870_912, {
      minimum: 1_048_576,
      maximum: 1e14,
    }),
    networkBytesPerSecond: wholeNumber("Network of a replica.", 12_500_000, {
      minimum: 1,
      maximum: 1e12,
    }),
  }).prefault({}),
});

export const checkpointSection = section("Saving what was learned.", {
  intervalSeconds: decimal(
    "Seconds between checkpoints: at most this much learning is lost in a crash.",
    30,
    { minimum: 1, maximum: SECONDS_PER_DAY },
  ),
});
