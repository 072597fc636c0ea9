import { z } from "zod";

import {
  CONTRIBUTION_CAUSES,
  DECISION_BRANCHES,
  DEFAULT_KIND,
  DEFAULT_NAMESPACE,
  GUARDS,
  WORKLOAD_CLASSES,
} from "../core/index.js";

/** Characters of a Kubernetes object name (RFC 1123 subdomain). */
const MAX_NAME_CHARACTERS = 253;

/** Characters of a segment's name: a role or group as given. */
const MAX_SEGMENT_CHARACTERS = 256;

/** Far above any real cluster; keeps arithmetic on replicas exact. */
const MAX_REPLICAS = 1_000_000;

const MAX_HORIZON_SECONDS = 86_400;
const MAX_EXPLANATIONS = 100;
const DEFAULT_EXPLANATIONS = 20;

const name = z
  .string()
  .min(1)
  .max(MAX_NAME_CHARACTERS)
  .regex(/^[^/]+$/, "must not contain a slash");

const workloadKeyText = z
  .string()
  .max(3 * MAX_NAME_CHARACTERS + 2)
  .regex(/^[^/]+\/[^/]+\/[^/]+$/, "expected namespace/kind/name");

const resources = z
  .strictObject({
    replicas: z.number().int().min(0).max(MAX_REPLICAS),
    cpuCores: z.number().min(0),
    memoryBytes: z.number().min(0),
    networkBytesPerSecond: z.number().min(0),
  })
  .meta({ id: "Resources", description: "What a workload runs on, each figure per replica." });

export const allocationRequestSchema = z
  .strictObject({
    service: name.meta({ description: "Name of the workload." }),
    namespace: name.default(DEFAULT_NAMESPACE),
    kind: name.default(DEFAULT_KIND),
    currentResources: resources,
    horizonSeconds: z.number().positive().max(MAX_HORIZON_SECONDS).optional(),
  })
  .meta({ id: "AllocationRequest" });

export const allocationAnswerSchema = z
  .object({
    decisionId: z.string(),
    workload: z.object({ namespace: z.string(), kind: z.string(), service: z.string() }),
    time: z.string().meta({ description: "Event time of the decision, RFC 3339." }),
    status: z.enum(["ready", "warming_up", "failed"]),
    statusReason: z
      .string()
      .nullable()
      .meta({ description: "Why it is not ready; then the resources are the reactive ones." }),
    branch: z.enum(DECISION_BRANCHES),
    driftScore: z.number().min(0).max(1).nullable(),
    confidenceLevel: z.number().min(0).max(1).nullable(),
    predictedWorkload: z
      .object({
        class: z.enum(WORKLOAD_CLASSES),
        probabilities: z.record(z.enum(WORKLOAD_CLASSES), z.number()),
      })
      .nullable(),
    forecast: z
      .object({
        origin: z.string(),
        level: z.number().meta({ description: "Nominal coverage of the interval, a ratio." }),
        points: z.array(
          z.object({
            horizonSeconds: z.number(),
            callsPerSecond: z.number(),
            lower: z.number(),
            upper: z.number(),
            chosen: z.string(),
          }),
        ),
      })
      .nullable()
      .meta({ description: "Null while it is unknown; unknown is never a number." }),
    newResources: z.object({ target: resources, lowerBound: resources, upperBound: resources }),
    reasons: z.array(z.string()),
    contributions: z.array(z.object({ cause: z.enum(CONTRIBUTION_CAUSES), replicas: z.number() })),
    counterfactuals: z.array(z.object({ cause: z.string(), replicas: z.number() })),
    guards: z.array(z.enum(GUARDS)),
    expiresAt: z.string().meta({ description: "RFC 3339; not to be followed after it." }),
  })
  .meta({ id: "AllocationAnswer" });

export type AllocationAnswer = z.output<typeof allocationAnswerSchema>;

export const ingestAnswerSchema = z
  .object({
    accepted: z.number().int(),
    duplicate: z.number().int(),
    late: z.number().int(),
    rejected: z.array(
      z.object({
        index: z.number().int().meta({ description: "Place among the calls sent, from 0." }),
        field: z.string(),
        reason: z.string(),
      }),
    ),
  })
  .meta({ id: "IngestAnswer" });

export const explanationsQuerySchema = z.strictObject({
  workload: workloadKeyText.optional().meta({ description: "namespace/kind/name" }),
  service: name.optional().meta({ description: "Name of the workload, instead of `workload`." }),
  namespace: name.default(DEFAULT_NAMESPACE),
  kind: name.default(DEFAULT_KIND),
  limit: z.coerce.number().int().min(1).max(MAX_EXPLANATIONS).default(DEFAULT_EXPLANATIONS),
});

export const explanationsAnswerSchema = z.object({
  segments: z
    .array(
      z.object({
        segment: z.string(),
        sharesModelsOf: z
          .string()
          .optional()
          .meta({ description: "Whose models serve it, while it is too small for its own." }),
        actors: z
          .number()
          .int()
          .optional()
          .meta({ description: "Callers in it. Only of segments that were found in behavior." }),
        operations: z
          .array(z.object({ operation: z.string(), ratio: z.number() }))
          .optional()
          .meta({ description: "What its callers do most, and the mean share of their calls." }),
      }),
    )
    .meta({ description: "The segments of the workload as of its last window." }),
  explanations: z.array(z.unknown()).meta({ description: "Newest first." }),
});

const HEX_SHA_256 = /^[0-9a-f]{64}$/;

/** Format version 1, for the OpenAPI document; whoever opens a bundle checks it. */
export const modelBundleSchema = z
  .strictObject({
    formatVersion: z.number().int(),
    workload: workloadKeyText,
    segment: z.string().min(1).max(MAX_SEGMENT_CHARACTERS),
    createdAt: z.iso.datetime({ offset: true }),
    identityKeyId: z.string().max(MAX_NAME_CHARACTERS),
    models: z.strictObject({ sequence: z.unknown().optional(), payload: z.unknown().optional() }),
    checksum: z.string().regex(HEX_SHA_256, "expected a SHA-256 in hex"),
    signature: z.string().regex(HEX_SHA_256, "expected an HMAC-SHA-256 in hex"),
  })
  .meta({ id: "ModelBundle" });

export const restoreRequestSchema = z
  .strictObject({
    restorePrevious: z.strictObject({
      workload: workloadKeyText,
      segment: z.string().min(1).max(MAX_SEGMENT_CHARACTERS),
    }),
  })
  .meta({ id: "ModelRestore" });

export const modelAnswerSchema = z
  .object({ status: z.literal("accepted"), detail: z.string() })
  .meta({ id: "ModelAnswer" });

export const readinessSchema = z
  .object({ ready: z.boolean(), reasons: z.array(z.string()) })
  .meta({ id: "Readiness" });

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    reason: z.string().optional(),
    errors: z.array(z.object({ field: z.string(), reason: z.string() })).optional(),
  })
  .meta({ id: "Problem", description: "RFC 9457" });
