import type { Express } from "express";

import { JSON_TYPE, parseJson } from "./body.js";
import type { BodyReader } from "./body.js";
import type { ApiOptions, ModelOutcome } from "./options.js";
import { Problem } from "./problem.js";
import { serve } from "./routing.js";
import { modelBundleSchema, restoreRequestSchema } from "./schemas.js";
import { validate } from "./validation.js";

/**
 * `POST /model/update`: takes a model bundle, or brings the former model back. The form is checked
 * here; checksum, signature and quality are up to `updateModel`.
 */
export function modelRoute(app: Express, bodies: BodyReader, options: ApiOptions): void {
  serve(app, "/model/update", {
    post: async (request, response) => {
      const body = await bodies.read(request, [JSON_TYPE]);
      const content = parseJson(body.bytes);
      const outcome = isRestore(content)
        ? await options.restoreModel(validate(restoreRequestSchema, content).restorePrevious)
        : await update(options, content);
      if (outcome.status === "rejected") throw rejection(outcome);
      response.json(outcome);
    },
  });
}

function update(options: ApiOptions, content: unknown): Promise<ModelOutcome> {
  validate(modelBundleSchema, content);
  // The original goes on, not what the schema made of it: the checksum is over every byte of it.
  return options.updateModel(content);
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
