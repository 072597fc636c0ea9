/** Grafana's names of units. */
export const UNITS = {
  callsPerSecond: "reqps",
  /** From 0 to 1, shown as such: a score is no share of anything. */
  score: "none",
  /** From 0 to 1, shown in percent. */
  share: "percentunit",
  count: "short",
  replicas: "suffix:replicas",
  cores: "suffix:cores",
  bytes: "bytes",
  bytesPerSecond: "Bps",
  seconds: "s",
  /** Milliseconds since the Unix epoch, shown as the time until or since. */
  fromNow: "dateTimeFromNow",
  text: "string",
} as const;

export type Unit = (typeof UNITS)[keyof typeof UNITS];
