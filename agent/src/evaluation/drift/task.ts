import { loadConfig } from "../../config/load-config.js";
import type { Json } from "../../core/index.js";
import { linesOf, tableOf } from "../table.js";
import type { EvaluationTask, TaskContext } from "../task.js";
import { alarmsOf, type RunAlarms } from "./alarms.js";
import {
  detectionScores,
  falseAlarmScores,
  type DetectionScores,
  type FalseAlarmScores,
} from "./detection-scores.js";
import { MODEL_SETS, type ModelSet } from "./model-sets.js";
import { changeSeconds, runScenario, type WindowVerdict } from "./run-scenario.js";
import { CHANGING_ROLE, SCENARIOS, type Scenario } from "./scenarios.js";
import { driftSettings, DEFAULTS, type DriftSettings } from "./settings.js";

const USAGE = `usage: presage evaluate drift [options]

Simulated callers, so that it is known when their behavior changes: how long the live drift score takes to
say so, and how often it says so when nothing has changed. Needs no data. A share of the sessions of one role
of two changes, growing at a constant rate; the change begins after two thirds of the time. "before" are a
Markov chain and running statistics, "after" the models of the live agent; with "sequence" only the network
is new, with "payload" only the mixtures.

  --scenario NAME|all ${SCENARIOS.map(({ name }) => name).join(", ")}
  --seeds N           runs of each, ${DEFAULTS.seeds} unless told
  --first-seed N      the seed of the first run, ${DEFAULTS["first-seed"]} unless told
  --hours H           length of a run, of event time; unless told, ${SCENARIOS[0]?.hours ?? 0}, and a week for slow_season
  --ramp-minutes M    from the change's beginning until all sessions have changed, ${DEFAULTS["ramp-minutes"]} unless told
  --models SET        before, sequence, payload, after, or both before and after (unless told)
`;

/** One scenario under one set of models. */
interface Outcome {
  readonly scenario: Scenario;
  readonly models: ModelSet;
  /** Undefined where nothing changes. */
  readonly detection: DetectionScores | undefined;
  readonly falseAlarms: FalseAlarmScores;
  readonly runs: readonly { readonly seed: number; readonly verdicts: readonly WindowVerdict[] }[];
}

export const driftTask: EvaluationTask = {
  name: "drift",
  summary: "the live drift score on simulated changes: delay and false alarms",
  usage: USAGE,
  options: {
    scenario: { type: "string" },
    seeds: { type: "string" },
    "first-seed": { type: "string" },
    hours: { type: "string" },
    "ramp-minutes": { type: "string" },
    models: { type: "string" },
  },
  run: async (values, context) => {
    const settings = driftSettings(values, USAGE);
    const outcomes: Outcome[] = [];
    for (const scenario of settings.scenarios) {
      for (const models of settings.models) {
        outcomes.push(await outcomeOf(scenario, models, settings, context));
      }
    }
    return {
      result: {
        seeds: settings.seeds.length,
        first_seed: settings.seeds[0] ?? null,
        ramp_minutes: settings.rampSeconds / SECONDS_PER_MINUTE,
        scenarios: Object.fromEntries(
          settings.scenarios.map(({ name }) => [
            name,
            Object.fromEntries(
              outcomes
                .filter(({ scenario }) => scenario.name === name)
                .map((outcome) => [outcome.models, figuresOf(outcome)]),
            ),
          ]),
        ),
      },
      predictions: { scores: Object.fromEntries(outcomes.flatMap(scoresOf)) },
      report: linesOf(await tableOf(columnsOf(outcomes))),
    };
  },
};

const SECONDS_PER_MINUTE = 60;

async function outcomeOf(
  scenario: Scenario,
  models: ModelSet,
  settings: DriftSettings,
  { tell }: TaskContext,
): Promise<Outcome> {
  // The defaults: neither a file nor the environment may change what is measured.
  const config = loadConfig({ environment: {} });
  const hours = settings.hours ?? scenario.hours;
  const changeAt = scenario.changes ? changeSeconds(hours) : Infinity;
  const runs: { seed: number; verdicts: readonly WindowVerdict[] }[] = [];
  const alarms: RunAlarms[] = [];
  for (const seed of settings.seeds) {
    const verdicts = await runScenario({
      scenario,
      seed,
      hours,
      rampSeconds: settings.rampSeconds,
      config,
      createCallModels: MODEL_SETS[models],
    });
    runs.push({ seed, verdicts });
    alarms.push(alarmsOf(verdicts, config.drift, config.windowSeconds, changeAt));
    tell(`${scenario.name}, ${models}, seed ${seed}: ${alarmWords(alarms.at(-1), changeAt)}`);
  }
  const named = {
    segment: scenario.causes.includes("operation_mix") ? undefined : CHANGING_ROLE,
    causes: scenario.causes,
  };
  return {
    scenario,
    models,
    detection: scenario.changes ? detectionScores(alarms, changeAt, named) : undefined,
    falseAlarms: falseAlarmScores(alarms, changeAt),
    runs,
  };
}

function alarmWords(run: RunAlarms | undefined, changeAt: number): string {
  const words = (run?.alarms ?? []).map(({ atSeconds, largest }) => {
    const cause = largest === undefined ? "" : ` (${largest.segment}, ${largest.cause})`;
    return atSeconds > changeAt
      ? `${atSeconds - changeAt} s after the change${cause}`
      : `false at ${atSeconds} s${cause}`;
  });
  return words.length === 0 ? "no alarm" : words.join("; ");
}

function figuresOf({ detection, falseAlarms }: Outcome): Json {
  return {
    ...(detection === undefined
      ? {}
      : {
          detected_30min: detection.within30,
          detected_60min: detection.within60,
          delay_median_seconds: detection.delayMedian ?? null,
          delay_p90_seconds: detection.delayNinthDecile ?? null,
          named: detection.named ?? null,
        }),
    false_alarms: falseAlarms.count,
    quiet_days: falseAlarms.days,
    false_alarms_per_day: falseAlarms.perDay,
    false_alarms_per_day_interval: falseAlarms.interval,
  };
}

/** One score a window and run; null while the agent did not say. */
function scoresOf({ scenario, models, runs }: Outcome): [string, Json][] {
  return runs.map(({ seed, verdicts }) => [
    `${scenario.name}/${models}/${seed}`,
    verdicts.map(({ score }) => score ?? null),
  ]);
}

function columnsOf(outcomes: readonly Outcome[]): Record<string, (string | number)[]> {
  const detection = (figure: (scores: DetectionScores) => number | undefined): number[] =>
    outcomes.map(({ detection: scores }) => (scores && figure(scores)) ?? NaN);
  return {
    scenario: outcomes.map(({ scenario }) => scenario.name),
    models: outcomes.map(({ models }) => models),
    "in 30 min": detection(({ within30 }) => within30),
    "in 60 min": detection(({ within60 }) => within60),
    "median s": detection(({ delayMedian }) => delayMedian),
    "p90 s": detection(({ delayNinthDecile }) => delayNinthDecile),
    named: detection(({ named }) => named),
    "false alarms": outcomes.map(({ falseAlarms }) => falseAlarms.count),
    days: outcomes.map(({ falseAlarms }) => falseAlarms.days),
    "a day": outcomes.map(({ falseAlarms }) => falseAlarms.perDay),
    from: outcomes.map(({ falseAlarms }) => falseAlarms.interval[0]),
    to: outcomes.map(({ falseAlarms }) => falseAlarms.interval[1]),
  };
}
