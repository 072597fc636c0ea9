import { describe, expect, it } from "vitest";
import { DriftAssessor } from "../assessment/drift.js";
import { observationAt, WORKLOAD } from "../core/fixture.js";
import { addCall, addDeviation, emptyWindow } from "../behavior/window-summary.js";
import { seededRandom, type FitResult, type Observation, type Random } from "../core/index.js";
import { MixturePayloadModel } from "../models/payload/mixture-payload-model.js";
import { runMixtureJob } from "../models/payload/mixture-job.js";

const WINDOW_SECONDS = 10;
const OPTIONS = {
  windowSeconds: WINDOW_SECONDS,
  falseAlarmIntervalSeconds: 7 * 86_400,
  referenceHalfLifeSeconds: 21_600,
  warmUpWindows: 30,
  newNormalSeconds: 3600,
};
const MEAN_CALLS = 40;
/** Two hours: refits after 64, 128, 256 ... calls of each operation come within. */
const USUAL_WINDOWS = 720;
/** From a change to the alarm at most: five minutes. */
const MOST_WINDOWS = 30;

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Logarithms of a search's request and response bytes. */
type Sizes = (random: Random) => { readonly request: number; readonly response: number };

/** Requests and responses go together: correlation .8, both of standard deviation .5. */
const together =
  (correlation: number): Sizes =>
  (random) => {
    const common = normal(random);
    const rest = Math.sqrt(1 - correlation ** 2) * normal(random);
    return { request: 6 + 0.5 * common, response: 8 + 0.5 * (correlation * common + rest) };
  };

const scattered =
  (deviation: number): Sizes =>
  (random) => ({
    request: 6 + 0.3 * normal(random),
    response: 8 + deviation * normal(random),
  });

/** Two kinds of answers of mean 8, the smaller ones with the given share. */
const twoKinds =
  (share: number, low: number): Sizes =>
  (random) => {
    const high = (8 - share * low) / (1 - share);
    return {
      request: 6 + 0.3 * normal(random),
      response: (random() < share ? low : high) + 0.2 * normal(random),
    };
  };

/** Three kinds of answers of mean 8, which stay what they are while their shares change. */
const threeKinds =
  (middle: number): Sizes =>
  (random) => {
    const draw = random();
    const kind = draw < middle ? 8 : draw < (1 + middle) / 2 ? 6 : 10;
    return { request: 6 + 0.3 * normal(random), response: kind + 0.2 * normal(random) };
  };

/** A call of a shop: searches (40%), carts of constant size, orders with arguments. */
function callOf(timeSeconds: number, searches: Sizes, random: Random): Observation {
  const draw = random();
  if (draw < 0.4) {
    const { request, response } = searches(random);
    return observationAt(timeSeconds, {
      operation: "GET /search",
      requestBytes: Math.round(Math.exp(request)),
      responseBytes: Math.round(Math.exp(response)),
    });
  }
  if (draw < 0.8) {
    const responseBytes = 512;
    return observationAt(timeSeconds, { operation: "GET /cart", requestBytes: 0, responseBytes });
  }
  const items = 1 + Math.floor(3 * random());
  return observationAt(timeSeconds, {
    operation: "POST /orders",
    requestBytes: Math.round(200 * items * Math.exp(0.2 * normal(random))),
    responseBytes: Math.round(90 * Math.exp(0.1 * normal(random))),
    argumentShapes: Array.from({ length: items }, (_, item) => ({
      name: `item${item}`,
      type: "string",
      length: 3 + Math.floor(5 * random()),
      classPattern: "a",
      characterClassBigrams: { aa: 4 },
      keyedHash: String(Math.floor(50 * random())),
    })),
  });
}

/** One segment as the pipeline follows it; fits come back a window after they were asked for. */
class Live {
  readonly drift = new DriftAssessor(OPTIONS);
  readonly #model = new MixturePayloadModel();
  readonly #random: Random;
  readonly #deviations = new Float64Array(this.#model.causes.length);
  #fitted: FitResult | undefined;
  #index = 0;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  window(searches: Sizes): void {
    const start = this.#index * WINDOW_SECONDS;
    const window = emptyWindow(WORKLOAD, "shoppers", start, start + WINDOW_SECONDS);
    const calls = Math.round(MEAN_CALLS * (0.5 + this.#random()));
    for (let call = 0; call < calls; call += 1) {
      const observation = callOf(start + (call / calls) * 10, searches, this.#random);
      addCall(window, observation);
      this.#model.score(observation, this.#deviations, 0);
      this.#model.causes.forEach((cause, at) => {
        addDeviation(window, cause, this.#deviations[at] ?? NaN);
      });
      this.#model.learn(observation);
    }
    this.drift.observe([window]);
    if (this.#fitted !== undefined) this.#model.adopt(this.#fitted);
    const job = this.#model.dueFit();
    this.#fitted = job === undefined ? undefined : runMixtureJob(job);
    this.#index += 1;
  }

  get cause(): string | undefined {
    const drift = this.drift.overall();
    if (drift.status !== "ready" || drift.value.score <= 0.5) return undefined;
    return drift.value.contributions[0]?.cause;
  }
}

/** The windows until the alarm, and its first cause; undefined when there is none. */
function detected(
  seed: number,
  before: Sizes,
  after: Sizes,
): { windows: number; cause: string } | undefined {
  const live = new Live(seed);
  for (let window = 0; window < USUAL_WINDOWS; window += 1) {
    live.window(before);
    const { cause } = live;
    if (cause !== undefined)
      throw new Error(`seed ${seed}: ${cause} in window ${window} without a change`);
  }
  for (let windows = 1; windows <= MOST_WINDOWS; windows += 1) {
    live.window(after);
    const { cause } = live;
    if (cause !== undefined) return { windows, cause };
  }
  return undefined;
}

describe("drift of payloads whose mean stays", () => {
  it.each([
    [
      "two kinds of answers, half and half, become nine to one",
      twoKinds(0.5, 7),
      twoKinds(0.9, 7.67),
      ["response_spread", "response_payload"],
    ],
    [
      "answers of the middle kind become rare",
      threeKinds(0.6),
      threeKinds(0.1),
      ["response_spread"],
    ],
    ["answers scatter three times as much", scattered(0.3), scattered(0.9), ["response_spread"]],
    ["answers scatter a third as much", scattered(0.9), scattered(0.3), ["response_spread"]],
    [
      "answers that grew with requests shrink with them",
      together(0.8),
      together(-0.8),
      ["response_spread"],
    ],
  ])("%s", (_name, before, after, causes) => {
    for (let seed = 1; seed <= 2; seed += 1) {
      const found = detected(seed, before, after);
      expect(causes).toContain(found?.cause);
    }
  });
});
