import type { Express } from "express";

import { alertPayloadSchema } from "./alert-schema.js";
import { JSON_TYPE, parseJson } from "./body.js";
import type { BodyReader } from "./body.js";
import type { ApiOptions } from "./options.js";
import { serve } from "./routing.js";
import { validate } from "./validation.js";

/**
 * `/hooks/alertmanager`: POST records what Alertmanager or Grafana tells, GET lists it. Nothing is
 * done about it.
 */
export function alertmanagerRoute(app: Express, bodies: BodyReader, options: ApiOptions): void {
  serve(app, "/hooks/alertmanager", {
    get: (_request, response) => {
      response.json({ alerts: options.alertLog.list(), dropped: options.alertLog.dropped });
    },
    post: async (request, response) => {
      const body = await bodies.read(request, [JSON_TYPE]);
      const payload = validate(alertPayloadSchema, parseJson(body.bytes));
      response.json(options.alertLog.record(payload));
    },
  });
}
