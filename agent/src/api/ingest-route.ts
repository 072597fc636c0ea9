import type { Express } from "express";

import type { RejectedCall } from "../core/index.js";
import { JSON_TYPE, NDJSON_TYPE, parseJson, parseLines, tooManyCalls } from "./body.js";
import type { BodyReader, Lines } from "./body.js";
import type { ApiOptions } from "./options.js";
import { Problem } from "./problem.js";
import { serve } from "./routing.js";
import { invalidFields } from "./validation.js";

/**
 * `POST /behavioralData/ingest`: calls as `{"calls": [...]}` or one a line. One bad call never costs
 * the good ones; a full queue costs the batch, which may be sent again.
 */
export function ingestRoute(app: Express, bodies: BodyReader, options: ApiOptions): void {
  const maxCalls = options.limits.maxCallsPerRequest;
  serve(app, "/behavioralData/ingest", {
    post: async (request, response) => {
      const body = await bodies.read(request, [JSON_TYPE, NDJSON_TYPE]);
      const lines =
        body.mediaType === NDJSON_TYPE
          ? parseLines(body.bytes, maxCalls)
          : { records: callsOf(parseJson(body.bytes), maxCalls), unreadable: NONE_UNREADABLE };
      const outcome = options.ingest(lines.records);
      if (outcome.status === "full") {
        const seconds = Math.max(1, Math.ceil(outcome.retryAfterSeconds));
        throw new Problem("queue_full", `nothing was taken; send again in ${seconds} seconds`, {
          headers: { "Retry-After": String(seconds) },
        });
      }
      const { accepted, duplicate, late } = outcome;
      const rejected = withReasons(outcome.rejected, lines);
      response.status(202).json({ accepted, duplicate, late, rejected });
    },
  });
}

const NONE_UNREADABLE: ReadonlyMap<number, string> = new Map();

function callsOf(body: unknown, maxCalls: number): readonly unknown[] {
  const calls =
    typeof body === "object" && body !== null && "calls" in body ? body.calls : undefined;
  if (!Array.isArray(calls)) {
    throw invalidFields([{ field: "calls", reason: "expected an array of calls" }]);
  }
  if (calls.length > maxCalls) throw tooManyCalls(maxCalls);
  return calls;
}

/** Ingestion sees only that an unreadable line is no call; here it is known why. */
function withReasons(rejected: readonly RejectedCall[], lines: Lines): readonly RejectedCall[] {
  if (lines.unreadable.size === 0) return rejected;
  return rejected.map((call) => {
    const reason = lines.unreadable.get(call.index);
    return reason === undefined ? call : { index: call.index, field: "", reason };
  });
}
