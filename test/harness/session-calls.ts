/** Past this many calls, a stretch of a session is learned from although the session goes on. */
const SESSION_CALLS = 65;
const OPERATIONS = 120;
/** Steps from one operation to the next; a session keeps to one of them. */
const STRIDES = [1, 3, 7] as const;
/** Calls between two jumps. */
const STRIDE_CALLS = 4;
/** Multiplicative hashing, whose high bits are the good ones: Knuth, The Art of Computer Programming, 6.4. */
const KNUTH_MULTIPLIER = 2_654_435_761;
const HASH_SHIFT = 20;
const MILLISECONDS_PER_SECOND = 1000;
/** All of them lie in the last tenth of a second. */
const SPREAD_SECONDS = 0.1;

/**
 * So many calls of one role, as of now, in sessions long enough to be trained on at once: those from the number `from`
 * on.
 */
export function sessionCalls(role: string, count: number, from = 0): object[] {
  const now = Date.now() / MILLISECONDS_PER_SECOND;
  return Array.from({ length: count }, (_, place) => {
    const index = from + place;
    const session = Math.floor(index / SESSION_CALLS);
    const stride = STRIDES[session % STRIDES.length] ?? 1;
    return callOf({
      id: `${role}-${index}`,
      timestamp: now - SPREAD_SECONDS * (1 - place / count),
      session: `${role}-session-${session}`,
      role,
      operation: (stride * index + jumpOf(index)) % OPERATIONS,
    });
  });
}

/** Now and then a call leads elsewhere: of sessions that are alike, only one would be trained on. */
function jumpOf(index: number): number {
  return Math.imul(Math.floor(index / STRIDE_CALLS), KNUTH_MULTIPLIER) >>> HASH_SHIFT;
}

export function callOf(of: {
  readonly id: string;
  readonly timestamp: number;
  readonly session: string;
  readonly role: string;
  readonly operation: number;
}): object {
  return {
    id: of.id,
    timestamp: of.timestamp,
    service: "shop",
    instance: "shop-0",
    method: "GET",
    path: `/operation-${of.operation}`,
    status: 200,
    durationSeconds: 0.01,
    requestBytes: 0,
    responseBytes: 1000,
    requestFormat: "none",
    responseFormat: "application/json",
    userId: `user-of-${of.session}`,
    sessionId: of.session,
    roles: [of.role],
  };
}
