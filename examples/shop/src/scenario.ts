/** The story of the demo: who calls the shop, when, and how; as data, the same for the same seed. */
import {
  plannedRequest,
  randomToken,
  type Operation,
  type PlannedRequest,
} from "./planned-request.js";
import { exponential, pickWeighted, seededRandom, textHash, type Random } from "./random.js";

/** From here on analysts begin to export; each turns within {@link EXPORTS_SPREAD_SECONDS}. */
export const EXPORTS_BEGIN_SECONDS = 15 * 60;
const EXPORTS_SPREAD_SECONDS = 60;
/** The campaign: shoppers come {@link CAMPAIGN_FACTOR} times as often once it is at its height. */
export const CAMPAIGN_BEGINS_SECONDS = 20 * 60;
export const CAMPAIGN_FULL_SECONDS = 24 * 60;
export const CAMPAIGN_FADES_SECONDS = 26 * 60;
export const CAMPAIGN_ENDS_SECONDS = 30 * 60;
export const STORY_SECONDS = 30 * 60;
const CAMPAIGN_FACTOR = 3;

/** The mild rhythm of the arrivals: one wave in ten minutes, 15% up and down. */
const RHYTHM_PERIOD_SECONDS = 600;
const RHYTHM_RATIO = 0.15;
/** The shop was open before the story begins: longer than nearly all sessions last. */
const LEAD_IN_SECONDS = 600;
/** Sessions are drawn for one slice of time after the other, so that a story may have no end. */
const SLICE_SECONDS = 10;

export const ROLES = ["shoppers", "analysts", "partners"] as const;
export type Role = (typeof ROLES)[number];

export interface PlannedCall extends PlannedRequest {
  /** Seconds since the Unix epoch. */
  readonly timeSeconds: number;
  readonly operation: Operation;
  readonly userId: string;
  readonly sessionId: string;
  readonly role: Role;
  readonly permissions: readonly string[];
}

export interface ScenarioOptions {
  readonly seed: number;
  readonly durationSeconds?: number;
  /** When the story begins, seconds since the Unix epoch. */
  readonly startSeconds: number;
  /** Whether analysts begin to export. */
  readonly exports: boolean;
  /** Whether the campaign comes. */
  readonly campaign: boolean;
}

/** What a role does after an operation, with weights; `leave` ends the session. */
type Habit = Readonly<
  Partial<Record<Operation | "start", Readonly<Partial<Record<Operation | "leave", number>>>>>
>;

interface RoleHabits {
  readonly sessionsPerSecond: number;
  readonly meanThinkSeconds: number;
  readonly users: number;
  readonly permissions: readonly string[];
  readonly habit: Habit;
}

/** Nobody clicks faster than this. */
const MINIMUM_THINK_SECONDS = 0.5;

const HABITS: Readonly<Record<Role, RoleHabits>> = {
  // About 8 calls a session: 6 calls a second.
  shoppers: {
    sessionsPerSecond: 0.75,
    meanThinkSeconds: 6,
    users: 2000,
    permissions: ["catalog:read", "orders:read", "orders:write"],
    habit: {
      start: { "GET /products": 0.7, "GET /search": 0.3 },
      "GET /products": { "GET /products/{id}": 0.75, "GET /search": 0.1, leave: 0.15 },
      "GET /search": { "GET /products/{id}": 0.7, "GET /products": 0.2, leave: 0.1 },
      "GET /products/{id}": {
        "GET /products/{id}": 0.3,
        "POST /cart/items": 0.35,
        "GET /products": 0.27,
        leave: 0.08,
      },
      "POST /cart/items": { "POST /orders/quote": 0.5, "GET /products": 0.4, leave: 0.1 },
      "POST /orders/quote": { "POST /orders": 0.65, "GET /products": 0.2, leave: 0.15 },
      "POST /orders": { "GET /orders/{id}": 0.6, leave: 0.4 },
      "GET /orders/{id}": { "GET /products": 0.4, leave: 0.6 },
    },
  },
  // 20 calls a session: 1.6 calls a second.
  analysts: {
    sessionsPerSecond: 0.08,
    meanThinkSeconds: 8,
    users: 25,
    permissions: ["catalog:read", "reports:read"],
    habit: {
      start: { "GET /search": 0.4, "GET /reports/{id}": 0.6 },
      "GET /search": { "GET /reports/{id}": 0.65, "GET /search": 0.3, leave: 0.05 },
      "GET /reports/{id}": { "GET /reports/{id}": 0.45, "GET /search": 0.5, leave: 0.05 },
    },
  },
  // 12 calls a session: 2 calls a second.
  partners: {
    sessionsPerSecond: 0.167,
    meanThinkSeconds: 5,
    users: 30,
    permissions: ["stock:write"],
    habit: {
      start: { "POST /partner/stock": 1 },
      "POST /partner/stock": {
        "POST /partner/stock": 0.87,
        "GET /products/{id}": 0.05,
        leave: 0.08,
      },
      "GET /products/{id}": { "POST /partner/stock": 1 },
    },
  },
};

/** What analysts do from the turn on: as often as before, but other calls in another order. */
const EXPORTING_HABIT: Habit = {
  start: { "GET /search": 0.3, "GET /exports/{id}": 0.7 },
  "GET /search": { "GET /exports/{id}": 0.85, "GET /reports/{id}": 0.1, leave: 0.05 },
  "GET /reports/{id}": { "GET /exports/{id}": 0.85, "GET /search": 0.1, leave: 0.05 },
  "GET /exports/{id}": {
    "GET /exports/{id}": 0.65,
    "GET /search": 0.2,
    "GET /reports/{id}": 0.1,
    leave: 0.05,
  },
};
const EXPORTING_PERMISSIONS = ["catalog:read", "exports:read", "reports:read"];

/** How many times as often as usual shoppers come, that many seconds into the story. */
export function campaignFactor(storySeconds: number): number {
  if (storySeconds < CAMPAIGN_BEGINS_SECONDS || storySeconds >= CAMPAIGN_ENDS_SECONDS) return 1;
  if (storySeconds < CAMPAIGN_FULL_SECONDS) {
    const done =
      (storySeconds - CAMPAIGN_BEGINS_SECONDS) / (CAMPAIGN_FULL_SECONDS - CAMPAIGN_BEGINS_SECONDS);
    return 1 + (CAMPAIGN_FACTOR - 1) * done;
  }
  if (storySeconds < CAMPAIGN_FADES_SECONDS) return CAMPAIGN_FACTOR;
  const left =
    (CAMPAIGN_ENDS_SECONDS - storySeconds) / (CAMPAIGN_ENDS_SECONDS - CAMPAIGN_FADES_SECONDS);
  return 1 + (CAMPAIGN_FACTOR - 1) * left;
}

/**
 * The calls of the story in time order: sessions arrive as a Poisson process with a mild rhythm, and
 * walk through the operations of their role as a Markov chain with exponential think times.
 */
export function* scenario(options: ScenarioOptions): Generator<PlannedCall, void, undefined> {
  const { durationSeconds = STORY_SECONDS, startSeconds } = options;
  const random = seededRandom(options.seed);
  let pending: PlannedCall[] = [];
  for (let slice = -LEAD_IN_SECONDS; slice < durationSeconds; slice += SLICE_SECONDS) {
    for (const role of ROLES) {
      const { sessionsPerSecond } = HABITS[role];
      const factor = role === "shoppers" && options.campaign ? campaignFactor(slice) : 1;
      const rhythm = 1 + RHYTHM_RATIO * Math.sin((2 * Math.PI * slice) / RHYTHM_PERIOD_SECONDS);
      const meanGapSeconds = 1 / (sessionsPerSecond * factor * rhythm);
      let arrival = slice + exponential(random, meanGapSeconds);
      while (arrival < slice + SLICE_SECONDS) {
        pending.push(...session(role, arrival, options, random));
        arrival += exponential(random, meanGapSeconds);
      }
    }
    pending.sort((one, other) => one.timeSeconds - other.timeSeconds);
    const endSeconds = startSeconds + Math.min(slice + SLICE_SECONDS, durationSeconds);
    const due = pending.findIndex((call) => call.timeSeconds >= endSeconds);
    const ready = due === -1 ? pending : pending.slice(0, due);
    pending = due === -1 ? [] : pending.slice(due);
    for (const call of ready) if (call.timeSeconds >= startSeconds) yield call;
  }
}

/** One visit from its first call to its last. `arrivalSeconds` is seconds into the story. */
function session(
  role: Role,
  arrivalSeconds: number,
  options: ScenarioOptions,
  random: Random,
): PlannedCall[] {
  const habits = HABITS[role];
  const userId = `${role}-${String(Math.floor(random() * habits.users))}`;
  const sessionId = `${role}-${randomToken(random)}`;
  const turnSeconds =
    role === "analysts" && options.exports
      ? EXPORTS_BEGIN_SECONDS + (textHash(userId) % EXPORTS_SPREAD_SECONDS)
      : Number.POSITIVE_INFINITY;
  const calls: PlannedCall[] = [];
  let at = arrivalSeconds;
  let state: Operation | "start" = "start";
  let orderReference = "";
  for (;;) {
    const exporting = at >= turnSeconds;
    const next: Operation | "leave" = pickWeighted(
      random,
      (exporting ? EXPORTING_HABIT[state] : undefined) ?? habits.habit[state] ?? { leave: 1 },
    );
    if (next === "leave") return calls;
    if (next === "POST /orders") orderReference = randomToken(random);
    calls.push({
      timeSeconds: options.startSeconds + at,
      operation: next,
      ...plannedRequest(next, orderReference, random),
      userId,
      sessionId,
      role,
      permissions: exporting ? EXPORTING_PERMISSIONS : habits.permissions,
    });
    state = next;
    at += MINIMUM_THINK_SECONDS + exponential(random, habits.meanThinkSeconds);
  }
}
