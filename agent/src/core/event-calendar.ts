/** One time that an event takes place. */
export interface EventOccurrence {
  readonly name: string;
  /** Seconds since the Unix epoch; the end is the first moment after it. */
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/**
 * What people know in advance: holidays, campaigns, batch runs. What an event does to the load is not said
 * but learned from its occurrences.
 */
export interface EventCalendar {
  /** Each is an event of its own, whose effect is learned apart. No two are equal. */
  readonly names: readonly string[];
  /** Which of them are under way at a time: 1 or 0 each, in the order of `names`. */
  at(timeSeconds: number): readonly number[];
  /** The occurrences that are under way at some moment of [from, to), in the order of their starts. */
  between(fromSeconds: number, toSeconds: number): readonly EventOccurrence[];
  /** Whether the load of this time says nothing of other days: an event that does not come every day. */
  isUnusual(timeSeconds: number): boolean;
  /**
   * On a holiday: how many days ago the last Sunday was, whose course a holiday's resembles until more is
   * known. Undefined on other days, and on a Sunday.
   */
  daysSinceSimilar(timeSeconds: number): number | undefined;
}
