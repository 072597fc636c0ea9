/** The demo's own flags. */
import { parseArgs } from "node:util";
import { UsageError, type Io } from "../io.js";

/** 1,800 s of story in about 140 s. */
const DEFAULT_RATE = 13;
const MAXIMUM_RATE = 60;

export interface Flags {
  readonly once: boolean;
  readonly seed: number;
  readonly rate: number;
  readonly color: boolean;
  readonly plain: boolean;
}

export const USAGE = `presage demo [--once] [--seed N] [--compress N] [--no-color] [--plain]
  --once        end after the story (30 minutes of the shop's time)
  --seed N      another story of the same kind (default 1)
  --compress N  how many times faster than real time it is told, 1 to ${String(MAXIMUM_RATE)} (default ${String(DEFAULT_RATE)})
  --no-color    no colors
  --plain       lines instead of a screen, for logs\n`;

/** Throws a UsageError, or what parseArgs throws, for flags that are not the demo's. */
export function readFlags(args: readonly string[], io: Io): Flags {
  const { values } = parseArgs({
    args: [...args],
    options: {
      once: { type: "boolean", default: false },
      seed: { type: "string", default: "1" },
      compress: { type: "string", default: String(DEFAULT_RATE) },
      "no-color": { type: "boolean", default: false },
      plain: { type: "boolean", default: false },
    },
  });
  const seed = Number(values.seed);
  const rate = Number(values.compress);
  if (!Number.isInteger(seed) || seed < 0)
    throw new UsageError(`--seed ${values.seed}: it takes a whole number from 0 on\n${USAGE}`);
  if (!(rate >= 1 && rate <= MAXIMUM_RATE)) {
    throw new UsageError(
      `--compress ${values.compress}: it takes a number from 1 to ${MAXIMUM_RATE}\n${USAGE}`,
    );
  }
  return {
    once: values.once,
    seed,
    rate,
    plain: values.plain || !io.stdout.isTTY,
    // NO_COLOR: https://no-color.org
    color: io.stdout.isTTY && !values["no-color"] && (io.environment["NO_COLOR"] ?? "") === "",
  };
}
