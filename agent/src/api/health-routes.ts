import type { Express } from "express";

import type { MetricsAppOptions } from "./options.js";
import { serve } from "./routing.js";

/** `/metrics` for Prometheus, `/healthz` and `/readyz` for the kubelet. */
export function healthRoutes(app: Express, options: MetricsAppOptions): void {
  serve(app, "/healthz", {
    get: (_request, response) => {
      response.json({ status: "ok" });
    },
  });

  serve(app, "/readyz", {
    get: (_request, response) => {
      const readiness = options.ready();
      response.status(readiness.ready ? 200 : 503).json(readiness);
    },
  });

  serve(app, "/metrics", {
    get: async (request, response) => {
      const { contentType, body } = await options.metricsText(request.headers.accept);
      // Written past Express, which would rewrite the negotiated content type.
      response.writeHead(200, { "Content-Type": contentType }).end(body);
    },
  });
}
