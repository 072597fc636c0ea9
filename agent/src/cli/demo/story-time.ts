/** The story's own time, seconds since it began: the one clock that the demo shows. */

const SECONDS_PER_MINUTE = 60;
const SECONDS_PER_DAY = 86_400;

/** `24:10`, or `-00:03` before the story begins: whole seconds, the started one not counted. */
export function storyTime(seconds: number): string {
  const whole = Math.floor(Math.abs(seconds));
  const minutes = String(Math.floor(whole / SECONDS_PER_MINUTE)).padStart(2, "0");
  const rest = String(whole % SECONDS_PER_MINUTE).padStart(2, "0");
  return `${seconds <= -1 ? "-" : ""}${minutes}:${rest}`;
}

/**
 * From one moment of the story to another, in words. It is the difference of the two as
 * {@link storyTime} shows them, so that whoever subtracts them gets the same.
 */
export function durationBetween(fromSeconds: number, toSeconds: number): string {
  const seconds = Math.abs(Math.trunc(toSeconds) - Math.trunc(fromSeconds));
  if (seconds < SECONDS_PER_MINUTE) return `${String(seconds)} s`;
  return `${String(Math.floor(seconds / SECONDS_PER_MINUTE))} min ${String(seconds % SECONDS_PER_MINUTE)} s`;
}

/** A time of day as the agent's sentences give it: `05:27:10 UTC`. */
const UTC_TIME_OF_DAY = /\b(\d{2}):(\d{2}):(\d{2}) UTC\b/g;

/**
 * A sentence of the agent with its times of day told in the story's time. The agent goes by a clock
 * that runs faster than the one on the wall, so that its UTC would be a time that nobody knows.
 * `startSeconds` is when the story began, by the agent's clock. Of the days that a time of day may
 * belong to, the one nearest to `storySeconds` is meant.
 */
export function inStoryTime(sentence: string, startSeconds: number, storySeconds: number): string {
  return sentence.replace(UTC_TIME_OF_DAY, (_all, hours: string, minutes: string, rest: string) => {
    const timeOfDaySeconds =
      (Number(hours) * SECONDS_PER_MINUTE + Number(minutes)) * SECONDS_PER_MINUTE + Number(rest);
    const sinceStartSeconds = timeOfDaySeconds - startSeconds;
    const days = Math.round((storySeconds - sinceStartSeconds) / SECONDS_PER_DAY);
    return storyTime(sinceStartSeconds + days * SECONDS_PER_DAY);
  });
}
