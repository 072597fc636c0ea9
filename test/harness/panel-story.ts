import { setTimeout as wait } from "node:timers/promises";
import { STORY_SECONDS } from "presage-example-shop/scenario";
import type { Scene } from "presage-panel-host";
import { setStage } from "../../agent/dist/cli/demo/stage.js";

const MILLISECONDS_PER_SECOND = 1000;
/** The story's half hour in about a minute. */
const RATE = 28;
const SEED = 1;
const POLL_SECONDS = 0.2;
/** After the last call, until its window has been closed and scraped: as the demo waits. */
const CLOSING_SECONDS = 60;
/** Prometheus scrapes each second of the machine. */
const STEP_SECONDS = 1;

/** One series with one value, as an instant query answers. */
export interface AskedValue {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The demo's story, told to its end, with the agent and Prometheus still there. */
export interface ToldStory {
  readonly prometheusUrl: string;
  readonly apiUrl: string;
  /** Brings Prometheus' time to the story's, as the preview does. */
  readonly clock: NonNullable<Scene["clock"]>;
  /** Of the step of a range query, by Prometheus' clock. */
  readonly stepSeconds: number;
  /** Epoch milliseconds, by the story's clock, of a moment given in seconds of the story. */
  timeMs(storySeconds: number): number;
  /** What Prometheus knew at a moment, as the panel's range that ends there is aligned. */
  at(storySeconds: number, expression: string): Promise<readonly AskedValue[]>;
  /** Seconds of the story at which an expression first had a value, from `fromSeconds` on. */
  firstTime(expression: string, fromSeconds: number): Promise<number | undefined>;
  stop(): Promise<void>;
}

/** Tells the whole story, in about a minute. Rejects when a program of the demo ends before it. */
export async function tellStory(path: string): Promise<ToldStory> {
  const told: { ended: boolean; broken?: string } = { ended: false };
  const stage = await setStage({
    seed: SEED,
    rate: RATE,
    loadDurationSeconds: STORY_SECONDS,
    path,
    onLoadEvent: ({ event }) => {
      if (event === "story_ends") told.ended = true;
    },
  });
  try {
    void stage.broken.then((why) => (told.broken = why));
    void stage.load.ended.then(() => {
      if (!told.ended) told.broken = stage.load.lastWords;
    });
    while (
      !told.ended ||
      stage.clock.now() < stage.startSeconds + STORY_SECONDS + CLOSING_SECONDS
    ) {
      if (told.broken !== undefined) throw new Error(told.broken);
      await wait(POLL_SECONDS * MILLISECONDS_PER_SECOND);
    }
  } catch (error) {
    await stage.stop();
    throw error;
  }
  const { clock, prometheusUrl = "" } = stage.where;
  const toMachine = (storySeconds: number): number =>
    clock.machineStartSeconds +
    (stage.startSeconds + storySeconds - clock.startSeconds) / clock.rate;
  const toStory = (machineSeconds: number): number =>
    clock.startSeconds +
    (machineSeconds - clock.machineStartSeconds) * clock.rate -
    stage.startSeconds;
  const ask = async <T>(endpoint: string, parameters: Record<string, string>): Promise<T> => {
    const query = new URLSearchParams(parameters).toString();
    const response = await fetch(`${prometheusUrl}/api/v1/${endpoint}?${query}`);
    // The form of https://prometheus.io/docs/prometheus/latest/querying/api/; whoever asks knows which.
    const { data } = (await response.json()) as { readonly data: { readonly result: T } };
    return data.result;
  };
  return {
    prometheusUrl,
    apiUrl: stage.agent.apiUrl,
    clock,
    stepSeconds: STEP_SECONDS,
    timeMs: (storySeconds) => (stage.startSeconds + storySeconds) * MILLISECONDS_PER_SECOND,
    async at(storySeconds, query) {
      const time = String(Math.floor(toMachine(storySeconds) / STEP_SECONDS) * STEP_SECONDS);
      const result = await ask<
        readonly { readonly metric: Record<string, string>; readonly value: [number, string] }[]
      >("query", { query, time });
      return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    },
    async firstTime(query, fromSeconds) {
      const result = await ask<readonly { readonly values: readonly [number, string][] }[]>(
        "query_range",
        {
          query,
          start: String(Math.floor(toMachine(fromSeconds))),
          end: String(Math.floor(toMachine(STORY_SECONDS))),
          step: String(STEP_SECONDS),
        },
      );
      const times = result.flatMap(({ values }) => values.map(([seconds]) => toStory(seconds)));
      return times.length === 0 ? undefined : Math.min(...times);
    },
    stop: () => stage.stop(),
  };
}
