import { randomBytes } from "node:crypto";
import { open, type FileHandle } from "node:fs/promises";
import type { WriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { parseArgs } from "node:util";
import type { ClosedInterval } from "../behavior/windows.js";
import type { WorkloadKey, WorkloadState } from "../core/index.js";
import { systemClock } from "../core/index.js";
import { fileProblem } from "../runtime/file-problem.js";
import { createFitters } from "../runtime/fitters.js";
import { createFlow } from "../runtime/flow.js";
import type { Flow } from "../runtime/flow.js";
import {
  readRecordedCalls,
  RecordedLogError,
  RECORDED_FORMATS,
} from "../ingestion/recorded/read-recorded.js";
import type { RecordedFormat } from "../ingestion/recorded/read-recorded.js";
import { configFrom } from "./command-config.js";
import type { Io } from "./io.js";
import { EXIT_DONE, EXIT_FAILED, UsageError } from "./io.js";
import { reportOf, reportText } from "./replay-report.js";
import type { ReplayCounts } from "./replay-report.js";
import { timelineHeader, timelineRow } from "./replay-timeline.js";

const USAGE = `usage: presage replay FILE [--format ${RECORDED_FORMATS.join("|")}] [--service NAME]
                      [--config FILE] [--timeline FILE.csv] [--json]

Sends recorded calls through the very pipeline of the agent, on event time, as fast as it goes, and
prints what it learned. FILE may be gzipped; the format is guessed when it is not given.
  --service   name of the workload for logs that do not carry one (default: recorded)
  --config    the agent's configuration, as for serve
  --timeline  writes one row a window
  --json      prints one JSON object on stdout
`;

/** Progress is told this often, seconds. */
const PROGRESS_SECONDS = 2;
const MILLISECONDS_PER_SECOND = 1000;
const IDENTITY_KEY_BYTES = 32;

/** `presage replay`: recorded calls through the pipeline. */
export async function replay(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      format: { type: "string" },
      service: { type: "string", default: "recorded" },
      config: { type: "string" },
      timeline: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    io.stdout.write(USAGE);
    return EXIT_DONE;
  }
  const [file, ...surplus] = positionals;
  if (file === undefined || surplus.length > 0) {
    throw new UsageError(
      file === undefined
        ? "presage replay needs a FILE"
        : `presage replay takes one FILE, got ${positionals.join(", ")}`,
    );
  }
  const format = formatFrom(values.format);
  const config = configFrom(values.config, io);
  const timeline =
    values.timeline === undefined
      ? undefined
      : (await openForWriting(values.timeline)).createWriteStream();
  timeline?.write(timelineHeader(config.forecast.horizonsSeconds));
  const counts: ReplayCounts = {
    read: 0,
    accepted: 0,
    duplicate: 0,
    late: 0,
    rejected: 0,
    windows: 0,
    firstSeconds: undefined,
    lastSeconds: undefined,
  };
  const fitter = createFitters({ backend: config.training.backend, isUrgent: true });
  fitter.start();
  const flow = createFlow({
    config,
    clock: systemClock,
    // Nothing of a replay is kept, so its hashes need to mean nothing afterwards.
    identityKey: randomBytes(IDENTITY_KEY_BYTES),
    fitter,
    waitForFits: true,
    onWindow: (workload, interval, state) => {
      countWindow(counts, interval);
      writeRow(timeline, workload, state, config.forecast.horizonsSeconds);
    },
  });
  let damage: RecordedLogError | undefined;
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / MILLISECONDS_PER_SECOND;
  try {
    await feed(flow, file, format, values.service, counts, (text) => {
      if (!values.json) io.stderr.write(text);
    });
  } catch (error) {
    // What was read before the damage was learned from, and is told.
    if (!(error instanceof RecordedLogError) || counts.read === 0) throw error;
    damage = error;
    await flow.workloads.finish();
  } finally {
    await fitter.close();
  }
  const elapsed = seconds();
  if (timeline !== undefined) {
    timeline.end();
    await finished(timeline);
  }
  const report = reportOf(flow, counts, elapsed);
  io.stdout.write(values.json ? `${JSON.stringify(report)}\n` : reportText(report));
  if (damage === undefined) return EXIT_DONE;
  io.stderr.write(`${damage.message}; this is what was read until there\n`);
  return EXIT_FAILED;
}

async function openForWriting(file: string): Promise<FileHandle> {
  try {
    return await open(file, "w");
  } catch (error) {
    throw new Error(`${file} can't be written: ${fileProblem(error)}`, { cause: error });
  }
}

async function feed(
  flow: Flow,
  file: string,
  format: RecordedFormat | undefined,
  service: string,
  counts: ReplayCounts,
  tell: (text: string) => void,
): Promise<void> {
  const { ingestion, queue, workloads } = flow;
  let told = performance.now();
  for await (const batch of readRecordedCalls(file, { format, service })) {
    counts.read += batch.records.length + batch.problems.length;
    counts.rejected += batch.problems.length;
    for (const { lineNumber, reason } of batch.problems) {
      tell(`line ${lineNumber}: ${reason}\n`);
    }
    const result = ingestion.ingest(batch.records);
    if (result.status === "full") throw new Error("the queue is smaller than a batch");
    counts.accepted += result.accepted;
    counts.duplicate += result.duplicate;
    counts.late += result.late;
    counts.rejected += result.rejected.length;
    for (const { index, field, reason } of result.rejected) {
      tell(`line ${batch.lineNumbers[index] ?? "?"}: ${field}: ${reason}\n`);
    }
    await workloads.process(queue.take(queue.size));
    if (performance.now() - told > PROGRESS_SECONDS * MILLISECONDS_PER_SECOND) {
      told = performance.now();
      tell(`${counts.read} calls read, ${counts.windows} windows closed\n`);
    }
  }
  await workloads.finish();
}

function countWindow(counts: ReplayCounts, { startSeconds, endSeconds }: ClosedInterval): void {
  counts.windows += 1;
  counts.firstSeconds ??= startSeconds;
  counts.lastSeconds = endSeconds;
}

function writeRow(
  timeline: WriteStream | undefined,
  workload: WorkloadKey,
  state: WorkloadState,
  horizonsSeconds: readonly number[],
): void {
  timeline?.write(timelineRow(workload, state, horizonsSeconds));
}

function formatFrom(text: string | undefined): RecordedFormat | undefined {
  if (text === undefined) return undefined;
  const format = RECORDED_FORMATS.find((known) => known === text);
  if (format === undefined) {
    throw new UsageError(`--format is ${RECORDED_FORMATS.join(", ")}; not "${text}"`);
  }
  return format;
}
