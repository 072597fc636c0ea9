import type { Express } from "express";

import { parseWorkloadKey } from "../core/index.js";
import type { Decision, VolumeForecast } from "../core/index.js";
import { JSON_TYPE, parseJson } from "./body.js";
import type { BodyReader } from "./body.js";
import type { ApiOptions, Counterfactual } from "./options.js";
import { Problem } from "./problem.js";
import { serve } from "./routing.js";
import { allocationRequestSchema } from "./schemas.js";
import type { AllocationAnswer } from "./schemas.js";
import { validate } from "./validation.js";

const MILLISECONDS_PER_SECOND = 1000;

/** `POST /allocation/request`: what a workload should run on, and why. */
export function allocationRoute(app: Express, bodies: BodyReader, options: ApiOptions): void {
  serve(app, "/allocation/request", {
    post: async (request, response) => {
      const body = await bodies.read(request, [JSON_TYPE]);
      const wanted = validate(allocationRequestSchema, parseJson(body.bytes));
      const decision = options.decide({
        workload: { namespace: wanted.namespace, kind: wanted.kind, name: wanted.service },
        currentResources: wanted.currentResources,
        horizonSeconds: wanted.horizonSeconds,
      });
      if (decision === undefined) {
        throw new Problem("unknown_workload", `no call of ${wanted.service} has been observed`, {
          errors: [
            {
              field: "service",
              reason: `${wanted.kind} ${wanted.service} is not known in namespace ${wanted.namespace}`,
            },
          ],
        });
      }
      response.json(allocationAnswer(decision, options.counterfactuals(decision)));
    },
  });
}

/** A decision on the wire: times in RFC 3339, null for what is unknown. */
function allocationAnswer(
  decision: Decision,
  counterfactuals: readonly Counterfactual[],
): AllocationAnswer {
  const { namespace, kind, name } = parseWorkloadKey(decision.workload);
  const { status, predictedWorkload, recommended } = decision;
  return {
    decisionId: decision.decisionId,
    workload: { namespace, kind, service: name },
    time: rfc3339(decision.timeSeconds),
    status: status.status,
    statusReason: status.status === "ready" ? null : status.reason,
    branch: decision.branch,
    driftScore: decision.driftScore ?? null,
    confidenceLevel: decision.confidenceLevel ?? null,
    predictedWorkload:
      predictedWorkload === undefined
        ? null
        : { class: predictedWorkload.class, probabilities: { ...predictedWorkload.probabilities } },
    forecast: decision.forecast === undefined ? null : forecastAnswer(decision.forecast),
    newResources: {
      target: recommended.target,
      lowerBound: recommended.lowerBound,
      upperBound: recommended.upperBound,
    },
    reasons: [...decision.reasons],
    contributions: [...decision.contributions],
    counterfactuals: [...counterfactuals],
    guards: [...decision.guards],
    expiresAt: rfc3339(decision.expiresAtSeconds),
  };
}

function forecastAnswer(forecast: VolumeForecast): NonNullable<AllocationAnswer["forecast"]> {
  return {
    origin: rfc3339(forecast.originSeconds),
    level: forecast.level,
    points: forecast.points.map(({ horizonSeconds, point, lower, upper, chosen }) => ({
      horizonSeconds,
      callsPerSecond: point,
      lower,
      upper,
      chosen,
    })),
  };
}

function rfc3339(seconds: number): string {
  return new Date(seconds * MILLISECONDS_PER_SECOND).toISOString();
}
