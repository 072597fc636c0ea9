/** Grafana's names of units. */
export const UNITS = {
  callsPerSecond: "reqps",
  /** From 0 to 1, shown as such: a score is no share of anything. */
  score: "none",
  /** From 0 to 1, shown in percent. */
  share: "percentunit",
  count: "short",
  cores: "suffix:cores",
  bytes: "bytes",
  bytesPerSecond: "Bps",
  seconds: "s",
} as const;

export type Unit = (typeof UNITS)[keyof typeof UNITS];
