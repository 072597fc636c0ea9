import { z } from "zod";
import { createDocument } from "zod-openapi";
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject } from "zod-openapi";

import { alertListSchema, alertPayloadSchema, recordAnswerSchema } from "./alert-schema.js";
import { JSON_TYPE, NDJSON_TYPE } from "./body.js";
import { PROBLEM_CONTENT_TYPE } from "./problem.js";
import {
  allocationAnswerSchema,
  allocationRequestSchema,
  explanationsAnswerSchema,
  explanationsQuerySchema,
  ingestAnswerSchema,
  modelAnswerSchema,
  modelBundleSchema,
  problemSchema,
  readinessSchema,
  restoreRequestSchema,
} from "./schemas.js";

const problem = (description: string) => ({
  description,
  content: { [PROBLEM_CONTENT_TYPE]: { schema: problemSchema } },
});

const answer = (description: string, schema: z.ZodType) => ({
  description,
  content: { [JSON_TYPE]: { schema } },
});

/** What any operation with a body may answer besides its own. */
const BODY_PROBLEMS = {
  "400": problem("Unreadable or out of range; `errors` names each field."),
  "401": problem("The bearer token is missing or wrong."),
  "408": problem("The body did not end in time."),
  "413": problem("Larger than the limit, which is named."),
  "415": problem("Another content type or encoding than those listed."),
};

/** What any operation may answer. */
const COMMON_PROBLEMS = {
  "405": problem("Another method than those listed; the header `Allow` names them."),
  "421": problem("On loopback without a token: `Host` is not a name of this machine."),
  "503": {
    ...problem("The agent is starting; nothing was taken."),
    headers: z.object({ "Retry-After": z.string() }),
  },
};

/** Adds them to every operation, unless it says more about one itself. */
function withCommonProblems(
  paths: Readonly<Record<string, Readonly<Record<string, ZodOpenApiOperationObject>>>>,
): ZodOpenApiPathsObject {
  return Object.fromEntries(
    Object.entries(paths).map(([path, operations]) => [
      path,
      Object.fromEntries(
        Object.entries(operations).map(([method, operation]) => [
          method,
          { ...operation, responses: { ...COMMON_PROBLEMS, ...operation.responses } },
        ]),
      ),
    ]),
  );
}

const OPEN: Pick<ZodOpenApiOperationObject, "security"> = { security: [] };

/** The OpenAPI 3.1 document, from the very schemas that check requests. */
export function openApiDocument(callSchema: z.ZodType, version: string): object {
  return createDocument({
    openapi: "3.1.0",
    info: {
      title: "Presage",
      version,
      description: "Learns how callers use a service and sizes it before the load changes.",
    },
    security: [{ bearer: [] }],
    components: { securitySchemes: { bearer: { type: "http", scheme: "bearer" } } },
    paths: withCommonProblems({
      "/behavioralData/ingest": { post: ingestOperation(callSchema) },
      "/allocation/request": { post: allocationOperation },
      "/explanations/{decisionId}": { get: explanationOperation },
      "/explanations": { get: explanationsOperation },
      "/model/update": { post: modelOperation },
      "/hooks/alertmanager": { get: alertListOperation, post: alertOperation },
      "/metrics": {
        get: {
          summary: "Prometheus text 0.0.4, or OpenMetrics 1.0 when asked for",
          responses: { "200": { description: "The exposition." } },
        },
      },
      "/healthz": {
        get: { ...OPEN, summary: "It runs", responses: { "200": { description: "It does." } } },
      },
      "/readyz": {
        get: {
          ...OPEN,
          summary: "It takes calls",
          responses: {
            "200": answer("It does.", readinessSchema),
            "503": answer("Not yet, and why.", readinessSchema),
          },
        },
      },
    }),
  });
}

function ingestOperation(callSchema: z.ZodType): ZodOpenApiOperationObject {
  return {
    summary: "Hand in observed calls",
    description:
      "Gzip is accepted. A bad call is listed in `rejected`; it never costs the others. `late` calls " +
      "ended before the time that has been closed for their workload, and are left out.",
    requestBody: {
      required: true,
      content: {
        [JSON_TYPE]: { schema: z.object({ calls: z.array(callSchema) }) },
        [NDJSON_TYPE]: { schema: callSchema },
      },
    },
    responses: {
      "202": answer("What became of the calls.", ingestAnswerSchema),
      ...BODY_PROBLEMS,
      "429": {
        ...problem("The queue is full and nothing was taken."),
        headers: z.object({ "Retry-After": z.string() }),
      },
    },
  };
}

const allocationOperation: ZodOpenApiOperationObject = {
  summary: "Ask what a workload should run on",
  requestBody: { required: true, content: { [JSON_TYPE]: { schema: allocationRequestSchema } } },
  responses: {
    "200": answer(
      "The recommendation, or the reactive value with `status`.",
      allocationAnswerSchema,
    ),
    ...BODY_PROBLEMS,
    "404": problem("This workload has not been observed."),
  },
};

const explanationOperation: ZodOpenApiOperationObject = {
  summary: "Why one decision was made",
  requestParams: { path: z.object({ decisionId: z.string() }) },
  responses: {
    "200": answer("The explanation.", z.unknown()),
    "404": problem("There is no such decision."),
  },
};

const explanationsOperation: ZodOpenApiOperationObject = {
  summary: "Why the latest decisions of a workload were made",
  requestParams: { query: explanationsQuerySchema },
  responses: {
    "200": answer("The decisions, and the segments that they rest on.", explanationsAnswerSchema),
    "400": problem("A parameter is missing, unknown or out of range."),
    "404": problem("This workload has not been observed."),
  },
};

const modelOperation: ZodOpenApiOperationObject = {
  summary: "Take over a model bundle, or bring the former model back",
  description:
    "The former model can be brought back until the agent is restarted: it is kept in memory only. " +
    "Export a bundle of it before (`presage model export`) to be able to go back later.",
  requestBody: {
    required: true,
    content: { [JSON_TYPE]: { schema: z.union([modelBundleSchema, restoreRequestSchema]) } },
  },
  responses: {
    "200": answer("It is in use.", modelAnswerSchema),
    ...BODY_PROBLEMS,
    "409": problem("It is genuine but was not taken over; `reason` says why."),
  },
};

const alertListOperation: ZodOpenApiOperationObject = {
  summary: "The alerts that were received",
  responses: { "200": answer("Latest first.", alertListSchema) },
};

const alertOperation: ZodOpenApiOperationObject = {
  summary: "Webhook for Alertmanager (version 4) and Grafana",
  requestBody: { required: true, content: { [JSON_TYPE]: { schema: alertPayloadSchema } } },
  responses: { "200": answer("How many were new.", recordAnswerSchema), ...BODY_PROBLEMS },
};
