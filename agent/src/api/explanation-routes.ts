import type { Express } from "express";

import { parseWorkloadKey, workloadKey } from "../core/index.js";
import type { ApiOptions } from "./options.js";
import { Problem } from "./problem.js";
import { serve } from "./routing.js";
import { explanationsQuerySchema } from "./schemas.js";
import { invalidFields, validate } from "./validation.js";

/** `GET /explanations/{decisionId}` and `GET /explanations?workload=`: why it decided so. */
export function explanationRoutes(app: Express, options: ApiOptions): void {
  serve(app, "/explanations/:decisionId", {
    get: (request, response) => {
      const { decisionId } = request.params;
      const explanation =
        typeof decisionId === "string" ? options.explanations.byId(decisionId) : undefined;
      if (explanation === undefined) {
        throw new Problem("unknown_decision", "it was never made, or is too old to be kept", {
          errors: [{ field: "decisionId", reason: "is not known" }],
        });
      }
      response.json(explanation);
    },
  });

  serve(app, "/explanations", {
    get: (request, response) => {
      const query = validate(explanationsQuerySchema, request.query);
      if ((query.workload === undefined) === (query.service === undefined)) {
        throw invalidFields([
          { field: "workload", reason: "give either workload or service, one of them" },
        ]);
      }
      const field = query.workload === undefined ? "service" : "workload";
      const key =
        query.workload ??
        workloadKey({
          namespace: query.namespace,
          kind: query.kind,
          name: query.service ?? "",
        });
      const state = options.view.workload(key);
      if (state === undefined) {
        throw new Problem("unknown_workload", `no call of ${key} has been observed`, {
          errors: [{ field, reason: "is not known" }],
        });
      }
      const { namespace, kind, name } = parseWorkloadKey(key);
      const explanations = options.explanations.byWorkload(key, query.limit);
      const segments = state.segments.map(({ segment, sharesModelsOf, profile }) => ({
        segment,
        sharesModelsOf,
        ...profile,
      }));
      response.json({ workload: { namespace, kind, service: name }, segments, explanations });
    },
  });
}
