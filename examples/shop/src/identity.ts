import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import type { PlannedCall } from "./scenario.js";

/** Who calls, as the shop knows it. */
export interface Identity {
  readonly userId?: string;
  readonly sessionId?: string;
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
}

/**
 * The headers that stand in for what a real service reads from a verified token. Never trust such
 * headers from the outside.
 */
const USER_HEADER = "x-user-id";
const SESSION_HEADER = "x-session-id";
const ROLES_HEADER = "x-roles";
const PERMISSIONS_HEADER = "x-permissions";

export function readIdentity(request: IncomingMessage): Identity {
  const userId = header(request, USER_HEADER);
  const sessionId = header(request, SESSION_HEADER);
  return {
    ...(userId === undefined ? {} : { userId }),
    ...(sessionId === undefined ? {} : { sessionId }),
    roles: header(request, ROLES_HEADER)?.split(",") ?? [],
    permissions: header(request, PERMISSIONS_HEADER)?.split(",") ?? [],
  };
}

export function identityHeaders(call: PlannedCall): OutgoingHttpHeaders {
  return {
    [USER_HEADER]: call.userId,
    [SESSION_HEADER]: call.sessionId,
    [ROLES_HEADER]: call.role,
    [PERMISSIONS_HEADER]: call.permissions.join(","),
  };
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === "string" ? value : undefined;
}
