import { createHash, timingSafeEqual } from "node:crypto";
import type { RequestHandler } from "express";

import { Problem } from "./problem.js";

/** A probe has no token, and learns nothing here that it should not. */
const OPEN_PATHS: ReadonlySet<string> = new Set(["/healthz", "/readyz"]);

const SCHEME = "bearer ";

/**
 * Lets only requests with the token pass. The comparison takes the same time whatever the guess:
 * both sides are hashed first, so that not even the length shows.
 */
export function requireToken(token: string): RequestHandler {
  const expected = digest(token);
  return (request, _response, next) => {
    if (OPEN_PATHS.has(request.path)) {
      next();
      return;
    }
    const header = request.headers.authorization ?? "";
    const isBearer = header.slice(0, SCHEME.length).toLowerCase() === SCHEME;
    const given = digest(header.slice(SCHEME.length).trim());
    if (!timingSafeEqual(given, expected) || !isBearer) {
      throw new Problem("unauthorized", "send the header Authorization: Bearer <token>", {
        headers: { "WWW-Authenticate": 'Bearer realm="presage"' },
      });
    }
    next();
  };
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
