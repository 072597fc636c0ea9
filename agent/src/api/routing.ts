import express from "express";
import type { Express, Request, Response } from "express";

import { problemHandler, Problem } from "./problem.js";
import type { ErrorReporter } from "./problem.js";

type Handler = (request: Request, response: Response) => void | Promise<void>;

/** What a path answers to, by method. */
interface Handlers {
  readonly get?: Handler;
  readonly post?: Handler;
}

/** An express app without the headers that tell about it or invite caching. */
export function createApp(): Express {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.set("query parser", "simple");
  return app;
}

/** Serves `path` with these methods; OPTIONS lists them, any other gets a 405 that does. */
export function serve(app: Express, path: string, handlers: Handlers): void {
  const allowed: string[] = [];
  const route = app.route(path);
  if (handlers.get !== undefined) {
    route.get(handlers.get);
    // Express answers HEAD with the handler of GET.
    allowed.push("GET", "HEAD");
  }
  if (handlers.post !== undefined) {
    route.post(handlers.post);
    allowed.push("POST");
  }
  const allow = [...allowed, "OPTIONS"].join(", ");
  route.all((request, response) => {
    if (request.method === "OPTIONS") {
      response.status(204).set("Allow", allow).end();
      return;
    }
    throw new Problem("method_not_allowed", `use ${allowed.join(" or ")}`, {
      headers: { Allow: allow },
    });
  });
}

/**
 * Has to come after every route: what nobody answered, and what anybody threw. `hint` says where there
 * is something.
 */
export function finish(app: Express, reportError: ErrorReporter, hint: string): void {
  app.use(() => {
    throw new Problem("not_found", hint);
  });
  app.use(problemHandler(reportError));
}
