/** Rounding of seconds that came as decimals. */
const TOLERANCE_RATIO = 1e-6;

/** A duration in windows. Throws a RangeError that names it when it is no positive multiple of one. */
export function wholeWindows(name: string, seconds: number, windowSeconds: number): number {
  const windows = Math.round(seconds / windowSeconds);
  if (windows < 1 || Math.abs(windows * windowSeconds - seconds) > TOLERANCE_RATIO * seconds) {
    throw new RangeError(
      `${name} must be a positive multiple of ${windowSeconds} s, got ${seconds}`,
    );
  }
  return windows;
}
