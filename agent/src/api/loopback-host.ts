import type { RequestListener } from "node:http";

import { isLoopback } from "../core/index.js";
import { PROBLEM_CONTENT_TYPE, Problem } from "./problem.js";

/** The port at the end of an authority (RFC 3986, 3.2.3), which may be empty. */
const PORT = /:\d*$/;

/**
 * Lets only requests pass whose `Host` is a name of this machine. A listener on loopback without a
 * token trusts whoever can reach it, and a page of a stranger's site can: it has its own name resolve to
 * 127.0.0.1 (DNS rebinding), and the browser then sends that name as `Host`. A request without one is
 * not from a browser.
 */
export function requireLoopbackHost(app: RequestListener): RequestListener {
  const refusal = new Problem(
    "misdirected_request",
    "without a token this listener answers to localhost, 127.0.0.1 and [::1] only, in the header Host",
  );
  const body = JSON.stringify(refusal.body);
  return (request, response) => {
    const host = request.headers.host ?? "";
    if (host === "" || isLoopback(host.replace(PORT, ""))) {
      app(request, response);
      return;
    }
    // What may still come of its body is not read, so the connection is of no more use.
    const headers = { "Content-Type": PROBLEM_CONTENT_TYPE, Connection: "close" };
    response.writeHead(refusal.body.status, headers).end(body);
  };
}
