import { pino, destination, type DestinationStream, type Logger as PinoLogger } from "pino";
import type { Clock } from "../core/index.js";

export type Logger = PinoLogger;

export type LogLevel = "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly clock: Clock;
  /** Where the lines go; stderr when not given, because stdout belongs to the commands' results. */
  readonly stream?: DestinationStream;
}

const STANDARD_ERROR = 2;
const MILLISECONDS_PER_SECOND = 1000;

/** Secrets, and what tells one caller from another: neither is ever written. */
const REDACTED_FIELDS = [
  "token",
  "key",
  "secret",
  "password",
  "authorization",
  "cookie",
  "actor",
  "session",
  "userId",
  "sessionId",
  "user",
] as const;

/** Depths at which a field is looked for: `key`, `request.key`, `request.headers.key`. */
const REDACTED_DEPTHS = ["", "*.", "*.*."] as const;

/** One JSON object a line, with `time` in RFC 3339 from the clock. */
export function createLogger({ level, clock, stream }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date(clock.now() * MILLISECONDS_PER_SECOND).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: REDACTED_DEPTHS.flatMap((depth) => REDACTED_FIELDS.map((field) => depth + field)),
        censor: "[redacted]",
      },
    },
    // Synchronous, so that the last line before a crash is not lost.
    stream ?? destination({ fd: STANDARD_ERROR, sync: true }),
  );
}
