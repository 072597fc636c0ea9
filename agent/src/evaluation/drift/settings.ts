import { UsageError } from "../../cli/io.js";
import type { TaskValues } from "../task.js";
import { MODEL_SETS, type ModelSet } from "./model-sets.js";
import { SCENARIOS, type Scenario } from "./scenarios.js";

const SECONDS_PER_MINUTE = 60;
/** Shorter, and the warm-up is not over when the change begins; longer, and nobody waits for it. */
const HOURS_LIMITS = { minimum: 0.5, maximum: 24 * 28 };

/** What is not told. */
export const DEFAULTS = {
  scenario: "all",
  seeds: "20",
  "first-seed": "1",
  "ramp-minutes": "30",
  models: "both",
} as const;

/** The keys of an object that is written out above have its type. */
const MODEL_SET_NAMES = Object.keys(MODEL_SETS) as ModelSet[];

export interface DriftSettings {
  readonly scenarios: readonly Scenario[];
  readonly seeds: readonly number[];
  /** Undefined: each scenario's own. */
  readonly hours: number | undefined;
  readonly rampSeconds: number;
  readonly models: readonly ModelSet[];
}

/** Checks what was given on the command line. Throws a UsageError that says what is wrong. */
export function driftSettings(values: TaskValues, usage: string): DriftSettings {
  const given = (name: keyof typeof DEFAULTS): string => values[name] ?? DEFAULTS[name];
  const refuse = (name: string, expected: string): never => {
    throw new UsageError(`--${name} is ${expected}, got "${values[name] ?? ""}"\n\n${usage}`);
  };
  const number = (
    name: "seeds" | "first-seed" | "hours" | "ramp-minutes",
    text: string,
    limits: { minimum: number; maximum: number },
  ): number => {
    const value = text === "" ? NaN : Number(text);
    if (value >= limits.minimum && value <= limits.maximum) return value;
    return refuse(name, `a number from ${limits.minimum} to ${limits.maximum}`);
  };
  const whole = (name: "seeds" | "first-seed", minimum: number, maximum: number): number => {
    const value = number(name, given(name), { minimum, maximum });
    return Number.isInteger(value) ? value : refuse(name, "a whole number");
  };
  const scenarios = SCENARIOS.filter(({ name }) => [name, "all"].includes(given("scenario")));
  if (scenarios.length === 0) refuse("scenario", "one of those below, or all");
  const models = modelSets(given("models"));
  if (models.length === 0) refuse("models", `${MODEL_SET_NAMES.join(", ")} or both`);
  const first = whole("first-seed", 0, 1_000_000_000);
  return {
    scenarios,
    seeds: Array.from({ length: whole("seeds", 1, 10_000) }, (_, index) => first + index),
    hours:
      values["hours"] === undefined ? undefined : number("hours", values["hours"], HOURS_LIMITS),
    rampSeconds:
      SECONDS_PER_MINUTE *
      number("ramp-minutes", given("ramp-minutes"), {
        minimum: 0,
        maximum: 1440,
      }),
    models,
  };
}

function modelSets(text: string): readonly ModelSet[] {
  return MODEL_SET_NAMES.filter(
    (name) => name === text || (text === "both" && (name === "before" || name === "after")),
  );
}
