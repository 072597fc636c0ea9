import { seededRandom } from "presage";

/** A call on the wire as a busy shop would report it: everything that the agent looks at. */
export interface SyntheticCall {
  readonly id: string;
  readonly timestamp: number;
  readonly [field: string]: unknown;
}

const OPERATIONS = [
  { method: "GET", path: "/products", bytes: 4200 },
  { method: "GET", path: "/products/{id}", bytes: 900 },
  { method: "GET", path: "/search", bytes: 5100 },
  { method: "POST", path: "/cart/items", bytes: 60 },
  { method: "POST", path: "/orders", bytes: 120 },
  { method: "GET", path: "/orders/{id}", bytes: 400 },
  { method: "PUT", path: "/users/{id}/address", bytes: 80 },
  { method: "GET", path: "/reports/{id}", bytes: 64_000 },
] as const;
const ROLES = ["shoppers", "analysts", "partners", "support", "guests"] as const;
const USERS = 20_000;
const SESSIONS = 4000;
const IDS = 1_000_000;

/** Makes calls without end: {@link next} gives one with a timestamp. The same for the same seed. */
export class SyntheticCalls {
  readonly #random: () => number;
  readonly #idPrefix: string;
  #made = 0;

  constructor(seed: number, idPrefix = "call") {
    this.#random = seededRandom(seed);
    this.#idPrefix = idPrefix;
  }

  next(timestamp: number): SyntheticCall {
    const below = (limit: number): number => Math.floor(this.#random() * limit);
    const operation = OPERATIONS[below(OPERATIONS.length)] ?? OPERATIONS[0];
    const session = below(SESSIONS);
    this.#made += 1;
    return {
      id: `${this.#idPrefix}-${this.#made}`,
      timestamp,
      service: "shop",
      instance: `shop-${below(4)}`,
      method: operation.method,
      path: operation.path.replace("{id}", String(below(IDS))),
      status: this.#random() < 0.02 ? 404 : 200,
      durationSeconds: 0.002 + this.#random() * 0.05,
      requestBytes: operation.method === "GET" ? 0 : 200 + below(100),
      responseBytes: operation.bytes + below(operation.bytes),
      requestFormat: operation.method === "GET" ? "none" : "application/json",
      responseFormat: "application/json",
      arguments: { page: below(50), term: `term-${below(1000)}` },
      userId: `user-${session % USERS}`,
      sessionId: `session-${session}`,
      roles: [ROLES[session % ROLES.length]],
      permissions: ["catalog:read"],
    };
  }
}
