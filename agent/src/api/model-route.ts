import type { Express } from "express";

import type { ModelOutcome } from "../core/index.js";
import { JSON_TYPE, parseJson } from "./body.js";
import type { BodyReader } from "./body.js";
import type { ApiOptions } from "./options.js";
import { Problem } from "./problem.js";
import { serve } from "./routing.js";
import { restoreRequestSchema } from "./schemas.js";
import { validate } from "./validation.js";

/**
 * `POST /model/update`: takes a model bundle, or brings the former model back. A bundle is handed on as
 * it came: what form it must have depends on its format version, which only its reader can judge. The
 * former model is kept in memory only: after a restart of the agent there is none to bring back.
 */
export function modelRoute(app: Express, bodies: BodyReader, options: ApiOptions): void {
  serve(app, "/model/update", {
    post: async (request, response) => {
      const body = await bodies.read(request, [JSON_TYPE]);
      const content = parseJson(body.bytes);
      const outcome = isRestore(content)
        ? await options.restoreModel(validate(restoreRequestSchema, content).restorePrevious)
        : await options.updateModel(content);
      if (outcome.status === "rejected") throw rejection(outcome);
      response.json(outcome);
    },
  });
}

function isRestore(content: unknown): boolean {
  return (
    typeof content === "object" && content !== null && Object.hasOwn(content, "restorePrevious")
  );
}

function rejection(outcome: Extract<ModelOutcome, { status: "rejected" }>): Problem {
  return new Problem("bundle_rejected", outcome.detail, {
    status: outcome.httpStatus,
    reason: outcome.reason,
    ...(outcome.errors === undefined ? {} : { errors: outcome.errors }),
  });
}
