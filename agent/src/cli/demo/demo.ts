/** `presage demo`: a small real service under real load, and the agent beside it, live. */
import { setTimeout as wait } from "node:timers/promises";
import { EXIT_DONE, EXIT_FAILED, type Io } from "../io.js";
import { acceptedCalls } from "./accepted-calls.js";
import { Companion, newsInWords } from "./companion.js";
import { readFlags, USAGE, type Flags } from "./flags.js";
import type { LoadEvent } from "./load-event.js";
import { wrapHanging } from "./painted-text.js";
import { Screen } from "./screen.js";
import { setStage, type Stage } from "./stage.js";
import { StoryLog } from "./story-log.js";
import { judge } from "./story-summary.js";
import { storyTime } from "./story-time.js";
import { renderPlainLine, renderStory, type StoryFrame } from "./story-view.js";

const STORY_SECONDS = 1800;
/** Without --once the load goes on after the story, but not for ever: two days of the story. */
const LONGEST_LOAD_SECONDS = 2 * 86_400;
/** Often enough for a live screen; at most half a window, so that the story misses none. */
const LONGEST_POLL_SECONDS = 0.2;
const MILLISECONDS_PER_SECOND = 1000;
/** After the story only its load and drift go on below the summary, so that this stays in sight. */
const ROWS_AFTER_STORY = 8;
const PLAIN_LINE_SECONDS = 30;
/** The terminal's Ctrl-C, a polite `kill`, and the terminal being closed. */
const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** After the last call, until its window has been closed: lateness plus a window, in story time. */
const CLOSING_SECONDS = 40;

/**
 * Runs the demo; the answer is the exit code. 1: it could not run, or drift was not reported before
 * the load peaked. Throws a UsageError for flags that are not its own.
 */
export async function demo(args: readonly string[], io: Io): Promise<number> {
  if (args.includes("--help")) {
    io.stdout.write(USAGE);
    return EXIT_DONE;
  }
  const flags = readFlags(args, io);
  const stopping = new AbortController();
  const onSignal = (): void => {
    stopping.abort();
  };
  // Kept until all is cleaned up: who presses Ctrl-C twice must not leave anything behind.
  for (const signal of STOP_SIGNALS) process.on(signal, onSignal);
  // A terminal that was closed cannot be written to any more; there is still a lot to end.
  for (const stream of [io.stdout, io.stderr]) stream.on("error", onGoneTerminal);
  let stage: Stage | undefined;
  try {
    let onLoadEvent: (event: LoadEvent) => void = () => undefined;
    stage = await setStage({
      seed: flags.seed,
      rate: flags.rate,
      loadDurationSeconds: flags.once ? STORY_SECONDS : LONGEST_LOAD_SECONDS,
      path: io.environment["PATH"] ?? "",
      onLoadEvent: (event) => {
        onLoadEvent(event);
      },
    });
    // The panel is worth building only if it can be looked at afterwards.
    const companion = flags.once ? undefined : Companion.of(process);
    companion?.announce(stage.where);
    const telling = new Telling(stage, flags, io, companion);
    onLoadEvent = (event) => {
      telling.onLoadEvent(event);
    };
    return await telling.run(stopping.signal);
  } catch (error) {
    // Ctrl-C reaches the programs on the stage too, and some may end before the stage does.
    if (stopping.signal.aborted) return EXIT_DONE;
    io.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return EXIT_FAILED;
  } finally {
    await stage?.stop();
    for (const signal of STOP_SIGNALS) process.off(signal, onSignal);
  }
}

/** The listener stays until the process ends: what was written last may fail later. */
function onGoneTerminal(): void {
  // There is nobody left to tell it to.
}

/** Follows the stage, and draws what happens. */
class Telling {
  readonly #stage: Stage;
  readonly #flags: Flags;
  readonly #io: Io;
  readonly #screen: Screen;
  readonly #log: StoryLog;
  readonly #companion: Companion | undefined;
  readonly #addresses: readonly string[];
  readonly #pollMilliseconds: number;
  #calls: Pick<LoadEvent, "sent" | "failed"> = { sent: 0, failed: 0 };
  #storyEnded = false;
  #loadEnded = false;
  #concluded = false;
  /** What was last said of the panel: nothing is said twice. */
  #saidOfPanel: string | undefined;
  #nextPlainSeconds = PLAIN_LINE_SECONDS;

  constructor(stage: Stage, flags: Flags, io: Io, companion: Companion | undefined) {
    this.#companion = companion;
    this.#stage = stage;
    this.#flags = flags;
    this.#io = io;
    this.#screen = new Screen(io.stdout);
    const { drift, windowSeconds, ingestion } = stage.config;
    this.#log = new StoryLog({
      driftScore: drift.threshold,
      driftConfidence: drift.confidenceThreshold,
      windowSeconds,
      outageSeconds: ingestion.outageSeconds,
    });
    this.#pollMilliseconds =
      Math.min(LONGEST_POLL_SECONDS, windowSeconds / flags.rate / 2) * MILLISECONDS_PER_SECOND;
    this.#addresses = [
      `agent ${host(stage.agent.apiUrl)}`,
      `shop ${host(stage.shopUrl)}`,
      stage.prometheusUrl === undefined
        ? "no Prometheus"
        : `Prometheus ${host(stage.prometheusUrl)}`,
    ];
  }

  onLoadEvent({ event, storySeconds, sent, failed }: LoadEvent): void {
    this.#calls = { sent, failed };
    if (event === "exports_begin") this.#log.exportsBegin(storySeconds);
    else if (event === "campaign_begins") this.#log.campaignBegins(storySeconds);
    else if (event === "story_ends") this.#storyEnded = true;
    else if (event === "done") this.#loadEnded = true;
  }

  async run(stopping: AbortSignal): Promise<number> {
    this.#introduce();
    let broken: string | undefined;
    void this.#stage.broken.then((why) => (broken = why));
    void this.#stage.load.ended.then(() => {
      if (!this.#storyEnded) broken = this.#stage.load.lastWords;
    });
    let exitCode: number | undefined;
    while (!stopping.aborted) {
      this.#follow();
      if (broken !== undefined) {
        this.#screen.release();
        throw new Error(broken);
      }
      if (
        exitCode === undefined &&
        this.#storyEnded &&
        this.#storySeconds() > STORY_SECONDS + CLOSING_SECONDS
      ) {
        exitCode = await this.#conclude();
        if (this.#flags.once) return exitCode;
      }
      await pause(this.#pollMilliseconds, stopping);
    }
    this.#screen.release();
    this.#io.stdout.write("Stopping.\n");
    // Interrupted by a person: not a failure of the demo, unless the story had already failed.
    return exitCode ?? EXIT_DONE;
  }

  #storySeconds(): number {
    return this.#stage.clock.now() - this.#stage.startSeconds;
  }

  #introduce(): void {
    const { prometheusUrl } = this.#stage;
    const lines = [
      `The story: ${String(STORY_SECONDS / 60)} minutes of a shop, told ${String(this.#flags.rate)} times as fast (about ${String(Math.round(STORY_SECONDS / this.#flags.rate))} s), seed ${String(this.#flags.seed)}.`,
      "A normal day until 15:00; then analysts begin to export; at 20:00 a campaign begins.",
      prometheusUrl === undefined
        ? "Prometheus is not installed, so none runs beside it. To have one: apt-get install prometheus"
        : `Prometheus listens at ${prometheusUrl}`,
    ];
    this.#write([...lines, ""]);
  }

  /** Broken between words where the terminal is narrower; as it is where there is no terminal. */
  #write(lines: readonly string[]): void {
    const columns = this.#io.stdout.isTTY ? this.#screen.size.columns : Number.POSITIVE_INFINITY;
    this.#io.stdout.write(`${lines.flatMap((line) => wrapHanging(line, columns)).join("\n")}\n`);
  }

  #follow(): void {
    const { agent, clock, startSeconds } = this.#stage;
    const [state] = agent.view.workloads();
    if (state !== undefined) this.#log.observe(state, clock.now(), startSeconds);
    const storySeconds = this.#storySeconds();
    const frame: StoryFrame = {
      startSeconds,
      storySeconds,
      storyLengthSeconds: STORY_SECONDS,
      rate: this.#flags.rate,
      state,
      log: this.#log,
      addresses:
        this.#companion === undefined
          ? this.#addresses
          : [...this.#addresses, `panel ${newsInWords(this.#companion.news)}`],
    };
    this.#tellOfPanel();
    if (!this.#flags.plain) {
      const { columns, rows } = this.#screen.size;
      const shownRows = this.#concluded ? Math.min(rows, ROWS_AFTER_STORY) : rows;
      this.#screen.draw(renderStory(frame, { columns, rows: shownRows, color: this.#flags.color }));
      return;
    }
    for (const event of this.#log.takeUntold()) {
      this.#io.stdout.write(`${storyTime(event.storySeconds)}  * ${event.text}\n`);
    }
    if (storySeconds >= this.#nextPlainSeconds) {
      this.#io.stdout.write(`${renderPlainLine(frame)}\n`);
      this.#nextPlainSeconds += PLAIN_LINE_SECONDS;
    }
  }

  #panelAddress(): string {
    if (this.#companion === undefined) return "only with `npm start`, which builds it";
    const { news } = this.#companion;
    if (news !== undefined && news.kind !== "under_way") {
      this.#saidOfPanel = newsInWords(news);
      return this.#saidOfPanel;
    }
    return `${newsInWords(news)}; its address follows here`;
  }

  /** Once it is settled, after the story; in a log, whenever something else is done for it. */
  #tellOfPanel(): void {
    const news = this.#companion?.news;
    if (news === undefined) return;
    const said = news.kind === "under_way" ? news.phase : newsInWords(news);
    const isOfInterest = this.#flags.plain || (this.#concluded && news.kind !== "under_way");
    if (!isOfInterest || said === this.#saidOfPanel) return;
    this.#saidOfPanel = said;
    this.#screen.release();
    this.#write([`panel: ${said}`]);
  }

  async #conclude(): Promise<number> {
    const { agent, shopUrl, prometheusUrl } = this.#stage;
    const { inTime, lines } = judge(this.#log.milestones, {
      ...this.#calls,
      accepted: await acceptedCalls(agent.metricsUrl),
      ended: this.#loadEnded,
    });
    const where = this.#flags.once
      ? ["Next: `npm start` without --once keeps it all running, and shows the panel in a browser."]
      : [
          "Everything goes on running, with the normal load, until Ctrl-C. Where to look:",
          `  agent       ${agent.apiUrl}/openapi.json, ${agent.apiUrl}/explanations?service=shop`,
          `  metrics     ${agent.metricsUrl}/metrics`,
          `  shop        ${shopUrl}/products`,
          `  Prometheus  ${prometheusUrl ?? "not installed"}`,
          `  panel       ${this.#panelAddress()}`,
        ];
    this.#concluded = true;
    this.#screen.release();
    this.#write([
      "",
      "The story in short (its own time)",
      ...lines.map((line) => `  ${line}`),
      "",
      ...where,
      "",
    ]);
    return inTime ? EXIT_DONE : EXIT_FAILED;
  }
}

function host(url: string): string {
  return new URL(url).host;
}

async function pause(milliseconds: number, stopping: AbortSignal): Promise<void> {
  try {
    await wait(milliseconds, undefined, { signal: stopping });
  } catch {
    // Stopped: the loop sees the signal itself.
  }
}
