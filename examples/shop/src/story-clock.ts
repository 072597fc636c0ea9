/**
 * The time in the story. A demo tells half an hour in a few minutes: then each process that takes
 * part derives the story's time from the machine's, by the same three numbers.
 */
export interface StoryTime {
  /** What the clock showed when it started, seconds since the Unix epoch. */
  readonly startSeconds: number;
  /** The machine's time at that moment, seconds since the Unix epoch. */
  readonly machineStartSeconds: number;
  /** Seconds of the story that pass in one second of the machine; 1 is real time. */
  readonly rate: number;
}

export interface StoryClock {
  /** The story's time, seconds since the Unix epoch. */
  now(): number;
}

const MILLISECONDS_PER_SECOND = 1000;

export function storyClock(time: StoryTime): StoryClock {
  return {
    now: () =>
      time.startSeconds +
      (Date.now() / MILLISECONDS_PER_SECOND - time.machineStartSeconds) * time.rate,
  };
}
