import type { Express } from "express";

import { alertmanagerRoute } from "./alertmanager-route.js";
import { allocationRoute } from "./allocation-route.js";
import { requireToken } from "./authorization.js";
import { BodyReader } from "./body.js";
import { explanationRoutes } from "./explanation-routes.js";
import { healthRoutes } from "./health-routes.js";
import { ingestRoute } from "./ingest-route.js";
import { modelRoute } from "./model-route.js";
import { openApiDocument } from "./openapi.js";
import type { ApiOptions, MetricsAppOptions } from "./options.js";
import { createApp, finish, serve } from "./routing.js";

/** The whole API, ready for `startServer`. */
export function createApi(options: ApiOptions): Express {
  const app = createApp();
  const bodies = new BodyReader(options.limits);
  const document = openApiDocument(options.callSchema, options.version);

  if (options.token !== undefined) app.use(requireToken(options.token));
  ingestRoute(app, bodies, options);
  allocationRoute(app, bodies, options);
  explanationRoutes(app, options);
  modelRoute(app, bodies, options);
  alertmanagerRoute(app, bodies, options);
  healthRoutes(app, options);
  serve(app, "/openapi.json", {
    get: (_request, response) => {
      response.json(document);
    },
  });
  finish(app, options.reportError, "GET /openapi.json lists what there is");
  return app;
}

/** Only what probes and Prometheus need, for a listener that others may reach. */
export function createMetricsApp(options: MetricsAppOptions): Express {
  const app = createApp();
  healthRoutes(app, options);
  finish(app, options.reportError, "there are /metrics, /healthz and /readyz");
  return app;
}
