import type { Express } from "express";

import { Problem, problemHandler } from "./problem.js";
import type { ErrorReporter } from "./problem.js";
import { createApp, serve } from "./routing.js";

/** Restoring takes a few seconds at most. */
const RETRY_AFTER_SECONDS = "1";

/**
 * Answers while the agent has its ports and is not ready yet: `/healthz` says that it runs, everything
 * else that it has to be asked again.
 */
export function createStartingApp(reportError: ErrorReporter): Express {
  const app = createApp();
  serve(app, "/healthz", {
    get: (_request, response) => {
      response.json({ status: "ok" });
    },
  });
  serve(app, "/readyz", {
    get: (_request, response) => {
      response
        .status(503)
        .set("Retry-After", RETRY_AFTER_SECONDS)
        .json({ ready: false, reasons: ["what was learned is being restored"] });
    },
  });
  app.use(() => {
    throw new Problem("starting", "what was learned is being restored: ask again", {
      headers: { "Retry-After": RETRY_AFTER_SECONDS },
    });
  });
  app.use(problemHandler(reportError));
  return app;
}
