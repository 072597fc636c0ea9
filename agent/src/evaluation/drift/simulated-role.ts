import type { CallOrder } from "./call-order.js";
import type { SizeLaw, TextLaw } from "./call-content.js";

/** How somebody behaves in a session, from its first call to its last. */
export interface SessionBehavior {
  /** Operations that it calls, in the order of the ring. */
  readonly operations: readonly string[];
  readonly order: CallOrder;
  readonly sizes: SizeLaw;
  readonly text: TextLaw;
}

/** A group of callers with one role. */
export interface SimulatedRole {
  readonly name: string;
  readonly users: number;
  /** Mean, when the intensity is 1. */
  readonly sessionsPerSecond: number;
  /** Kinds of sessions; {@link SimulatedRole.shares} says how frequent each is. */
  readonly behaviors: readonly SessionBehavior[];
  /** Share of the sessions that are of each kind, adding up to 1. */
  readonly shares: (moment: Moment) => readonly number[];
  /** How many times as often as usual sessions begin, at most {@link SimulatedRole.highestIntensity}. */
  readonly intensity: (moment: Moment) => number;
  readonly highestIntensity: number;
}

/** A moment of a scenario. */
export interface Moment {
  /** Since the beginning. */
  readonly seconds: number;
  /** How far the change has gone: 0 before it begins, 1 when it is complete. */
  readonly progress: number;
}
