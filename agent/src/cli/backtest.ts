import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { backtest as runBacktest, type Backtest } from "../backtest/backtest.js";
import { POLICY_NAMES, type PolicyName } from "../backtest/policies/policy.js";
import { htmlReport } from "../backtest/report/html-report.js";
import { resultOf } from "../backtest/result.js";
import { textReport } from "../backtest/text-report.js";
import { timelineLines } from "../backtest/timeline.js";
import { verdictOf } from "../backtest/verdict.js";
import { readRepairedTrace } from "../evaluation/data/read-trace.js";
import { fileProblem } from "../runtime/file-problem.js";
import type { Io } from "./io.js";
import { EXIT_DONE, UsageError } from "./io.js";

const DEFAULTS = {
  "start-up-seconds": "120",
  price: "20",
  "train-share": "0.7",
  "outage-seconds": "3600",
  "minimum-replicas": "1",
  "maximum-replicas": "10000",
} as const;

const USAGE = `usage: presage backtest --trace FILE --column NAME --step-seconds N --calls-per-replica N [options]

What each policy would have done on a recorded trace: all are tuned on its first part and judged on the rest.
  --trace FILE            a CSV file (may be gzipped) whose first column is the time of the row
  --column NAME           the column with the calls of each step
  --step-seconds N        from one row to the next
  --calls-per-replica N   what one replica can serve in a step
  --start-up-seconds N    from a decision until a replica serves, in whole steps (default ${DEFAULTS["start-up-seconds"]})
  --price N               what a missing replica-minute costs in paid ones (default ${DEFAULTS.price})
  --train-share N         the part to tune on, a ratio (default ${DEFAULTS["train-share"]})
  --policies A,B,...      of ${POLICY_NAMES.join(", ")}
                          (default: all)
  --minimum-replicas N, --maximum-replicas N
                          bounds for every policy (default ${DEFAULTS["minimum-replicas"]} and ${DEFAULTS["maximum-replicas"]})
  --outage-seconds N      an absence longer than this is an outage, unknown to all (default ${DEFAULTS["outage-seconds"]})
  --report FILE.html      writes a page with plots and tables, which needs no network
  --timeline FILE.csv     writes one row a judged step: time, calls, demanded replicas, and those supplied
  --json                  prints one JSON object on stdout

Absent rows are zeros, unless they are absent for longer than --outage-seconds; rows out of order are put in
order, and of several at one time the last counts. All of this is counted in the result.
`;

const MICROSECONDS_PER_SECOND = 1_000_000;

/** `presage backtest`: the policies on a recorded trace. Answers the exit code. */
export async function backtest(args: string[], io: Io): Promise<number> {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args,
    options: {
      trace: text,
      column: text,
      "step-seconds": text,
      "calls-per-replica": text,
      policies: text,
      report: text,
      timeline: text,
      "start-up-seconds": { ...text, default: DEFAULTS["start-up-seconds"] },
      price: { ...text, default: DEFAULTS.price },
      "train-share": { ...text, default: DEFAULTS["train-share"] },
      "outage-seconds": { ...text, default: DEFAULTS["outage-seconds"] },
      "minimum-replicas": { ...text, default: DEFAULTS["minimum-replicas"] },
      "maximum-replicas": { ...text, default: DEFAULTS["maximum-replicas"] },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    io.stdout.write(USAGE);
    return EXIT_DONE;
  }
  const started = process.cpuUsage();
  const file = given("trace", values.trace);
  const column = given("column", values.column);
  const stepSeconds = positive("step-seconds", values["step-seconds"]);
  const callsPerReplica = positive("calls-per-replica", values["calls-per-replica"]);
  const startUpSeconds = notNegative("start-up-seconds", values["start-up-seconds"]);
  const price = positive("price", values.price);
  const trainShare = positive("train-share", values["train-share"]);
  if (trainShare >= 1) throw new UsageError(`--train-share must be below 1, got ${trainShare}`);
  const minimumReplicas = wholeNumber("minimum-replicas", values["minimum-replicas"]);
  const maximumReplicas = wholeNumber("maximum-replicas", values["maximum-replicas"]);
  if (minimumReplicas > maximumReplicas) {
    throw new UsageError(
      `--minimum-replicas ${minimumReplicas} is above --maximum-replicas ${maximumReplicas}`,
    );
  }
  const policies = policiesFrom(values.policies);
  const { trace, repairs } = await readRepairedTrace(file, {
    column,
    stepSeconds,
    outageSeconds: notNegative("outage-seconds", values["outage-seconds"]),
  });
  const outcome = runBacktest({
    cluster: {
      calls: trace.values,
      startSeconds: trace.startSeconds,
      stepSeconds,
      startUpSteps: Math.ceil(startUpSeconds / stepSeconds),
      callsPerReplica,
      minimumReplicas,
      maximumReplicas,
    },
    price,
    trainShare,
    policies,
    tell: (line) => {
      io.stderr.write(`${line}\n`);
    },
  });
  const verdict = verdictOf(outcome);
  const { user, system } = process.cpuUsage(started);
  const cpuSeconds = (user + system) / MICROSECONDS_PER_SECOND;
  if (values.timeline !== undefined) await write(values.timeline, timelineText(outcome));
  if (values.report !== undefined) {
    await write(values.report, htmlReport(file, column, outcome, verdict, repairs));
  }
  const result = resultOf(file, outcome, verdict, repairs, cpuSeconds);
  const lines = textReport(outcome, verdict, repairs);
  io.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `${lines.join("\n")}\n`);
  return EXIT_DONE;
}

function timelineText(outcome: Backtest): string {
  return `${[...timelineLines(outcome)].join("\n")}\n`;
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw new Error(`${file} can't be written: ${fileProblem(error)}`, { cause: error });
  }
}

function given(name: string, value: string | undefined): string {
  if (value === undefined || value === "") throw new UsageError(`--${name} is missing\n\n${USAGE}`);
  return value;
}

function notNegative(name: string, value: string | undefined): number {
  const text = given(name, value);
  const number = Number(text);
  if (Number.isFinite(number) && number >= 0) return number;
  throw new UsageError(`--${name} must be a number that is not negative, got "${text}"`);
}

function positive(name: string, value: string | undefined): number {
  const number = notNegative(name, value);
  if (number > 0) return number;
  throw new UsageError(`--${name} must be positive, got "${value ?? ""}"`);
}

function wholeNumber(name: string, value: string | undefined): number {
  const number = positive(name, value);
  if (Number.isInteger(number)) return number;
  throw new UsageError(`--${name} must be a whole number, got "${value ?? ""}"`);
}

function policiesFrom(text: string | undefined): readonly PolicyName[] {
  if (text === undefined) return POLICY_NAMES;
  const names = text.split(",").map((name) => {
    const known = POLICY_NAMES.find((policy) => policy === name.trim());
    if (known !== undefined) return known;
    throw new UsageError(`--policies has "${name}"; there are ${POLICY_NAMES.join(", ")}`);
  });
  return [...new Set(names)];
}
