import * as z from "zod";

import { DEFAULT_KIND, DEFAULT_NAMESPACE } from "../core/index.js";
import { issueWords } from "../core/index.js";
import {
  NAME_FORM,
  NAME_RULE,
  MAX_NAME_CHARACTERS,
  MAX_ID_CHARACTERS,
  MAX_PATH_CHARACTERS,
  MAX_METHOD_CHARACTERS,
  MAX_FORMAT_CHARACTERS,
  MAX_IDENTITY_CHARACTERS,
  MAX_ROLE_CHARACTERS,
  MAX_ROLES,
  MAX_ARGUMENTS,
  MAX_ARGUMENT_NAME_CHARACTERS,
  MAX_TIMESTAMP_CHARACTERS,
} from "./wire-limits.js";

/** 9999-12-31T23:59:59Z, the last that RFC 3339 can write. */
const MAX_TIMESTAMP_SECONDS = 253_402_300_799;
/** A year: longer is a mistake of units. */
const MAX_DURATION_SECONDS = 31_536_000;

const BYTES_RULE = "expected a whole number of bytes, at least 0";

const name = (description: string) =>
  z.string().max(MAX_NAME_CHARACTERS).regex(NAME_FORM, { error: NAME_RULE }).meta({ description });
const bytes = (description: string) =>
  z.int({ error: BYTES_RULE }).min(0, { error: BYTES_RULE }).optional().meta({ description });
const format = (description: string) =>
  z
    .string()
    .max(MAX_FORMAT_CHARACTERS)
    .optional()
    .meta({ description, examples: ["application/json"] });
const identity = (description: string) =>
  z.string().min(1).max(MAX_IDENTITY_CHARACTERS).optional().meta({ description });
const names = (description: string) =>
  z
    .array(z.string().min(1).max(MAX_ROLE_CHARACTERS))
    .max(MAX_ROLES)
    .optional()
    .meta({ description });

/**
 * One call on the wire. Fields that are not listed are ignored, so that a newer client never loses
 * calls to an older agent; one of `path` and `route` is needed (see {@link decodeWireCall}).
 */
export const wireCallSchema = z
  .object({
    id: z.string().min(1).max(MAX_ID_CHARACTERS).optional().meta({
      description:
        "Unique within the workload. A call whose id was seen before is a duplicate and counts once; calls without one are never duplicates.",
    }),
    timestamp: z
      .union(
        [z.number().min(0).max(MAX_TIMESTAMP_SECONDS), z.string().max(MAX_TIMESTAMP_CHARACTERS)],
        {
          error: ({ input }) =>
            input === undefined
              ? "is missing"
              : "expected an RFC 3339 date-time or seconds since the Unix epoch",
        },
      )
      .meta({
        description:
          "When the call began: RFC 3339, or seconds since the Unix epoch. A call is late, and left out, when it ended (durationSeconds later) more than `ingestion.latenessSeconds` before the latest call of its workload. One that began before that and ended after it counts at that moment. One that is ahead of the agent's clock counts as of now, within `ingestion.futureToleranceSeconds`; past that it is rejected.",
        examples: ["2026-05-01T10:00:00.250Z", 1777629600.25],
      }),
    service: name("The workload's name."),
    namespace: name(`The workload's namespace; \`${DEFAULT_NAMESPACE}\` by default.`).optional(),
    kind: name(`The workload's kind; \`${DEFAULT_KIND}\` by default.`).optional(),
    instance: z.string().min(1).max(MAX_NAME_CHARACTERS).optional().meta({
      description: "The pod or process that served the call.",
    }),
    method: z.string().min(1).max(MAX_METHOD_CHARACTERS).meta({ description: "HTTP method." }),
    path: z
      .string()
      .min(1)
      .max(MAX_PATH_CHARACTERS)
      .optional()
      .meta({
        description:
          "The path as called. Ids in it are taken out; the arguments of a query string become shapes.",
        examples: ["/orders/8123?currency=EUR"],
      }),
    route: z
      .string()
      .min(1)
      .max(MAX_PATH_CHARACTERS)
      .optional()
      .meta({
        description: "The template that the service matched; preferred to the path.",
        examples: ["/orders/{id}", "/orders/:id"],
      }),
    status: z.int().min(100).max(599).meta({ description: "HTTP status code." }),
    durationSeconds: z.number().min(0).max(MAX_DURATION_SECONDS).optional().meta({
      description: "Seconds until the response was sent.",
    }),
    requestBytes: bytes("Bytes of the request's body."),
    responseBytes: bytes("Bytes of the response's body."),
    requestFormat: format("Media type of the request."),
    responseFormat: format("Media type of the response."),
    arguments: z
      .record(z.string().max(MAX_ARGUMENT_NAME_CHARACTERS), z.unknown())
      .optional()
      .meta({
        description: `Arguments by name, at most ${MAX_ARGUMENTS}: a value, of which only the shape is kept, or the shape itself {type, length, classPattern, characterClassBigrams, keyedHash}.`,
        maxProperties: MAX_ARGUMENTS,
      }),
    userId: identity("Who called. Only a keyed hash is kept."),
    sessionId: identity("The caller's session. Only a keyed hash is kept."),
    roles: names("Roles of the caller; the first names the segment."),
    groups: names("Groups of the caller."),
    permissions: names("Permissions that the call used."),
  })
  .meta({ id: "Call", description: "One call of a service." });

/** A call as a source writes it. */
export type WireCall = z.input<typeof wireCallSchema>;

/** 0.4 microseconds a call instead of 4: the one schema, compiled. */
const compiledSchema = z.compile(wireCallSchema);
const KNOWN_FIELDS: ReadonlySet<string> = new Set(Object.keys(wireCallSchema.shape));

/** What is wrong with a call, in its first wrong field. */
interface WireProblem {
  /** `roles.1`; empty when the call is not an object at all. */
  readonly field: string;
  readonly reason: string;
}

export type DecodedWireCall =
  | { readonly call: WireCall; readonly problem?: never }
  | { readonly call?: never; readonly problem: WireProblem };

/** Checks one record. Never throws, whatever comes. */
export function decodeWireCall(record: unknown): DecodedWireCall {
  const parsed = compiledSchema.safeParse(record, { error: issueWords });
  if (!parsed.success) return { problem: firstProblem(parsed.error) };
  const call = parsed.data;
  if (call.path === undefined && call.route === undefined) {
    return { problem: { field: "path", reason: "path or route is required" } };
  }
  if (call.arguments !== undefined && Object.keys(call.arguments).length > MAX_ARGUMENTS) {
    return {
      problem: { field: "arguments", reason: `a call has at most ${MAX_ARGUMENTS} arguments` },
    };
  }
  return { call };
}

function firstProblem(error: z.ZodError): WireProblem {
  const issue = error.issues[0];
  if (issue === undefined) return { field: "", reason: "not a call" };
  return { field: issue.path.map(String).join("."), reason: issue.message };
}

/** Calls `report` with each name of `record` that the schema does not have. */
export function eachUnknownField(record: object, report: (name: string) => void): void {
  for (const field in record) {
    if (!KNOWN_FIELDS.has(field)) report(field);
  }
}
