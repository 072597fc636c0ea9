import { Histogram, type Registry } from "prom-client";

/**
 * Upper bounds in seconds: a stage takes from about a microsecond (one call) to about a second (a window
 * of many segments).
 */
const BUCKET_SECONDS = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1] as const;

const NAME = "presage_agent_stage_duration_seconds";
const HELP = "Time that a stage of the pipeline takes";

interface StageNumbers {
  /** Observations by bucket, not cumulative; the last holds those above every bound. */
  readonly counts: Float64Array;
  sumSeconds: number;
}

/**
 * How long the stages of the pipeline take. Observing adds to plain numbers and allocates nothing, where
 * prom-client's own histogram makes objects and a text key each time; the text is made when Prometheus
 * asks.
 */
export class StageDurations<Stage extends string> {
  readonly #stages: ReadonlyMap<Stage, StageNumbers>;

  constructor(stages: readonly Stage[]) {
    this.#stages = new Map(
      stages.map((stage) => [
        stage,
        { counts: new Float64Array(BUCKET_SECONDS.length + 1), sumSeconds: 0 },
      ]),
    );
  }

  /** Throws a RangeError for a stage that was not named at construction. */
  observe(stage: Stage, durationSeconds: number): void {
    const numbers = this.#stages.get(stage);
    if (numbers === undefined) {
      throw new RangeError(`"${stage}" is not a stage`);
    }
    let bucket = 0;
    while (bucket < BUCKET_SECONDS.length && durationSeconds > (BUCKET_SECONDS[bucket] ?? 0)) {
      bucket += 1;
    }
    numbers.counts[bucket] = (numbers.counts[bucket] ?? 0) + 1;
    numbers.sumSeconds += durationSeconds;
  }

  register(registry: Registry): void {
    registry.registerMetric(new StageHistogram(() => this.#samples()));
  }

  *#samples(): Generator<HistogramSample> {
    for (const [stage, { counts, sumSeconds }] of this.#stages) {
      const sharedLabels = { stage };
      let cumulative = 0;
      for (const [bucket, count] of counts.entries()) {
        cumulative += count;
        const le = String(BUCKET_SECONDS[bucket] ?? "+Inf");
        yield { metricName: `${NAME}_bucket`, labels: { le }, sharedLabels, value: cumulative };
      }
      yield { metricName: `${NAME}_sum`, labels: {}, sharedLabels, value: sumSeconds };
      yield { metricName: `${NAME}_count`, labels: {}, sharedLabels, value: cumulative };
    }
  }
}

interface HistogramSample {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The labels that all samples of a stage have. */
  readonly sharedLabels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * A prom-client histogram whose samples are kept elsewhere. prom-client reads every histogram through
 * `getForPromString`, which its types leave out; `stage-durations.test.ts` holds it to that.
 */
class StageHistogram extends Histogram<"stage"> {
  readonly #samples: () => Iterable<HistogramSample>;

  constructor(samples: () => Iterable<HistogramSample>) {
    super({ name: NAME, help: HELP, labelNames: ["stage"], registers: [] });
    this.#samples = samples;
  }

  getForPromString() {
    return Promise.resolve({
      name: NAME,
      help: HELP,
      type: "histogram",
      aggregator: "sum",
      values: [...this.#samples()],
    });
  }
}
