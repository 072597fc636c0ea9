import { DRIFT_CAUSES, type DriftCause } from "../../core/index.js";
import { keepsDirection, roundTrip, turnsAround } from "./call-order.js";
import { codeText, freeText, normalSizes, twoPeaks } from "./call-content.js";
import type { SessionBehavior, SimulatedRole } from "./simulated-role.js";

export interface Scenario {
  readonly name: string;
  /** What changes, in a few words. */
  readonly summary: string;
  /** Whether what happens counts as drift. */
  readonly changes: boolean;
  /** Long enough for what the scenario is about, unless told otherwise. */
  readonly hours: number;
  readonly roles: readonly SimulatedRole[];
  /** Causes that name the change rightly; none where nothing changes. */
  readonly causes: readonly DriftCause[];
}

/** The role that changes, or might. */
export const CHANGING_ROLE = "members";

const OPERATIONS = ["cart", "catalog", "orders", "prices", "profile", "returns", "search", "stock"];
const MEMBER_OPERATIONS = OPERATIONS.map((name) => `/${name}`);
const PARTNER_OPERATIONS = OPERATIONS.map((name) => `/partner/${name}`);
/** Two calls a second, with the mean of 10 calls a session. */
const MEMBER_SESSIONS_PER_SECOND = 0.2;
/** One call a second. */
const PARTNER_SESSIONS_PER_SECOND = 0.1;
const USUAL_CORRELATION = 0.5;
const STRONG_CORRELATION = 0.8;
const SPREAD_FACTOR = 2;
const PARTNERS_GROW_TO = 3;

const HOURS = 3;
const DAYS_OF_SEASON = 7;
const SECONDS_PER_DAY = 86_400;
const HOURS_PER_DAY = 24;
/** A week is long: a third of the calls a second. */
const SEASON_SESSIONS_PER_SECOND = MEMBER_SESSIONS_PER_SECOND / 3;
/** The rhythm of the day, on its first day and on its last: of the rate, and of the share of a kind. */
const RATE_AMPLITUDE = [0.3, 0.6] as const;
const SHARE_AMPLITUDE = [0.05, 0.15] as const;

const usual: SessionBehavior = {
  operations: MEMBER_OPERATIONS,
  order: roundTrip(1, OPERATIONS.length),
  sizes: normalSizes(USUAL_CORRELATION),
  text: codeText,
};

const partners: SimulatedRole = {
  name: "partners",
  users: 50,
  sessionsPerSecond: PARTNER_SESSIONS_PER_SECOND,
  behaviors: [{ ...usual, operations: PARTNER_OPERATIONS }],
  shares: () => [1],
  intensity: () => 1,
  highestIntensity: 1,
};

const members: SimulatedRole = {
  ...partners,
  name: CHANGING_ROLE,
  users: 500,
  sessionsPerSecond: MEMBER_SESSIONS_PER_SECOND,
  behaviors: [usual],
};

/** A share of the members' sessions that grows at a constant rate behaves otherwise. */
function changing(
  before: Partial<SessionBehavior>,
  after: Partial<SessionBehavior>,
): readonly SimulatedRole[] {
  const behaviors = [
    { ...usual, ...before },
    { ...usual, ...after },
  ];
  const shares: SimulatedRole["shares"] = ({ progress }) => [1 - progress, progress];
  return [{ ...members, behaviors, shares }, partners];
}

/** More by day than by night, a little more so every day. */
function swing(seconds: number, [first, last]: readonly [number, number]): number {
  const day = Math.max(0, seconds) / SECONDS_PER_DAY;
  const amplitude = first + ((last - first) * day) / DAYS_OF_SEASON;
  return -amplitude * Math.cos(2 * Math.PI * day);
}

const HALF = OPERATIONS.length / 2;
const seasonal: SimulatedRole = {
  ...members,
  sessionsPerSecond: SEASON_SESSIONS_PER_SECOND,
  behaviors: [
    { ...usual, operations: MEMBER_OPERATIONS.slice(0, HALF), order: roundTrip(1, HALF) },
    { ...usual, operations: MEMBER_OPERATIONS.slice(HALF), order: roundTrip(1, HALF) },
  ],
  shares: ({ seconds }) => {
    const share = 0.5 + swing(seconds, SHARE_AMPLITUDE);
    return [share, 1 - share];
  },
  intensity: ({ seconds }) => 1 + swing(seconds, RATE_AMPLITUDE),
  highestIntensity: 1 + RATE_AMPLITUDE[1],
};

/** Whatever is about the sizes of requests or of answers. */
const PAYLOAD_CAUSES = DRIFT_CAUSES.filter((cause) => /^(request|response)_/.test(cause));

export const SCENARIOS: readonly Scenario[] = [
  {
    name: "call_order",
    summary: "a round of calls is made the other way round",
    changes: true,
    hours: HOURS,
    roles: changing({}, { order: roundTrip(-1, OPERATIONS.length) }),
    causes: ["call_sequence"],
  },
  {
    name: "call_order_2",
    summary: "the same pairs of calls, but other triples",
    changes: true,
    hours: HOURS,
    roles: changing({ order: keepsDirection }, { order: turnsAround }),
    causes: ["call_sequence"],
  },
  {
    name: "payload_spread",
    summary: "sizes spread twice as far",
    changes: true,
    hours: HOURS,
    roles: changing({}, { sizes: normalSizes(USUAL_CORRELATION, SPREAD_FACTOR) }),
    causes: PAYLOAD_CAUSES,
  },
  {
    name: "payload_modes",
    summary: "small or large becomes middling, mean and spread the same",
    changes: true,
    hours: HOURS,
    roles: changing({ sizes: twoPeaks }, { sizes: normalSizes(0) }),
    causes: PAYLOAD_CAUSES,
  },
  {
    name: "payload_link",
    summary: "large requests get small answers instead of large ones",
    changes: true,
    hours: HOURS,
    roles: changing(
      { sizes: normalSizes(STRONG_CORRELATION) },
      { sizes: normalSizes(-STRONG_CORRELATION) },
    ),
    causes: PAYLOAD_CAUSES,
  },
  {
    name: "argument_shape",
    summary: "a code becomes free text of the same length",
    changes: true,
    hours: HOURS,
    roles: changing({}, { text: freeText }),
    causes: ["arguments"],
  },
  {
    name: "role_mix",
    summary: "another role calls three times as often",
    changes: true,
    hours: HOURS,
    roles: [
      members,
      {
        ...partners,
        intensity: ({ progress }) => 1 + (PARTNERS_GROW_TO - 1) * progress,
        highestIntensity: PARTNERS_GROW_TO,
      },
    ],
    causes: ["operation_mix"],
  },
  {
    name: "no_change",
    summary: "nothing changes",
    changes: false,
    hours: HOURS,
    roles: [members, partners],
    causes: [],
  },
  {
    name: "slow_season",
    summary: "the rhythm of the day grows a little every day, for a week",
    changes: false,
    hours: DAYS_OF_SEASON * HOURS_PER_DAY,
    roles: [seasonal],
    causes: [],
  },
];
